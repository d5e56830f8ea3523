"""Mail that could not be read: why, once more, and as it came."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import fragment, wants_fragment
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.messaging.actions import raw_bytes, retry_arrival
from regulars.messaging.models import Arrival
from regulars.messaging.queries.quarantine import backlog
from regulars.messaging.views.threads import download
from regulars.team.gate import needs


@require_GET
@needs("quarantine.see")
def quarantine(request: Request) -> HttpResponse:
    """Show what could not be read."""
    template = "messaging/_quarantine.html" if wants_fragment(request) else "messaging/quarantine.html"
    return render(request, template, {"backlog": backlog()})


@require_POST
@needs("quarantine.retry")
def retry(request: Request, arrival_id: int) -> HttpResponse:
    """Let one mail be read once more."""
    retry_arrival(_arrival(arrival_id), by=request.actor, at=now())
    return fragment(
        request, "messaging/_quarantine.html", toast=_("It is read once more."), backlog=backlog()
    )


@require_GET
@needs("quarantine.see")
def raw(request: Request, arrival_id: int) -> HttpResponse:
    """Hand out a mail as it came."""
    return download(raw_bytes(_arrival(arrival_id)), f"mail-{arrival_id}.eml")


def _arrival(arrival_id: int) -> Arrival:
    # What was read has its page; its raw bytes are nobody's business here.
    found = (
        Arrival.objects.filter(state="quarantined", pk=arrival_id).select_related("raw", "channel").first()
    )
    if found is None:
        raise NotThere
    return found
