from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from regulars.inbox.actions.moving import WAKING, about_event, locked, moved
from regulars.inbox.events import ConversationOpened, ConversationsMerged
from regulars.inbox.models import Conversation, State
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Refused
from regulars.messaging.actions import start_thread
from regulars.messaging.actions.splitting import unite_threads
from regulars.messaging.models import Channel
from regulars.people.models import Person


class CannotMerge(Refused):
    """A conversation can't become part of itself, nor of one that became part of another."""

    code = "cannot_merge"
    default = gettext_lazy("These two can't be merged. Choose another conversation.")


@transaction.atomic
def merge_conversations(
    conversation: Conversation, *, into: Conversation, by: Actor, at: datetime
) -> Conversation:
    """Make a conversation part of another: its letters are shown there, and later mail lands there."""
    first, second = sorted((conversation.pk, into.pk))
    rows = {first: locked(first)}
    rows[second] = rows[first] if first == second else locked(second)
    gone, kept = rows[conversation.pk], rows[into.pk]
    if gone.pk == kept.pk or gone.merged_into_id or kept.merged_into_id:
        raise CannotMerge
    unite_threads(gone.thread, into=kept.thread)
    before = gone.state
    waiting = [one for one in (gone.waiting_since, kept.waiting_since) if one is not None]
    if gone.last_message_at > kept.last_message_at:
        kept.last_message_at, kept.sender, kept.beginning = gone.last_message_at, gone.sender, gone.beginning
    kept.last_message_id = max(gone.last_message_id, kept.last_message_id)
    kept.tag_ids = sorted({*kept.tag_ids, *gone.tag_ids})
    kept.waiting_since = min(waiting) if waiting and State.OPEN in (kept.state, gone.state) else None
    if gone.state == State.OPEN and kept.state != State.SPAM:
        kept.state, kept.closed_at, kept.snoozed_until = State.OPEN, None, None
    gone.merged_into, gone.state, gone.closed_at = kept, State.CLOSED, at
    gone.waiting_since = gone.snoozed_until = None
    gone.notes.update(conversation=kept)
    moved(gone, "merged_away", by=by, at=at, fields=("merged_into", *WAKING), into=kept.pk, before=before)
    fields = ("last_message_at", "sender", "beginning", "last_message_id", "tag_ids", *WAKING)
    moved(kept, "merged", by=by, at=at, fields=fields, merged=gone.pk, subject=gone.subject)
    changes = {"merged": [None, gone.pk]}
    announce(ConversationsMerged(**about_event(kept), merged_id=gone.pk), by=by, changes=changes)
    return kept


@transaction.atomic
def start_conversation(
    person: Person | None, channel: Channel, subject: str, *, by: Actor, at: datetime
) -> Conversation:
    """Begin a conversation with a person by a channel; what is written in it is its first letter."""
    thread = start_thread(subject=subject, person=person, channel=channel, by=by, at=at)
    made = Conversation.objects.create(
        thread=thread, channel=channel, person=person, team_id=person.team_id if person else None,
        subject=thread.subject, started_at=at, last_message_at=at, state=State.OPEN, assignee_id=by.member_id,
    )  # fmt: skip
    moved(made, "begun", by=by, at=at)
    announce(ConversationOpened(**about_event(made)), by=by)
    return made
