"""One conversation that is two: chosen messages begin one of their own, with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.actions.merging import merge_conversations
from regulars.inbox.actions.moving import about_event, locked, moved
from regulars.inbox.engine.beginnings import beginning_of
from regulars.inbox.events import ConversationSplit
from regulars.inbox.models import Conversation, Follower, State
from regulars.inbox.queries.waiting import threads_of, unanswered_since
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid, NotThere, Refused
from regulars.messaging.actions.splitting import part_messages
from regulars.messaging.models import Direction, Message, MessageKind

KEPT = ("assignee_id", "team_id", "priority", "tag_ids", "skill_ids", "channel_id")


class EverythingChosen(Refused):
    """A conversation is not split from nothing."""

    code = "everything_chosen"
    default = gettext_lazy("At least one message has to stay here.")


@transaction.atomic
def split_conversation(
    conversation: Conversation, message_ids: Iterable[int], *, subject: str = "", by: Actor, at: datetime
) -> Conversation:
    """Let messages of a conversation begin one of their own, handed to the same people and promised the same.

    Notes, drafts and reminders stay. Both wait since their own first message without an answer; answers to what was moved
    follow it there.
    """
    found = locked(conversation)
    if found.merged_into_id is not None:
        raise NotThere
    letters = list(
        Message.objects.filter(thread__in=threads_of(found.pk))
        .select_related("person")
        .order_by("sent_at", "pk")
    )
    wanted = set(message_ids)
    chosen = [one for one in letters if one.pk in wanted]
    if not chosen:
        raise Invalid({"messages": _("Choose the messages that begin the new conversation.")})
    if len(chosen) == len(letters):
        raise EverythingChosen
    stay = [one for one in letters if one.pk not in wanted]
    made = _begin(found, chosen, subject, at=at)
    _follow_too(found, made)
    _stay_behind(found, stay)
    moved(made, "split_from", by=by, at=at, subject=found.subject, other=found.pk)
    fields = ("state", "waiting_since", "last_message_at", "sender", "beginning")
    moved(found, "split_off", by=by, at=at, fields=fields, subject=made.subject, other=made.pk)
    event = ConversationSplit(**about_event(found), new_id=made.pk)
    announce(event, by=by, changes={"messages": [None, len(chosen)], "new": [None, made.pk]})
    return made


@transaction.atomic
def unsplit_conversation(made: Conversation, *, into: Conversation, by: Actor, at: datetime) -> Conversation:
    """Take a split back: the messages are shown where they were, and later mail lands there."""
    return merge_conversations(made, into=into, by=by, at=at)


def _begin(found: Conversation, chosen: Sequence[Message], subject: str, *, at: datetime) -> Conversation:
    theirs = [one for one in chosen if one.direction == Direction.IN]
    person = next((one.person for one in theirs if one.person is not None), None) or found.person
    words = " ".join(subject.split())[:300] or chosen[0].subject[:300] or found.subject
    thread = part_messages(chosen, subject=words, person=person)
    answers = [one for one in chosen if one.direction == Direction.OUT and one.kind == MessageKind.HUMAN]
    made = Conversation(
        thread=thread, person=person, subject=words, started_at=chosen[0].sent_at,
        last_message_id=max((one.pk for one in theirs), default=0),
        first_answered_at=answers[0].received_at if theirs and answers else None,
        state=found.state, closed_at=found.closed_at, snoozed_until=found.snoozed_until,
        **{name: getattr(found, name) for name in KEPT},
    )  # fmt: skip
    _tell_last(made, chosen)
    made.waiting_since = _waits_since(made, found)
    if found.state == State.OPEN and made.waiting_since is None:
        made.state = State.WAITING
    made.save(force_insert=True)
    return made


def _stay_behind(found: Conversation, stay: Sequence[Message]) -> None:
    """Reckon anew what a conversation says of its messages, now that some are gone."""
    waited = found.waiting_since is not None
    found.waiting_since = _waits_since(found, found) if waited else None
    if waited and found.waiting_since is None and found.state == State.OPEN:
        found.state = State.WAITING
    _tell_last(found, stay)


def _waits_since(talk: Conversation, found: Conversation) -> datetime | None:
    if found.state in (State.CLOSED, State.SPAM):
        return None
    return unanswered_since(threads_of(talk.pk))


def _tell_last(talk: Conversation, letters: Sequence[Message]) -> None:
    last = letters[-1]
    came = last.direction == Direction.IN
    talk.last_message_at = last.received_at
    talk.sender = (last.sender if came else last.author_label or last.sender)[:320]
    talk.beginning = beginning_of(last.text)


def _follow_too(found: Conversation, made: Conversation) -> None:
    rows = Follower.objects.filter(conversation=found).values_list("member", flat=True)
    Follower.objects.bulk_create(Follower(conversation=made, member_id=number) for number in rows)
