"""Since when a customer waits: from when their first message without an answer reached us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max, Min

from regulars.messaging.models import Direction, Message, MessageKind, SendingState, Thread


def threads_of(thread_id: int) -> list[int]:
    """Return the numbers of a conversation's thread and of those that are shown in it."""
    # As numbers: an OR with a query inside would read every message.
    return [thread_id, *Thread.objects.filter(merged_into=thread_id).values_list("pk", flat=True)]


def unanswered_since(threads: Sequence[int], *, without: int | None = None) -> datetime | None:
    """Return when the first message that has no answer reached us; robots ask nothing, and what never left answers nothing.

    `without` is an answer that does not count, because it did not arrive.
    """
    human = Message.objects.filter(thread__in=threads, kind=MessageKind.HUMAN, erased_at=None)
    ours = human.filter(direction=Direction.OUT).exclude(pk=without or 0)
    answered = ours.exclude(sendings__state=SendingState.CANCELLED).aggregate(last=Max("received_at"))["last"]
    theirs = human.filter(direction=Direction.IN)
    theirs = theirs.filter(received_at__gt=answered) if answered is not None else theirs
    found: datetime | None = theirs.aggregate(first=Min("received_at"))["first"]
    return found
