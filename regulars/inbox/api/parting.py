from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.inbox.actions.parting import split_conversation
from regulars.inbox.api.conversations import ConversationOut, shapes_of, the_conversation
from regulars.inbox.models import Draft
from regulars.inbox.queries.drafts import drafts_of_others
from regulars.inbox.rules import CHANGE
from regulars.kit.api import ERRORS, Sent, answer
from regulars.kit.clock import now
from regulars.team.gate import actor_of, seer_of

router = Router(tags=["conversations"])


class SplitIn(Sent):
    """Which letters begin a conversation of their own."""

    messages: list[int] = Field(..., min_length=1, max_length=1_000, examples=[[34, 35]])
    subject: str = Field("", max_length=300, description="Without one, that of the first letter.")


class DraftOut(Schema):
    """What a colleague has begun; its words only when it is shared, or its author is away or left."""

    id: int = Field(..., examples=[5])
    author: str
    is_note: bool
    is_open: bool
    text: str
    files: list[str]
    updated_at: datetime


class Drafts(Schema):
    """The drafts of a conversation."""

    items: list[DraftOut]


@router.post(
    "/conversations/{int:conversation_id}/splitting",
    response={201: ConversationOut, **ERRORS},
    summary="Split a conversation",
)
def split(request: HttpRequest, conversation_id: int, values: SplitIn) -> HttpResponse:
    """Let letters begin a conversation of their own; return it."""
    found = the_conversation(request, conversation_id, CHANGE)
    made = split_conversation(found, values.messages, subject=values.subject, by=actor_of(request), at=now())
    return answer(shapes_of([made.pk])[0], status=201)


@router.get(
    "/conversations/{int:conversation_id}/drafts", response={200: Drafts, **ERRORS}, summary="List its drafts"
)
def list_drafts(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Return what members have begun to write in a conversation."""
    found = the_conversation(request, conversation_id)
    seer = seer_of(request, "conversations.see")
    return answer({"items": [_shape(one) for one in drafts_of_others(found, seer.member_id)]})


def _shape(one: Draft) -> dict[str, object]:
    is_open = vars(one)["is_open"]
    files = [file.name for file in one.files.all()] if is_open else []
    names = ("is_note", "updated_at")
    return {
        "id": one.pk, "author": str(one.author), "is_open": is_open, "files": files,
        "text": one.text if is_open else "", **{name: getattr(one, name) for name in names},
    }  # fmt: skip
