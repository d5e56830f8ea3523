from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.actions.moving import WAKING, about_event, locked, moved, wake
from regulars.inbox.events import (
    ConversationChanged,
    ConversationClosed,
    ConversationReopened,
    ConversationSnoozed,
)
from regulars.inbox.models import Conversation, Priority, State
from regulars.inbox.queries.waiting import threads_of, unanswered_since
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid, Refused
from regulars.people.actions.tags import listed, tags_named
from regulars.people.models import Tag

WOKEN_AT_ONCE = 200


class AlreadyClosed(Refused):
    """A closed conversation can't be closed once more."""

    code = "already_closed"
    default = gettext_lazy("This conversation is closed already.")


class NotClosed(Refused):
    """Only what is closed, snoozed, waiting or spam can be opened again."""

    code = "not_closed"
    default = gettext_lazy("This conversation is open already.")


@transaction.atomic
def close_conversation(conversation: Conversation, *, by: Actor, at: datetime) -> Conversation:
    """Mark a conversation as dealt with; a reply opens it again."""
    found = locked(conversation)
    if found.state == State.CLOSED:
        raise AlreadyClosed
    before = found.state
    found.state, found.closed_at = State.CLOSED, at
    found.waiting_since, found.snoozed_until = None, None
    moved(found, "closed", by=by, at=at, fields=WAKING)
    announce(ConversationClosed(**about_event(found)), by=by, changes={"state": [before, found.state]})
    return found


@transaction.atomic
def reopen_conversation(conversation: Conversation, *, by: Actor, at: datetime) -> Conversation:
    """Take up a conversation that was closed, snoozed, waiting or called spam."""
    found = locked(conversation)
    if found.state == State.OPEN:
        raise NotClosed
    before = found.state
    found.reopened_count += before == State.CLOSED
    found.state, found.closed_at, found.snoozed_until = State.OPEN, None, None
    found.waiting_since = found.waiting_since or unanswered_since(threads_of(found.pk))
    moved(found, "reopened", by=by, at=at, fields=(*WAKING, "reopened_count"))
    announce(ConversationReopened(**about_event(found)), by=by, changes={"state": [before, found.state]})
    return found


@transaction.atomic
def snooze_conversation(
    conversation: Conversation, *, until: datetime, by: Actor, at: datetime
) -> Conversation:
    """Put a conversation aside until a time; a reply wakes it earlier."""
    if until <= at:
        raise Invalid({"until": _("Choose a time that is still to come.")})
    found = locked(conversation)
    before = [found.state, found.snoozed_until]
    found.state, found.snoozed_until, found.closed_at = State.SNOOZED, until, None
    moved(found, "snoozed", by=by, at=at, fields=WAKING, until=until.isoformat())
    changes = {"state": [before[0], found.state], "snoozed_until": [before[1], until]}
    announce(ConversationSnoozed(**about_event(found)), by=by, changes=changes)
    return found


@transaction.atomic
def wake_snoozed(*, by: Actor, at: datetime) -> int:
    """Open the snoozed conversations whose time has come; return how many."""
    due = Conversation.objects.select_for_update(of=("self",), skip_locked=True).filter(
        state=State.SNOOZED, snoozed_until__lte=at
    )
    found = list(due.order_by("snoozed_until")[:WOKEN_AT_ONCE])
    for conversation in found:
        # Who was put aside is waited for since then, so that it stands where it is seen.
        wake(conversation, conversation.snoozed_until or at)
        moved(conversation, "woke", by=by, at=at, fields=WAKING)
        changes = {"state": [State.SNOOZED.value, State.OPEN.value]}
        announce(ConversationReopened(**about_event(conversation)), by=by, changes=changes)
    return len(found)


@transaction.atomic
def mark_spam(conversation: Conversation, *, by: Actor, at: datetime) -> Conversation:
    """Call a conversation spam: it leaves every list, and what else comes in it stays away."""
    found = locked(conversation)
    before = found.state
    if before == State.SPAM:
        return found
    found.state, found.closed_at, found.waiting_since, found.snoozed_until = State.SPAM, at, None, None
    moved(found, "spam", by=by, at=at, fields=WAKING)
    announce(ConversationChanged(**about_event(found)), by=by, changes={"state": [before, found.state]})
    return found


@transaction.atomic
def set_priority(conversation: Conversation, priority: int, *, by: Actor, at: datetime) -> Conversation:
    """Say how pressing a conversation is."""
    if priority not in Priority.values:
        raise Invalid({"priority": _("Choose one of the priorities shown.")})
    found = locked(conversation)
    before = found.priority
    if before == priority:
        return found
    found.priority = priority
    moved(found, "priority", by=by, at=at, fields=("priority",), before=before, after=priority)
    announce(ConversationChanged(**about_event(found)), by=by, changes={"priority": [before, priority]})
    return found


@transaction.atomic
def tag_conversation(
    conversation: Conversation, names: Iterable[Tag | str | int], *, by: Actor, at: datetime
) -> list[Tag]:
    """Put tags on a conversation, making those that do not exist; return the ones it did not have."""
    found = locked(conversation)
    added = [tag for tag in tags_named(names) if tag.pk not in found.tag_ids]
    if added:
        _retag(found, {*found.tag_ids, *(tag.pk for tag in added)}, [None, listed(added)], by=by, at=at)
    return added


@transaction.atomic
def untag_conversation(
    conversation: Conversation, names: Iterable[Tag | str | int], *, by: Actor, at: datetime
) -> list[Tag]:
    """Take tags off a conversation; return the ones it had."""
    found = locked(conversation)
    removed = [tag for tag in tags_named(names) if tag.pk in found.tag_ids]
    if removed:
        left = set(found.tag_ids) - {tag.pk for tag in removed}
        _retag(found, left, [listed(removed), None], by=by, at=at)
    return removed


def _retag(
    found: Conversation, numbers: Iterable[int], change: Sequence[str | None], *, by: Actor, at: datetime
) -> None:
    found.tag_ids = sorted(numbers)
    before, after = change
    moved(found, "tagged", by=by, at=at, fields=("tag_ids",), before=before, after=after)
    announce(ConversationChanged(**about_event(found)), by=by, changes={"tags": list(change)})


@transaction.atomic
def put_back(
    conversation: Conversation,
    state: str,
    *,
    waiting_since: datetime | None,
    until: datetime | None,
    by: Actor,
    at: datetime,
) -> Conversation:
    """Give a conversation the state it had before something was done by mistake."""
    found = locked(conversation)
    before = found.state
    if state == State.SNOOZED and (until is None or until <= at):
        state = State.OPEN
    found.state, found.waiting_since = state, waiting_since
    found.snoozed_until = until if state == State.SNOOZED else None
    found.closed_at = at if state in (State.CLOSED, State.SPAM) else None
    moved(found, "put_back", by=by, at=at, fields=WAKING, state=state)
    announce(ConversationReopened(**about_event(found)), by=by, changes={"state": [before, found.state]})
    return found
