"""What is done to the rows that were picked, each by its own deed, with one undo for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from regulars.inbox.actions import (
    assign_conversation,
    close_conversation,
    mark_spam,
    put_back,
    reopen_conversation,
    tag_conversation,
)
from regulars.inbox.models import Conversation
from regulars.inbox.rules import ANSWER, ASSIGN, CHANGE
from regulars.inbox.views.common import after, picked, takes_back, undo_url
from regulars.inbox.views.deeds import as_text, from_text
from regulars.kit.clock import now
from regulars.kit.refused import Invalid, NotThere, Refused
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.team.models import Member
from regulars.team.rules import may

Deed = Callable[[Conversation], object]


@require_POST
@needs(CHANGE)
def bulk(request: Request) -> HttpResponse:
    """Do one thing to every picked conversation within reach."""
    deed = request.POST.get("deed", "")
    work = _deed(request, deed)
    rows: Any = Conversation.objects.filter(pk__in=picked(request.POST))
    found = list(
        rows.whole().visible_to(request.member, ASSIGN if deed == "assign" else CHANGE).order_by("pk")
    )
    before = [
        [one.pk, one.state, as_text(one.snoozed_until), as_text(one.waiting_since), one.assignee_id]
        for one in found
    ]
    done = [number for one, number in zip(found, range(len(found)), strict=True) if _did(work, one)]
    undo = (
        undo_url("bulk", rows=[before[number] for number in done], deed=deed)
        if done and deed != "tag"
        else ""
    )
    text = ngettext("%(n)d conversation changed.", "%(n)d conversations changed.", len(done)) % {
        "n": len(done)
    }
    return after(text, undo=undo, event="inbox-picked-done")


def _did(work: Deed, one: Conversation) -> bool:
    """Do it in a transaction of its own: what one refuses keeps nobody else."""
    try:
        with transaction.atomic():
            work(one)
    except Invalid:
        raise
    except Refused:
        return False
    return True


def _deed(request: Request, deed: str) -> Deed:
    by, at = request.actor, now()
    if deed == "tag":
        name = request.POST.get("tag", "").strip()
        if not name:
            raise Invalid({"tag": _("Name a tag.")})
        return lambda one: tag_conversation(one, [name], by=by, at=at)
    if deed == "assign":
        who = _member(request)
        return lambda one: assign_conversation(one, who, by=by, at=at)
    known: dict[str, Callable[..., Any]] = {
        "close": close_conversation, "reopen": reopen_conversation, "spam": mark_spam,
    }  # fmt: skip
    if deed not in known:
        raise NotThere
    return lambda one: known[deed](one, by=by, at=at)


def _member(request: Request) -> Member | None:
    said = request.POST.get("assignee", "")
    if not said:
        return None
    found = Member.objects.active().filter(pk=said).first() if said.isdecimal() else None
    if found is None or not may(found, ANSWER):
        raise NotThere
    return found


@takes_back("bulk")
def _undo_bulk(request: Request, what: dict[str, Any]) -> None:
    """Give each of them back what it had, where the member may still do it."""
    rows: Any = Conversation.objects.filter(pk__in=[row[0] for row in what["rows"]])
    verb = ASSIGN if what["deed"] == "assign" else CHANGE
    found = rows.visible_to(request.member, verb).in_bulk()
    members = Member.objects.in_bulk([row[4] for row in what["rows"] if row[4]])
    for number, state, until, since, assignee in what["rows"]:
        one = found.get(number)
        if one is None:
            continue
        if what["deed"] == "assign":
            assign_conversation(one, members.get(assignee), by=request.actor, at=now())
        else:
            put_back(
                one, state, waiting_since=from_text(since), until=from_text(until), by=request.actor, at=now()
            )
