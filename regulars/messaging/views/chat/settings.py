"""Settings: the chats on websites and the web forms, what to paste there, and the key by which the business vouches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.clock import now
from regulars.kit.htmx import say
from regulars.kit.middleware import content_policy, live_origin
from regulars.kit.refused import Invalid
from regulars.kit.requests import Request
from regulars.messaging.actions.chat.sites import add_chat_site, change_chat_site, renew_identity_key
from regulars.messaging.actions.web_forms import add_web_form, change_web_form
from regulars.messaging.forms import Form
from regulars.messaging.models import ChatSite, WebForm
from regulars.messaging.views.chat.door import own_origin
from regulars.messaging.views.chat.forms import ChatSiteForm, NewChatForm, NewWebFormForm, WebFormForm
from regulars.team.gate import needs
from regulars.team.rules import may

SAMPLE = """import time, jwt  # pip install pyjwt

token = jwt.encode(
    {"sub": "4711", "email": "ada@example.com", "name": "Ada", "exp": int(time.time()) + 1800},
    IDENTITY_KEY, algorithm="HS256",
)"""
Made = TypeVar("Made")
SEE, CHANGE = "channels.see", "channels.change"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SEE)
def chats(request: Request) -> HttpResponse:
    """Show all chats, and set up another."""
    may_change = may(request.member, CHANGE)
    form = NewChatForm(request.POST or None)
    if may_change and (
        made := _tried(request, form, lambda values: add_chat_site(**values, by=request.actor, at=now()))
    ):
        say(request, _("The chat is ready. Paste the snippet into your website."))
        return redirect("messaging:chat-site", made.pk)
    context = {"sites": ChatSite.objects.select_related("channel"), "form": form, "may_change": may_change}
    return render(request, "messaging/chats.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGE)
def chat(request: Request, site_id: int) -> HttpResponse:
    """Show and change one chat."""
    site = _site(site_id)
    form = ChatSiteForm(site, request.POST or None)
    if _tried(
        request, form, lambda _values: change_chat_site(site, form.values(), by=request.actor, at=now())
    ):
        say(request, _("The chat is saved."))
        return redirect("messaging:chat-site", site.pk)
    return _chat_page(request, site, form)


@require_POST
@needs(CHANGE)
def identity_key(request: Request, site_id: int) -> HttpResponse:
    """Make the identity key anew and show it this once."""
    site = _site(site_id)
    key = renew_identity_key(site, by=request.actor, at=now())
    site.refresh_from_db()
    return _chat_page(request, site, ChatSiteForm(site), key=key)


@require_safe
@xframe_options_sameorigin
@needs(CHANGE)
def preview(request: Request, site_id: int) -> HttpResponse:
    """Show the chat as a website does, in a frame beside its settings."""
    response = render(request, "messaging/chat_preview.html", {"site": _site(site_id)})
    response.headers["Content-Security-Policy"] = content_policy(request).replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SEE)
def web_forms(request: Request) -> HttpResponse:
    """Show all web forms, and set up another."""
    may_change = may(request.member, CHANGE)
    form = NewWebFormForm(request.POST or None)
    if may_change and (
        made := _tried(request, form, lambda values: add_web_form(**values, by=request.actor, at=now()))
    ):
        say(request, _("The form is open. Link to it, or embed it."))
        return redirect("messaging:web-form", made.pk)
    context = {"forms": WebForm.objects.select_related("channel"), "form": form, "may_change": may_change}
    return render(request, "messaging/web_forms.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGE)
def web_form(request: Request, web_form_id: int) -> HttpResponse:
    """Show and change one web form."""
    one = get_object_or_404(WebForm.objects.select_related("channel"), pk=web_form_id)
    form = WebFormForm(one, request.POST or None)
    if _tried(request, form, lambda _values: change_web_form(one, form.values(), by=request.actor, at=now())):
        say(request, _("The form is saved."))
        return redirect("messaging:web-form", one.pk)
    address = own_origin(request) + reverse("messaging:form", args=[one.public_key])
    frame = (
        f'<iframe src="{address}?framed=1" title="{one}" width="100%" height="640" loading="lazy"></iframe>'
    )
    context = {"one": one, "form": form, "address": address, "frame": frame}
    return render(request, "messaging/web_form.html", context, status=422 if form.errors else 200)


def _tried(request: Request, form: Form, act: Callable[[dict[str, Any]], Made]) -> Made | None:
    """Do something with a posted form's values; None when nothing was posted or the form or action says no."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except Invalid as problem:
        form.refuse(problem)
        return None


def _site(site_id: int) -> ChatSite:
    return get_object_or_404(ChatSite.objects.select_related("channel"), pk=site_id)


def _chat_page(request: Request, site: ChatSite, form: ChatSiteForm, key: str = "") -> HttpResponse:
    origin = own_origin(request)
    snippet = f'<script async src="{origin}/chat/widget.js" data-site="{site.public_key}"></script>'
    policy = f"script-src {origin}; connect-src {' '.join(dict.fromkeys([origin, live_origin(request) or origin]))}"
    context: dict[str, Any] = {
        "site": site,
        "form": form,
        "snippet": snippet,
        "policy": policy,
        "new_key": key,
        "sample_code": SAMPLE,
    }
    return render(request, "messaging/chat_site.html", context, status=422 if form.errors else 200)
