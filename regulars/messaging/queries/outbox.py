"""What the outbox's page and the messages show of sendings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regulars.messaging.models import DUE_STATES, Message, Sending, SendingState, Thread

MOST, COUNTED = 50, 10_000
TONES = {
    SendingState.SENT: "green", SendingState.DELIVERED: "green", SendingState.HELD: "sky", SendingState.WAITING: "amber",
    SendingState.SENDING: "sky", SendingState.CANCELLED: "stone", SendingState.SUPPRESSED: "stone",
}  # fmt: skip


@dataclass(frozen=True)
class Outbox:
    """What has not left, what failed, and what nobody knows; counted up to 10,000."""

    waiting: list[Sending]
    waiting_count: int
    uncertain: list[Sending]
    uncertain_count: int
    failed: list[Sending]
    failed_count: int


def outbox(seer: Any) -> Outbox:
    """Return the letters of people within reach that have not arrived, without their words."""
    threads: Any = Thread.objects.all()
    rows = Sending.objects.filter(message__thread__in=threads.visible_to(seer))
    rows = rows.select_related("message", "message__channel").defer("message__html", "message__text")
    waiting = rows.filter(state__in=DUE_STATES)
    uncertain = rows.filter(state=SendingState.UNCERTAIN)
    failed = rows.filter(state=SendingState.FAILED)
    return Outbox(
        list(waiting.order_by("due_at", "id")[:MOST]),
        waiting[:COUNTED].count(),
        list(uncertain.order_by("-id")[:MOST]),
        uncertain[:COUNTED].count(),
        list(failed.order_by("-id")[:MOST]),
        failed[:COUNTED].count(),
    )


def sending_seen(sending_id: int, seer: Any) -> Sending | None:
    """Return a sending of a thread within reach."""
    threads: Any = Thread.objects.all()
    rows = Sending.objects.filter(message__thread__in=threads.visible_to(seer))
    return rows.select_related("message").filter(pk=sending_id).first()


def sendings_of(messages: Sequence[Message]) -> dict[int, list[Sending]]:
    """Return the sendings of messages that left us, in one query."""
    ours = [one.pk for one in messages if one.direction == "out"]
    found: dict[int, list[Sending]] = {}
    for sending in Sending.objects.filter(message__in=ours).order_by("id") if ours else ():
        found.setdefault(sending.message_id, []).append(sending)
    return found
