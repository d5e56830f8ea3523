"""How every change of a conversation is written: under its lock, with the next number, a line, and word to all windows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.inbox.actions.clocks import keep_clocks
from regulars.inbox.engine.beginnings import fitting
from regulars.inbox.models import Conversation, Line, State
from regulars.inbox.rules import TOPIC, topics_for
from regulars.kit.actor import Actor
from regulars.kit.live import publish, room_beside
from regulars.kit.refused import NotThere

SHORT = 120
# What a colleague writes, as a window draws it.
_KINDS = {"answered": "answer", "auto_answered": "answer", "noted": "note"}
WAKING = ("state", "waiting_since", "snoozed_until", "closed_at")


def locked(conversation: Conversation | int) -> Conversation:
    """Return a conversation as it is now, held until the transaction ends."""
    number = conversation if isinstance(conversation, int) else conversation.pk
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("person", "channel", "thread")
    found = rows.filter(pk=number).first()
    if found is None:
        raise NotThere
    return found


def moved(
    conversation: Conversation,
    kind: str,
    *,
    by: Actor,
    at: datetime,
    fields: tuple[str, ...] = (),
    words: str = "",
    **about: Any,
) -> Conversation:
    """Save a locked conversation with its next number, write the line, and tell every window; `words` are what was written."""
    conversation.sequence += 1
    conversation.save(update_fields=[*fields, "sequence"])
    Line.objects.create(
        conversation=conversation, sequence=conversation.sequence, kind=kind, about=about, at=at,
        actor_label=by.label[:200], member_id=by.member_id,
    )  # fmt: skip
    keep_clocks(conversation, kind, at=at, member_id=by.member_id)
    if words:
        tell_words(conversation, kind, words, by=by, at=at)
    tell(conversation)
    return conversation


def tell(conversation: Conversation) -> None:
    """Let every window know how far a conversation is."""
    publish(TOPIC, {"kind": "moved", "id": conversation.pk, "sequence": conversation.sequence})


def tell_words(conversation: Conversation, kind: str, text: str, *, by: Actor, at: datetime) -> None:
    """Let the windows of those who may see a conversation draw what was written at once, before they ask for the truth."""
    topics = topics_for(conversation)
    if not topics:
        return
    is_theirs = kind in ("opened", "received")
    since = conversation.waiting_since or conversation.last_message_at
    who = (conversation.person.name if conversation.person else "") or conversation.sender
    told = {
        "id": conversation.pk, "sequence": conversation.sequence, "who": who[:SHORT],
        "by": (conversation.sender if is_theirs else by.label)[:SHORT], "kind": "letter" if is_theirs else _KINDS[kind],
        "subject": conversation.subject[:SHORT], "beginning": conversation.beginning, "state": conversation.state,
        "assignee": conversation.assignee_id, "waits": conversation.waiting_since is not None,
        "since": since.isoformat(), "at": at.isoformat(), "text": "", "is_cut": False,
    }  # fmt: skip
    told["text"] = fitting(text, room_beside(max(topics, key=len), told))
    told["is_cut"] = told["text"] != text
    # Not kept: who was away asks, and what was erased meanwhile is nowhere any more.
    publish(topics, told, is_kept=False)


def about_event(conversation: Conversation) -> dict[str, Any]:
    """Return what every event of a conversation tells."""
    return {
        "conversation_id": conversation.pk,
        "person_id": conversation.person_id,
        "subject_line": conversation.subject[:120],
    }


def wake(conversation: Conversation, at: datetime) -> None:
    """Make it our turn: open, and the customer waits since then unless they did already."""
    conversation.state, conversation.closed_at, conversation.snoozed_until = State.OPEN, None, None
    conversation.waiting_since = conversation.waiting_since or at
