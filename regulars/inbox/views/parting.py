"""Splitting a conversation: the messages that are another matter are chosen, and begin one of their own."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.inbox.actions.parting import EverythingChosen, split_conversation, unsplit_conversation
from regulars.inbox.engine.beginnings import beginning_of
from regulars.inbox.forms import SplitForm
from regulars.inbox.models import Conversation
from regulars.inbox.queries.waiting import threads_of
from regulars.inbox.rules import CHANGE
from regulars.inbox.views.common import after, box, find, takes_back, undo_url
from regulars.kit.clock import now
from regulars.kit.markup import exact
from regulars.kit.refused import Invalid
from regulars.kit.requests import Request
from regulars.messaging.models import Direction, Message
from regulars.team.gate import needs

MOST_OFFERED = 200


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def splitting(request: Request, conversation_id: int) -> HttpResponse:
    """Choose which messages begin a conversation of their own; the newest stands first and is chosen."""
    found = find(request, conversation_id, CHANGE)
    choices = _choices(found)
    form = SplitForm(
        request.POST or None, choices=choices, initial={"messages": [one for one, _words in choices[:1]]}
    )

    def work(values: dict[str, Any]) -> HttpResponse:
        numbers = [int(number) for number in values["messages"]]
        try:
            made = split_conversation(found, numbers, subject=values["subject"], by=request.actor, at=now())
        except EverythingChosen as problem:
            raise Invalid({"messages": str(problem)}) from problem
        undo = undo_url("split", conversation=found.pk, made=made.pk)
        return after(_("A conversation of its own."), undo=undo, event="inbox-open", detail={"id": made.pk})

    return box(request, form, title=_("Split into a new conversation"), submit=_("Split"), work=work)


def _choices(found: Conversation) -> list[tuple[str, str]]:
    rows = Message.objects.filter(thread__in=threads_of(found.pk)).order_by("-sent_at", "-pk")
    return [(str(one.pk), _words(one)) for one in rows.defer("html", "quoted", "words")[:MOST_OFFERED]]


def _words(one: Message) -> str:
    who = one.sender if one.direction == Direction.IN else one.author_label or one.sender
    return f"{who} · {exact(one.sent_at)} · {beginning_of(one.text)[:80] or one.subject}"


@takes_back("split")
def _undo_split(request: Request, what: dict[str, Any]) -> None:
    made, found = (find(request, what[name], CHANGE) for name in ("made", "conversation"))
    unsplit_conversation(made, into=found, by=request.actor, at=now())
