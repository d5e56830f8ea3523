"""Promises that run follow what was changed about them: hours, holidays and response targets hold at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.inbox.actions.clocks import RETARGETED, keep_clocks
from regulars.inbox.actions.moving import locked
from regulars.inbox.models import Clock
from regulars.inbox.rules import TOPIC
from regulars.kit.live import publish
from regulars.kit.refused import NotThere

RETARGET, AT_ONCE = "inbox.retarget", 200


def retarget_batch(after: int, *, at: datetime) -> int | None:
    """Reckon the promises of the next conversations behind a number anew; return the last number, None when there is no more.

    Each conversation is its own transaction, so that nobody who works in one waits for the others.
    """
    rows: Any = Clock.objects.filter(conversation__gt=after)
    numbers = (
        rows.running_or_standing().order_by("conversation").values_list("conversation", flat=True).distinct()
    )
    found = list(numbers[:AT_ONCE])
    for number in found:
        retarget(number, at=at)
    return found[-1] if found else None


@transaction.atomic
def retarget(conversation_id: int, *, at: datetime) -> None:
    """Reckon a conversation's running promises anew, by the target and the hours that hold now."""
    try:
        found = locked(conversation_id)
    except NotThere:
        return
    keep_clocks(found, RETARGETED, at=at)


@transaction.atomic
def tell_of_new_times() -> None:
    """Let every window ask anew when what is due."""
    publish(TOPIC, {"kind": "moved", "ask": True})
