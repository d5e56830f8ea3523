from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.kit.api import ERRORS, answer
from regulars.messaging.engine.searching import shown_around
from regulars.messaging.queries.searching import Hit, Narrowed, search_messages
from regulars.team.gate import seer_of

router = Router(tags=["messages"])
MOST = 100


class SearchQuery(Schema):
    """What is looked for; words in quotation marks belong together."""

    q: str = Field(..., min_length=1, max_length=200, examples=['refund "gift card"'])
    direction: Literal["", "in", "out"] = Field("", description="Only what came in, or what went out.")
    channel: int | None = Field(None, ge=1, le=2**62, description="Only by this channel.")
    person: int | None = Field(None, ge=1, le=2**62, description="Only with this person.")
    since: datetime | None = Field(None, description="Sent at this moment or later.")
    until: datetime | None = Field(None, description="Sent before this moment.")
    before: int | None = Field(None, ge=1, le=2**62, description="`next` of the page before.")
    limit: int = Field(20, ge=1, le=MOST)


class HitOut(Schema):
    """A message with the words; `excerpt` is its text around them."""

    id: int = Field(..., examples=[4711])
    thread: int
    person: int | None
    channel: int
    direction: str = Field(..., examples=["in"])
    kind: str = Field(..., examples=["human"])
    subject: str
    sender: str
    sent_at: datetime
    excerpt: str


class Hits(Schema):
    """One page, newest first; `next` is null at the end."""

    items: list[HitOut]
    next: int | None = None


@router.get("/messages/search", response={200: Hits, **ERRORS}, summary="Search messages")
def search(request: HttpRequest, query: Query[SearchQuery]) -> HttpResponse:
    """Return the newest messages with all of these words, among those the key may see."""
    seer = seer_of(request, "messages.see")
    narrowed = Narrowed(query.direction, query.channel, query.person, query.since, query.until)
    found = search_messages(seer, query.q, narrowed, below=query.before, most=query.limit)
    items = [_shape(one, found.sought.words) for one in found.hits]
    return answer({"items": items, "next": found.next_below})


def _shape(hit: Hit, words: Any) -> dict[str, Any]:
    one = hit.message
    pieces = shown_around(one.text, words)
    return {
        "id": one.pk, "thread": one.thread_id, "person": one.person_id, "channel": one.channel_id,
        "direction": one.direction, "kind": one.kind, "subject": hit.subject, "sender": one.sender,
        "sent_at": one.sent_at, "excerpt": "".join(piece for piece, _is_hit in pieces),
    }  # fmt: skip
