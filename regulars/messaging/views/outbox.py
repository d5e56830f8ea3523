"""The outbox: what waits, what failed, what nobody knows, and what a person decides about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import fragment, wants_fragment
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.messaging.actions.minding import cancel_sending, it_arrived, send_again
from regulars.messaging.models import Sending
from regulars.messaging.queries.outbox import outbox as letters_out
from regulars.messaging.queries.outbox import sending_seen
from regulars.messaging.queries.reasons import words_for
from regulars.team.gate import needs

DEEDS = {
    "again": (send_again, _("It is sent again.")),
    "arrived": (it_arrived, _("It is marked as sent.")),
    "cancel": (cancel_sending, _("It is cancelled.")),
}


@require_GET
@needs("outbox.see")
def outbox(request: Request) -> HttpResponse:
    """Show what has not left or arrived."""
    template = "messaging/_outbox.html" if wants_fragment(request) else "messaging/outbox.html"
    return render(request, template, _context(request))


@require_POST
@needs("outbox.change")
def minding(request: Request, sending_id: int, deed: str) -> HttpResponse:
    """Do what a person decided about one letter."""
    found = sending_seen(sending_id, request.member)
    if found is None or deed not in DEEDS:
        raise NotThere
    act, words = DEEDS[deed]
    act(found, by=request.actor, at=now())
    return fragment(request, "messaging/_outbox.html", toast=_(words), **_context(request))


def _context(request: Request) -> dict[str, Any]:
    found = letters_out(request.member)
    return {
        "outbox": found,
        "sections": [
            {"name": _("Nobody knows whether these left"), "icon": "alert-triangle", "rows": _rows(found.uncertain), "count": found.uncertain_count, "kind": "uncertain"},
            {"name": _("Refused"), "icon": "mail-off", "rows": _rows(found.failed), "count": found.failed_count, "kind": "failed"},
            {"name": _("Waiting"), "icon": "clock", "rows": _rows(found.waiting), "count": found.waiting_count, "kind": "waiting"},
        ],
    }  # fmt: skip


def _rows(sendings: list[Sending]) -> list[dict[str, Any]]:
    return [{"sending": one, "why": words_for(one)} for one in sendings]
