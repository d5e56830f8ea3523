"""Searching messages by their words, newest first."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regulars.kit.htmx import wants_fragment
from regulars.kit.requests import Request
from regulars.messaging.engine.searching import Sought, shown_around
from regulars.messaging.models import Channel, Direction
from regulars.messaging.queries.searching import Hit, Narrowed, search_messages
from regulars.team.gate import needs


@require_safe
@needs("messages.see")
def search(request: Request) -> HttpResponse:
    """Show the messages with all the words that were typed; words in quotation marks belong together."""
    typed = request.GET.get("q", "")[:200].strip()
    direction = request.GET.get("direction", "")
    narrowed = Narrowed(
        direction=direction if direction in Direction.values else "",
        channel=_number(request.GET.get("channel", "")),
        person=_number(request.GET.get("person", "")),
    )
    found = search_messages(request.member, typed, narrowed, below=_number(request.GET.get("below", "")))
    context = {
        "typed": typed,
        "direction": narrowed.direction,
        "channel": narrowed.channel,
        "channels": Channel.objects.order_by("name"),
        "directions": Direction.choices,
        "hits": [_hit(one, found.sought) for one in found.hits],
        "is_more": bool(request.GET.get("below")),
        "next_below": found.next_below,
        "more_query": _more(request, found.next_below),
    }
    is_piece = wants_fragment(request)
    return render(request, "messaging/_search_hits.html" if is_piece else "messaging/search.html", context)


def _hit(hit: Hit, wanted: Sought) -> dict[str, Any]:
    return {
        "message": hit.message,
        "subject": shown_around(hit.subject, wanted.words),
        "pieces": shown_around(hit.message.text, wanted.words),
        "who": hit.who,
    }


def _number(said: str) -> int | None:
    return int(said) if said.isdecimal() and len(said) < 19 else None


def _more(request: Request, below: int | None) -> str:
    if below is None:
        return ""
    query = request.GET.copy()
    query["below"] = str(below)
    return query.urlencode()
