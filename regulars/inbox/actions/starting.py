"""Tasks that begin with a conversation: titled with what is known of it, due in open hours."""

from __future__ import annotations

from datetime import datetime

from regulars.inbox.engine.gaps import LEFT, fill
from regulars.inbox.engine.steps import numbered
from regulars.inbox.models import Conversation
from regulars.inbox.queries.moments import in_open_hours
from regulars.inbox.queries.templates import values_for
from regulars.kit.actor import Actor
from regulars.people.actions.todos import create_task
from regulars.people.models import Task
from regulars.team.models import Member


def start_task(
    conversation: Conversation,
    title: str,
    *,
    hours: int | None = None,
    whom: str = "",
    by: Actor,
    at: datetime,
) -> Task:
    """Begin a task about a conversation's customer: due in so many open hours, for its assignee, its customer's keeper or a member.

    A gap in the title that nothing fills becomes a dash.
    """
    member = Member.objects.active().filter(pk=by.member_id or conversation.assignee_id or 0).first()
    words = LEFT.sub("–", fill(title, values_for(conversation, member)).text)
    due_at = in_open_hours(at, hours) if hours else None
    doer = _doer(conversation, whom, by)
    values = {"title": words[:200], "assignee": doer, "due_at": due_at, "remind_at": due_at}
    return create_task(values, about=conversation.person, by=by, at=at)


def _doer(conversation: Conversation, whom: str, by: Actor) -> int | None:
    """Return who shall do it; whoever is gone leaves it to the assignee, or to whoever began it."""
    person, named = conversation.person, numbered(whom)
    wanted = {"keeper": person.keeper_id if person else None, "me": by.member_id}.get(whom)
    wanted = named[1] if named else wanted
    rest = by.member_id if whom == "" else None
    tried = [number for number in (wanted, rest, conversation.assignee_id, by.member_id) if number]
    active = set(Member.objects.active().filter(pk__in=tried).values_list("pk", flat=True))
    return next((number for number in tried if number in active), None)
