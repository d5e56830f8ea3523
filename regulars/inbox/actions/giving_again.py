"""What could be given to nobody is given as soon as somebody can take it: they come back, finish something, or learn a skill."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regulars.inbox.actions.assigning import NobodyFree, Way, give_to_somebody
from regulars.inbox.actions.moving import locked
from regulars.inbox.models import Conversation, State, Ungiven
from regulars.inbox.queries.skills import skills_needed
from regulars.kit.actor import Actor

GIVE_AGAIN, AT_ONCE = "inbox.give_again", 100
OVER = (State.CLOSED, State.SPAM)
# Whom it needs: its team and the skills; what one was refused, the next with the same needs is refused too.
Needs = tuple[int | None, frozenset[int]]


def keep_ungiven(conversation: Conversation, way: Way, *, by: Actor, at: datetime) -> None:
    """Remember that a conversation waits for somebody who can take it, and since when."""
    Ungiven.objects.get_or_create(
        conversation=conversation, defaults={"way": way, "label": by.label[:200], "since": at}
    )


def give_again(after: int, *, at: datetime, refused: set[Needs]) -> int | None:
    """Try the next that wait for somebody, longest first; return the last one's number, None when there is no more.

    Each is its own transaction. `refused` gathers what nobody can take now, so that a long queue asks once for each need.
    """
    rows = Ungiven.objects.filter(pk__gt=after).order_by("pk")
    found = list(rows.values_list("pk", "conversation_id")[:AT_ONCE])
    for _number, conversation_id in found:
        _try_again(conversation_id, at, refused)
    return found[-1][0] if found else None


@transaction.atomic
def _try_again(conversation_id: int, at: datetime, refused: set[Needs]) -> None:
    # The conversation's lock comes first, as in every deed; who had it before us may have given it already.
    found = locked(conversation_id)
    waiting = Ungiven.objects.filter(conversation=found).first()
    if waiting is None:
        return
    if found.assignee_id is not None or found.merged_into_id is not None or found.state in OVER:
        waiting.delete()
        return
    needs: Needs = (found.team_id, frozenset(skill.pk for skill in skills_needed(found)))
    if found.state != State.OPEN or needs in refused:
        return
    try:
        with transaction.atomic():
            way: Way = "load" if waiting.way == "load" else "turn"
            give_to_somebody(found, way, by=Actor.clock(waiting.label), at=at)
    except NobodyFree:
        refused.add(needs)
