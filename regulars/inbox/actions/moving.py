"""How every change of a conversation is written: under its lock, with the next number, a line, and word to all windows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.inbox.actions.clocks import keep_clocks
from regulars.inbox.models import Conversation, Line, State
from regulars.kit.actor import Actor
from regulars.kit.live import publish
from regulars.kit.refused import NotThere

TOPIC = "inbox"
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
    **about: Any,
) -> Conversation:
    """Save a locked conversation with its next number, write the line, and tell every window."""
    conversation.sequence += 1
    conversation.save(update_fields=[*fields, "sequence"])
    Line.objects.create(
        conversation=conversation, sequence=conversation.sequence, kind=kind, about=about, at=at,
        actor_label=by.label[:200], member_id=by.member_id,
    )  # fmt: skip
    keep_clocks(conversation, kind, at=at, member_id=by.member_id)
    tell(conversation)
    return conversation


def tell(conversation: Conversation) -> None:
    """Let every window know how far a conversation is."""
    publish(TOPIC, {"kind": "moved", "id": conversation.pk, "sequence": conversation.sequence})


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
