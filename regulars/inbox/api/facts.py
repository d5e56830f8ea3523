from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.inbox.actions.using_facts import take_fact_back, use_fact
from regulars.inbox.api.conversations import the_conversation
from regulars.inbox.models import Conversation
from regulars.inbox.queries.facts import asking_of
from regulars.inbox.rules import CHANGE
from regulars.kit.api import ERRORS, Sent, answer
from regulars.kit.clock import now
from regulars.kit.refused import NotThere, require
from regulars.team.gate import actor_of, seer_of
from regulars.team.rules import reaches

router = Router(tags=["conversations"])


class FactIn(Sent):
    """Which fact is meant, and whether it stands on the customer's record."""

    name: str = Field(..., max_length=60, examples=["phone", "field:machine"])
    is_used: bool = Field(True, description="False takes it off the record again.")


class FactOut(Schema):
    """What a customer gave when they were asked for it."""

    name: str = Field(..., examples=["field:machine"])
    label: str = Field(..., examples=["Machine"])
    value: str = Field(..., examples=["Moccamaster"])
    is_used: bool = Field(..., examples=[False])


class AskingOut(Schema):
    """What a rule asked the customer for: what is missing still, and what they gave since."""

    asked_at: datetime = Field(..., examples=["2026-11-30T09:30:00Z"])
    missing: list[str] = Field(..., examples=[["size"]])
    found: list[FactOut]


@router.get(
    "/conversations/{int:conversation_id}/facts",
    response={200: AskingOut, **ERRORS},
    summary="List what was asked for",
)
def list_facts(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Return what a customer was asked for in a conversation, and what they gave."""
    return answer(_shape(the_conversation(request, conversation_id)))


@router.post(
    "/conversations/{int:conversation_id}/facts",
    response={200: AskingOut, **ERRORS},
    summary="Keep what they gave",
)
def keep_fact(request: HttpRequest, conversation_id: int, values: FactIn) -> HttpResponse:
    """Keep a fact on the customer's record, or take it off again."""
    found = the_conversation(request, conversation_id, CHANGE)
    require(found.person is None or reaches(seer_of(request, CHANGE), "people.change", found.person))
    deed = use_fact if values.is_used else take_fact_back
    deed(found, values.name, by=actor_of(request), at=now())
    return answer(_shape(found))


def _shape(found: Conversation) -> dict[str, object]:
    asking = asking_of(found)
    if asking is None:
        raise NotThere
    facts = [{name: one[name] for name in FactOut.model_fields} for one in asking["found"]]
    return {"asked_at": asking["asked_at"], "missing": asking["missing"], "found": facts}
