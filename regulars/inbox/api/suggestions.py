from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.inbox.models import Conversation
from regulars.inbox.queries.suggestions import last_question, suggested
from regulars.inbox.rules import ANSWER
from regulars.kit.answers import Seeker, offers_for
from regulars.kit.api import ERRORS, answer
from regulars.kit.refused import NotThere
from regulars.team.gate import seer_of

router = Router(tags=["conversations"])


class SuggestionOut(Schema):
    """Something that may answer: a past answer, or what another source offers."""

    source: str = Field(..., examples=["past_answers"])
    key: str = Field(..., examples=["4711"])
    title: str
    text: str
    url: str


class Suggestions(Schema):
    """What may answer the customer's last question, best first within each source."""

    items: list[SuggestionOut]


@router.get(
    "/conversations/{int:conversation_id}/suggestions",
    response={200: Suggestions, **ERRORS},
    summary="Suggest answers",
)
def list_suggestions(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Return articles and past answers, within the key's reach, to questions like the last one."""
    seer = seer_of(request, ANSWER)
    rows: Any = Conversation.objects.select_related("person")
    found: Conversation | None = rows.visible_to(seer, ANSWER).filter(pk=conversation_id).first()
    if found is None:
        raise NotThere
    language = found.person.language if found.person else ""
    offers = offers_for(Seeker(seer, "", last_question(found), language))
    items = [
        {"source": source.name, "key": one.key, "title": one.title, "text": one.text, "url": one.url}
        for source, several in offers
        for one in several
    ]
    items += [
        {
            "source": "past_answers",
            "key": str(one.message_id),
            "title": one.beginning,
            "text": one.text,
            "url": "",
        }
        for one in suggested(found, seer)
    ]
    return answer({"items": items})
