"""SMS and social channels: which there are, whether they work, and connecting them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.clock import now
from regulars.kit.htmx import redirect, say
from regulars.kit.refused import Invalid, NotThere, Refused
from regulars.kit.requests import Request
from regulars.kit.worker import BULK, defer
from regulars.messaging.actions.connections import check_connection, connect, reconnect
from regulars.messaging.actions.text_carrying import hook_link
from regulars.messaging.actions.text_templates import FETCH, fetch_templates
from regulars.messaging.actions.tokens import check_token
from regulars.messaging.engine.providers.approved import KeepsTemplates
from regulars.messaging.engine.providers.values import Provider, TryLater
from regulars.messaging.forms import ConnectionForm
from regulars.messaging.models import Connection, TextTemplate
from regulars.messaging.queries.providers import provider_of, providers
from regulars.messaging.queries.tokens import ending_of
from regulars.team.gate import needs

CHANGE = "connections.change"
ICONS = {
    "sms": "message-2", "whatsapp": "brand-whatsapp", "messenger": "brand-facebook", "instagram": "brand-instagram",
    "telegram": "brand-telegram",
}  # fmt: skip


@require_safe
@needs(CHANGE)
def connections(request: Request) -> HttpResponse:
    """Show the channels that are connected, and what could be."""
    rows = Connection.objects.select_related("channel").order_by("channel__name")
    context = {
        "rows": [_row(one) for one in rows],
        "choices": [
            {"kind": one.kind, "label": one.label, "icon": _icon(one)} for one in providers().values()
        ],
    }
    return render(request, "messaging/connections.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGE)
def new_connection(request: Request, provider_kind: str) -> HttpResponse:
    """Connect a channel."""
    provider = provider_of(provider_kind)
    if provider is None:
        raise NotThere
    form = ConnectionForm(provider, request.POST or None, initial={"name": provider.label})
    if request.method == "POST" and form.is_valid():
        try:
            made = connect(provider_kind, form.cleaned_data["name"], form.entered, by=request.actor, at=now())
        except Invalid as problem:
            form.refuse(problem)
        else:
            say(request, _("%(name)s is connected. Give the provider the address below.") % {"name": made})
            return redirect(request, _place(made))
    return _page(request, form, provider, None)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGE)
def connection(request: Request, connection_id: int) -> HttpResponse:
    """Show a connection, and change it."""
    found, provider = _found(connection_id)
    initial = {"name": found.channel.name, "is_active": found.is_active}
    form = ConnectionForm(provider, request.POST or None, kept=found.settings, initial=initial)
    if request.method == "POST" and form.is_valid():
        is_active = form.cleaned_data["is_active"]
        try:
            reconnect(found, form.cleaned_data["name"], form.entered, is_active=is_active, by=request.actor)
        except Invalid as problem:
            form.refuse(problem)
        else:
            say(request, _("Saved."))
            return redirect(request, _place(found))
    return _page(request, form, provider, found)


@require_POST
@needs(CHANGE)
def check(request: Request, connection_id: int) -> HttpResponse:
    """Ask the provider whether it lets us in."""
    found, provider = _found(connection_id)
    try:
        name = check_connection(found, at=now())
        check_token(found, at=now())
        say(request, _("%(provider)s knows us as %(name)s.") % {"provider": provider.label, "name": name})
    except Invalid as problem:
        words = next(iter(problem.fields.values()), str(problem))
        say(request, _("It does not work: %(words)s") % {"words": words}, kind="bad")
    return redirect(request, _place(found))


@require_POST
@needs(CHANGE)
def connection_templates(request: Request, connection_id: int) -> HttpResponse:
    """Fetch the approved texts of a channel now."""
    found, _provider = _found(connection_id)
    try:
        told = fetch_templates(found, at=now())
        words = _("%(known)d approved texts known, %(new)d of them new; %(gone)d went.")
        say(request, words % {"known": told.known, "new": told.new, "gone": told.gone})
    except TryLater as problem:
        defer(FETCH, queue=BULK, connection_id=found.pk)
        words = _("It did not work just now and is tried again by itself: %(words)s")
        say(request, words % {"words": problem}, kind="bad")
    except Refused as problem:
        say(request, _("It does not work: %(words)s") % {"words": problem}, kind="bad")
    return redirect(request, _place(found))


def _found(number: int) -> tuple[Connection, Provider]:
    found = get_object_or_404(Connection.objects.select_related("channel"), pk=number)
    provider = provider_of(found.provider)
    if provider is None:
        raise NotThere
    return found, provider


def _page(
    request: Request, form: ConnectionForm, provider: Provider, found: Connection | None
) -> HttpResponse:
    context = {
        "form": form,
        "provider": provider,
        "connection": found,
        "ending": ending_of(found, now()) if found else None,
        "icon_name": _icon(provider),
        "hook": (
            hook_link(found) or request.build_absolute_uri(reverse("messaging:hook", args=[found.hook_key]))
        )
        if found
        else "",
        "keeps_templates": found is not None and isinstance(provider, KeepsTemplates),
        "templates": list(TextTemplate.objects.filter(channel=found.pk)) if found else [],
    }
    return render(request, "messaging/connection.html", context, status=422 if form.errors else 200)


def _row(one: Connection) -> dict[str, Any]:
    provider = provider_of(one.provider)
    return {
        "connection": one,
        "ending": ending_of(one, now()),
        "label": provider.label if provider else one.provider,
        "icon": _icon(provider),
        "is_missing": provider is None,
    }


def _icon(provider: Provider | None) -> str:
    return ICONS.get(provider.capabilities.medium, "message-2") if provider else "plug-connected"


def _place(one: Connection) -> str:
    return reverse("messaging:connection", args=[one.pk])
