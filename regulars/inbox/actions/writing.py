"""Answers and notes: what a member writes in a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.actions.drafting import draft_again
from regulars.inbox.actions.moving import WAKING, about_event, locked, moved
from regulars.inbox.actions.templates import refuse_gaps
from regulars.inbox.engine.beginnings import beginning_of
from regulars.inbox.events import ConversationAnswered, ConversationFollowed, ConversationNoted
from regulars.inbox.models import Conversation, ConversationNote, Follower, Line, State
from regulars.inbox.queries.writing import answering_channel
from regulars.inbox.rules import SEE, reaches_conversation
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid, NotThere, Refused
from regulars.messaging.actions import HOLD, take_back, write_message
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import ChannelKind, Message
from regulars.people.actions.notes import members_named
from regulars.people.engine.markdown import to_html
from regulars.team.actions.notices import notify
from regulars.team.models import Member

MAX_NOTE = 20_000
# Who chats sees the answer grow; ten seconds would be silence.
CHAT_HOLD = timedelta(seconds=3)


class MovedMeanwhile(Refused):
    """Somebody else was here while this was written: it is held, and nothing was sent."""

    code = "moved_meanwhile"
    default = gettext_lazy("Something happened here while you were writing. Nothing was sent yet.")

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = list(lines)
        super().__init__(sequence=self.lines[-1].sequence, changes=[line.kind for line in self.lines])


class SpamIsNotAnswered(Refused):
    """Who is called a spammer gets no answer."""

    code = "spam"
    default = gettext_lazy("This is called spam. Reopen it first if it deserves an answer.")


@dataclass(frozen=True)
class Answered:
    """The letter, and how the conversation was before, so that taking back restores it."""

    message: Message
    before: dict[str, Any]


@transaction.atomic
def answer_conversation(
    conversation: Conversation,
    letter: OutgoingLetter,
    *,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    due_at: datetime | None = None,
) -> Answered:
    """Answer in a conversation; held when others moved it past `seen`, the number up to which the writer had seen it."""
    found = locked(conversation)
    if found.state == State.SPAM:
        raise SpamIsNotAnswered
    if seen is not None and (news := moved_since(found, seen, by)):
        raise MovedMeanwhile(news)
    refuse_gaps(letter.text)
    before = {name: getattr(found, name) for name in RESTORED}
    channel = answering_channel(found)
    hold = CHAT_HOLD if channel.kind == ChannelKind.CHAT else HOLD
    message = write_message(found.thread, channel, letter, by=by, at=at, due_at=due_at, hold=hold)
    is_first = found.first_answered_at is None
    found.state, found.waiting_since, found.snoozed_until, found.closed_at = State.WAITING, None, None, None
    found.first_answered_at = found.first_answered_at or at
    found.last_message_at, found.sender = max(at, found.last_message_at), by.label[:320]
    found.beginning = beginning_of(message.text)
    if found.assignee_id is None and by.member_id is not None:
        found.assignee_id = by.member_id
    moved(
        found, "answered", by=by, at=at, fields=(*WAKING, *RESTORED), words=message.text, message=message.pk
    )
    announce(ConversationAnswered(**about_event(found), message_id=message.pk, is_first=is_first), by=by)
    return Answered(message, before)


RESTORED = (
    "state", "waiting_since", "snoozed_until", "closed_at", "first_answered_at", "last_message_at", "sender",
    "beginning", "assignee_id",
)  # fmt: skip


@transaction.atomic
def take_answer_back(
    conversation: Conversation, message: Message, before: dict[str, Any], *, by: Actor, at: datetime
) -> Conversation:
    """Cancel an answer that has not left, and let the conversation be as it was."""
    found = locked(conversation)
    take_back(message, by=by, at=at)
    for name in RESTORED:
        if name in before:
            setattr(found, name, before[name])
    moved(found, "taken_back", by=by, at=at, fields=RESTORED, message=message.pk)
    # An approved text is chosen anew; as a draft of free words it could not leave.
    if message.author is not None and not hasattr(message, "text_template"):
        draft_again(found, message, message.author, at=at)
    return found


def moved_since(conversation: Conversation, seen: int, by: Actor) -> list[Line]:
    """Return what others did in a conversation after a number of its sequence."""
    rows = conversation.lines.filter(sequence__gt=seen).exclude(kind="woke").order_by("sequence")
    return [line for line in rows if line.member_id is None or line.member_id != by.member_id]


@transaction.atomic
def write_conversation_note(
    conversation: Conversation, body: str, *, by: Actor, at: datetime
) -> ConversationNote:
    """Write a note for colleagues; members named with @ who may see the conversation get a notice and follow it."""
    clean = body.strip()
    if not clean:
        raise Invalid({"text": _("A note needs some words.")})
    if len(clean) > MAX_NOTE:
        raise Invalid({"text": _("At most %(most)d characters are possible here.") % {"most": MAX_NOTE}})
    found = locked(conversation)
    note = ConversationNote.objects.create(
        conversation=found, body=clean, author_id=by.member_id, author_label=by.label[:200], created_at=at
    )
    moved(found, "noted", by=by, at=at, words=clean, note=note.pk)
    _mention(found, note, by)
    announce(ConversationNoted(**about_event(found), note_id=note.pk), by=by, changes={"note": [None, clean]})
    return note


@transaction.atomic
def delete_conversation_note(note: ConversationNote, *, by: Actor, at: datetime) -> None:
    """Take a note away."""
    found = locked(note.conversation_id)
    stored = ConversationNote.objects.filter(pk=note.pk, deleted_at=None).first()
    if stored is None:
        raise NotThere
    stored.deleted_at = at
    stored.save(update_fields=["deleted_at"])
    moved(found, "note_deleted", by=by, at=at, note=note.pk)
    event = ConversationNoted(**about_event(found), note_id=note.pk)
    announce(event, by=by, changes={"note": [stored.body, None]})


@transaction.atomic
def restore_conversation_note(note: ConversationNote, *, by: Actor, at: datetime) -> None:
    """Bring a note back."""
    found = locked(note.conversation_id)
    note.deleted_at = None
    note.save(update_fields=["deleted_at"])
    moved(found, "noted", by=by, at=at, note=note.pk)
    event = ConversationNoted(**about_event(found), note_id=note.pk)
    announce(event, by=by, changes={"note": [None, note.body]})


@transaction.atomic
def follow(
    conversation: Conversation, member: Member, *, by: Actor, is_followed: bool = True
) -> Conversation:
    """Let a member hear of every reply in a conversation, or no longer."""
    rows = Follower.objects.filter(conversation=conversation, member=member)
    if is_followed == rows.exists():
        return conversation
    if is_followed:
        Follower.objects.create(conversation=conversation, member=member)
    else:
        rows.delete()
    announce(ConversationFollowed(**about_event(conversation), is_followed=is_followed), by=by)
    return conversation


def html_of(text: str) -> str:
    """Return what a member typed as simple HTML, such as mail programs show."""
    return to_html(text)


def _mention(found: Conversation, note: ConversationNote, by: Actor) -> None:
    named = [one for one in members_named(note.body) if one.pk != by.member_id]
    told = [one for one in named if reaches_conversation(one, SEE, found)]
    Follower.objects.bulk_create(
        (Follower(conversation=found, member=one) for one in told), ignore_conflicts=True
    )
    text = _("%(who)s mentioned you: %(what)s") % {"who": by.label, "what": found}
    key = f"conversation-note:{note.pk}"
    notify([one.pk for one in told], text, url=f"/inbox/{found.pk}/", icon="at", key=key)
