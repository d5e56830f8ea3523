"""The mailboxes whose mail comes in: how each is, added, changed, tested, paused, and let in by its provider."""

from __future__ import annotations

import secrets
from typing import Any

from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import done, fragment, say, wants_fragment, with_event
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.requests import Request
from regulars.messaging.actions.fetching import opened, told
from regulars.messaging.actions.mailboxes import (
    NotConnected,
    add_mailbox,
    change_mailbox,
    connect_mailbox,
    pause_mailbox,
    remove_mailbox,
)
from regulars.messaging.engine.oauth import allow_url
from regulars.messaging.forms import MailboxForm
from regulars.messaging.models import Channel, Mailbox, Problem
from regulars.messaging.queries.tokens import ending_of
from regulars.messaging.views.posts import key_of
from regulars.team.gate import needs
from regulars.team.rules import may

SALT = "messaging.mailbox"
STATE_SECONDS = 900
# Somebody waits for the answer.
TEST_SECONDS = 10.0
KEPT = ("host", "port", "security", "user", "auth", "folder", "trusted_id")


@require_GET
@needs("mailboxes.see")
def mailboxes(request: Request) -> HttpResponse:
    """Show each mailbox, whether mail comes in, and what is wrong when it does not."""
    template = "messaging/_mailboxes.html" if wants_fragment(request) else "messaging/mailboxes.html"
    rows = list(Mailbox.objects.select_related("channel"))
    for one in rows:
        one.ending = None if one.is_paused else ending_of(one, now())  # type: ignore[attr-defined]
    may_change = may(request.member, "mailboxes.change")
    return render(
        request,
        template,
        {"mailboxes": rows, "may_change": may_change, "posts": _posts(request) if may_change else []},
    )


def _posts(request: Request) -> list[tuple[str, str]]:
    """Return under which address a mail service posts each channel's mail; SERVICE is to be filled in."""
    return [
        (
            channel.name,
            request.build_absolute_uri(
                reverse("messaging:posted_mail", args=["SERVICE", channel.pk, key_of(channel)])
            ),
        )
        for channel in Channel.objects.all()[:50]
    ]


@require_http_methods(["GET", "POST"])
@needs("mailboxes.change")
def new_mailbox(request: Request) -> HttpResponse:
    """Connect a mailbox."""
    form = MailboxForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_mailbox(form.cleaned_data, by=request.actor, at=now())
            return _closed(_("%(name)s is added; mail comes in within a minute.") % {"name": made.user})
        except Invalid as problem:
            _add_problems(form, problem)
    return _box(request, form, _("New mailbox"), _("Add the mailbox"))


@require_http_methods(["GET", "POST"])
@needs("mailboxes.change")
def edit_mailbox(request: Request, mailbox_id: int) -> HttpResponse:
    """Change how a mailbox is reached."""
    found = _mailbox(mailbox_id)
    begins = {name: getattr(found, name) for name in KEPT}
    if found.uses_oauth:
        begins |= {"client_id": found.grant.client_id, "tenant": found.grant.tenant}
    form = MailboxForm(request.POST or None, initial=begins, known=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_mailbox(found, form.cleaned_data, by=request.actor, at=now())
            return _closed(_("Saved. It is tried at once."))
        except Invalid as problem:
            _add_problems(form, problem)
    return _box(request, form, str(found), _("Save the mailbox"))


@require_POST
@needs("mailboxes.change")
def mailbox_test(request: Request, mailbox_id: int) -> HttpResponse:
    """Try to get in right now, and say what is in the way."""
    found = _mailbox(mailbox_id)
    try:
        with opened(found, TEST_SECONDS) as folder:
            waiting = folder.next_uid - 1
    except Exception as problem:  # noqa: BLE001  whatever is in the way is the answer
        code, said = told(problem)
        words = Problem(code).label
        return fragment(
            request, "messaging/_mailbox_trouble.html", title=str(found), words=words, said=said, status=200
        )
    text = _("It works: %(folder)s is open, its newest mail has the number %(number)d.")
    return done(text % {"folder": found.folder, "number": waiting})


@require_POST
@needs("mailboxes.change")
def mailbox_pause(request: Request, mailbox_id: int) -> HttpResponse:
    """Stop looking into a mailbox, or go on."""
    found = _mailbox(mailbox_id)
    is_paused = not found.is_paused
    pause_mailbox(found, is_paused=is_paused, by=request.actor, at=now())
    text = (
        _("Paused. What comes meanwhile is fetched afterwards.")
        if is_paused
        else _("It goes on where it was.")
    )
    return with_event(done(text), "mailboxes-changed")


@require_POST
@needs("mailboxes.change")
def mailbox_removal(request: Request, mailbox_id: int) -> HttpResponse:
    """Disconnect a mailbox; its mail stays."""
    found = _mailbox(mailbox_id)
    remove_mailbox(found, by=request.actor)
    return with_event(
        done(_("%(name)s is disconnected; its mail stays.") % {"name": found}), "mailboxes-changed"
    )


@require_GET
@needs("mailboxes.change")
def mailbox_permission(request: Request, mailbox_id: int) -> HttpResponse:
    """Lead to the provider's page, where somebody allows us in."""
    found = _mailbox(mailbox_id)
    if not found.uses_oauth:
        raise NotThere
    nonce = secrets.token_urlsafe(16)
    request.session[SALT] = nonce
    state = signing.dumps([found.pk, nonce], salt=SALT)
    url = allow_url(found.auth, found.grant, back=_back(request), state=state, user=found.user)
    return HttpResponseRedirect(url)


@require_GET
@needs("mailboxes.change")
def mailbox_granted(request: Request) -> HttpResponse:
    """Take what the provider's page sent back with the member."""
    try:
        number, nonce = signing.loads(request.GET.get("state", ""), salt=SALT, max_age=STATE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotThere from None
    # Somebody else's page must not connect their mailbox in our member's name.
    if not secrets.compare_digest(str(request.session.pop(SALT, "")), str(nonce)):
        raise NotThere
    try:
        code = request.GET.get("code", "")
        if not code:
            raise NotConnected(
                request.GET.get("error_description") or request.GET.get("error") or _("It was not allowed.")
            )
        connect_mailbox(_mailbox(number), code, back=_back(request), by=request.actor, at=now())
        say(request, _("Connected. Mail comes in within a minute."))
    except NotConnected as problem:
        say(request, _("The provider said no: %(words)s") % {"words": problem})
    return HttpResponseRedirect(reverse("messaging:mailboxes"))


def _back(request: Request) -> str:
    return request.build_absolute_uri(reverse("messaging:mailbox_granted"))


def _mailbox(mailbox_id: int) -> Mailbox:
    found = Mailbox.objects.select_related("channel").filter(pk=mailbox_id).first()
    if found is None:
        raise NotThere
    return found


def _box(request: Request, form: MailboxForm, title: str, submit: str) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "title": title,
        "submit": submit,
        "action": request.get_full_path(),
    }
    return fragment(
        request,
        "messaging/_mailbox_form.html",
        status=422 if form.errors else 200,
        back=_back(request),
        **context,
    )


def _add_problems(form: MailboxForm, problem: Invalid) -> None:
    for name, reason in problem.fields.items():
        form.add_error(name if name in form.fields else None, str(reason))


def _closed(text: str) -> HttpResponse:
    return with_event(with_event(done(text), "close-dialog"), "mailboxes-changed")
