from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.clock import now
from regulars.kit.htmx import redirect, say
from regulars.kit.requests import Request
from regulars.team.actions.keys import create_api_key, revoke_api_key
from regulars.team.forms import KeyForm
from regulars.team.gate import needs
from regulars.team.models import ApiKey
from regulars.team.queries import api_keys
from regulars.team.views.answers import box, tried
from regulars.team.views.tables import key_table


@require_safe
@needs("keys.change")
def keys(request: Request) -> HttpResponse:
    """Show all API keys, without their secrets."""
    return render(request, "team/keys.html", {"table": key_table(api_keys())})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("keys.change")
def new_key(request: Request) -> HttpResponse:
    """Make an API key and show its secret this once."""
    form = KeyForm(request.POST or None)
    if made := tried(request, form, lambda values: _make(request, values)):
        key, secret = made
        return box(request, "team/_key_made.html", _("Copy the key now"), key=key, secret=secret)
    return box(request, "team/_key_form.html", _("New API key"), form)


@require_POST
@needs("keys.change")
def revocation(request: Request, key_id: int) -> HttpResponse:
    """Let a key open nothing from now on."""
    key = revoke_api_key(get_object_or_404(ApiKey, pk=key_id), by=request.actor, at=now())
    say(request, _("The key %(name)s opens nothing any more.") % {"name": key})
    return redirect(request, reverse("team:keys"))


def _make(request: Request, values: dict[str, Any]) -> tuple[ApiKey, str]:
    until = values.pop("expires_on")
    ends = timezone.make_aware(datetime.combine(until, time.max)) if until else None
    return create_api_key(**values, expires_at=ends, by=request.actor)
