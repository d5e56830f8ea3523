"""What stands in the composer before anybody types, and how far what was sent has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.inbox.engine.addresses import write_line
from regulars.inbox.models import Conversation
from regulars.messaging.models import Direction, Message, MessageKind, Sending, SendingState, Thread
from regulars.people.models import IdentityKind

TONES = {
    SendingState.DELIVERED: "green",
    SendingState.BOUNCED: "brick",
    SendingState.COMPLAINED: "brick",
    SendingState.FAILED: "brick",
    SendingState.UNCERTAIN: "amber",
    SendingState.SUPPRESSED: "amber",
    SendingState.HELD: "sky",
}


def recipients_line(conversation: Conversation) -> str:
    """Return to whom an answer goes: who wrote last, else the person's own address."""
    threads = Thread.objects.filter(merged_into=conversation.pk).values("pk")
    rows = Message.objects.filter(direction=Direction.IN, kind=MessageKind.HUMAN).exclude(sender_email="")
    here = rows.filter(thread=conversation.pk) | rows.filter(thread__in=threads)
    last = here.order_by("-sent_at", "-pk").values_list("sender_email", "sender_name").first()
    if last is not None:
        return write_line([last])
    if conversation.person is None:
        return ""
    own = conversation.person.identities.filter(kind=IdentityKind.EMAIL, ended_at__isnull=True)
    found = own.order_by("-is_primary", "id").first()
    return write_line([(found.value, conversation.person.name)]) if found else ""


def states_of(messages: Sequence[Message]) -> dict[int, list[dict[str, Any]]]:
    """Return how far each letter of ours has come, for each who should get it."""
    ours = [one.pk for one in messages if one.direction == Direction.OUT]
    found: dict[int, list[dict[str, Any]]] = {}
    for one in Sending.objects.filter(message__in=ours).order_by("pk") if ours else ():
        told = {"sending": one, "tone": TONES.get(SendingState(one.state), "stone")}
        found.setdefault(one.message_id, []).append(told)
    return found


def is_taken_back(states: Sequence[dict[str, Any]]) -> bool:
    """Tell whether a letter left for nobody because its writer took it back."""
    gone = (SendingState.CANCELLED, SendingState.SUPPRESSED)
    ends = [one["sending"].state for one in states]
    return SendingState.CANCELLED in ends and all(one in gone for one in ends)
