from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.inbox.actions import answer_conversation
from regulars.inbox.models import Conversation
from regulars.inbox.queries.approved import choices_for
from regulars.inbox.rules import ANSWER
from regulars.kit.api import ERRORS, Sent, answer
from regulars.kit.clock import now
from regulars.kit.refused import NotThere
from regulars.messaging.actions.text_templates import letter_of
from regulars.messaging.models import TextTemplate
from regulars.team.gate import actor_of, seer_of

router = Router(tags=["conversations"])


class GapOut(Schema):
    """Something to fill in, by its key; `example` is the provider's."""

    key: str = Field(..., examples=["body.1"])
    example: str = Field(..., examples=["Ada"])


class ApprovedOut(Schema):
    """A text the channel's provider approved beforehand, in one language."""

    id: int = Field(..., examples=[3])
    name: str = Field(..., examples=["order_ready"])
    language: str = Field(..., examples=["fi"])
    category: str
    header: str
    body: str
    footer: str
    buttons: list[str]
    gaps: list[GapOut]


class Approved(Schema):
    """The approved texts that may be sent in a conversation."""

    items: list[ApprovedOut]


class ApprovedIn(Sent):
    """What fills the gaps, by their keys; with `sequence` it is held when others moved the conversation past it."""

    values: dict[str, str] = Field(default_factory=dict, examples=[{"body.1": "Ada"}])
    sequence: int | None = Field(None, ge=0, le=2**62)


class SentOut(Schema):
    """The message that will leave in some seconds."""

    message: int = Field(..., examples=[512])


@router.get(
    "/conversations/{int:conversation_id}/approved-texts",
    response={200: Approved, **ERRORS},
    summary="List approved texts",
)
def list_approved(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Return what may be sent when the channel does not take free words any more."""
    return answer({"items": [_shape(one) for one in choices_for(_find(request, conversation_id))]})


@router.post(
    "/conversations/{int:conversation_id}/approved-texts/{int:text_id}",
    response={201: SentOut, **ERRORS},
    summary="Send an approved text",
)
def send_approved(
    request: HttpRequest, conversation_id: int, text_id: int, values: ApprovedIn
) -> HttpResponse:
    """Answer with an approved text; refused while a gap is empty."""
    found = _find(request, conversation_id)
    template = next((one for one in choices_for(found) if one.pk == text_id), None)
    if template is None:
        raise NotThere
    letter = letter_of(template, values.values)
    sent = answer_conversation(found, letter, by=actor_of(request), at=now(), seen=values.sequence)
    return answer({"message": sent.message.pk}, status=201)


def _find(request: HttpRequest, conversation_id: int) -> Conversation:
    rows: Any = Conversation.objects.select_related("channel", "thread", "person")
    seer = seer_of(request, ANSWER)
    found: Conversation | None = rows.visible_to(seer, ANSWER).filter(pk=conversation_id).first()
    if found is None:
        raise NotThere
    return found


def _shape(one: TextTemplate) -> dict[str, Any]:
    names = ("id", "name", "language", "category", "header", "body", "footer", "buttons")
    gaps = [{"key": gap.key, "example": gap.example} for gap in one.value.gaps]
    return {**{name: getattr(one, name) for name in names}, "gaps": gaps}
