"""Mail channels: their address, how they send, and a button that really tries."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.clock import now
from regulars.kit.htmx import redirect, say
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.requests import Request
from regulars.messaging.actions.outlets import PLAIN, note_check, save_channel
from regulars.messaging.forms import ChannelForm
from regulars.messaging.models import Channel, Outlet
from regulars.messaging.queries.outlets import outlet_of
from regulars.team.gate import needs
from regulars.team.rules import may


@require_safe
@needs("channels.see")
def channels(request: Request) -> HttpResponse:
    """Show the mail channels and whether they work."""
    rows = Channel.objects.filter(kind="email").select_related("outlet").order_by("name")
    context = {"channels": [_row(one) for one in rows], "may_change": may(request.member, "channels.change")}
    return render(request, "messaging/channels.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("channels.change")
def new_channel(request: Request) -> HttpResponse:
    """Add a mail channel."""
    return _form(request, None, {})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("channels.change")
def channel(request: Request, channel_id: int) -> HttpResponse:
    """Show and change a mail channel."""
    found = _channel(channel_id)
    outlet = outlet_of(found) or Outlet()
    shown = {name: getattr(outlet, name) for name in PLAIN}
    return _form(request, found, {**shown, "name": found.name, "address": found.address})


@require_POST
@needs("channels.change")
def channel_check(request: Request, channel_id: int) -> HttpResponse:
    """Connect as a letter would, and say what is wrong."""
    found = _channel(channel_id)
    outlet = outlet_of(found)
    problem = note_check(outlet, at=now()) if outlet else _("Say first how this channel sends.")
    if problem:
        say(request, problem, kind="bad")
    else:
        say(request, _("It works: the server lets %(address)s send.") % {"address": found.address})
    return redirect(request, reverse("messaging:channel", args=[found.pk]))


def _form(request: Request, found: Channel | None, shown: dict[str, Any]) -> HttpResponse:
    form = ChannelForm(request.POST or None, initial=shown or None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_channel(found, form.cleaned_data, by=request.actor, at=now())
            say(request, _("The channel %(name)s is saved.") % {"name": saved})
            return redirect(request, reverse("messaging:channel", args=[saved.pk]))
        except Invalid as problem:
            form.refuse(problem)
    context = {"form": form, "channel": found, "outlet": outlet_of(found) if found else None}
    return render(request, "messaging/channel.html", context, status=422 if form.errors else 200)


def _row(channel: Channel) -> dict[str, Any]:
    outlet = getattr(channel, "outlet", None)
    return {"channel": channel, "outlet": outlet, "problem": outlet.problem if outlet else ""}


def _channel(channel_id: int) -> Channel:
    found = Channel.objects.filter(pk=channel_id, kind="email").first()
    if found is None:
        raise NotThere
    return found
