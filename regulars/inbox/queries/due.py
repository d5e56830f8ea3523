"""How a promise stands, as a ring in the list and beside the conversation's name shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from regulars.inbox.models import Clock, ClockKind, Conversation
from regulars.inbox.queries.targets import clocks_of, next_due


@dataclass(frozen=True)
class Due:
    """One promise as it is shown: what, until when, how much of the time has gone (of 100), and how pressing."""

    label: str
    due_at: datetime | None
    share: int
    urgency: str
    words: str


def due_of(conversation_ids: Iterable[int], at: datetime) -> dict[int, Due]:
    """Return what is due next in each conversation that is promised something."""
    return {number: shown_due(clock, at) for number, clock in next_due(conversation_ids).items()}


def promises_of(conversation: Conversation, at: datetime) -> list[Due]:
    """Return all promises that run or stand in a conversation, the next due first."""
    return [shown_due(clock, at) for clock in clocks_of(conversation)]


def shown_due(clock: Clock, at: datetime) -> Due:
    """Return a promise as it is shown at a moment."""
    label, urgency = str(ClockKind(clock.kind).label), clock.urgency(at)
    if clock.due_at is None:
        words = _("%(label)s: the clock stands") % {"label": label}
        return Due(label, None, 0, urgency, words)
    late = clock.due_at <= at
    span = spoken(abs(clock.due_at - at).total_seconds())
    words = (
        _("%(label)s: %(span)s late") if late else _("%(label)s: due in %(span)s")
    ) % {"label": label, "span": span}  # fmt: skip
    whole = max((clock.due_at - clock.started_at).total_seconds(), 1)
    share = 100 if late else round(100 * min(max((at - clock.started_at).total_seconds() / whole, 0), 1))
    return Due(label, clock.due_at, share, urgency, words)


def spoken(seconds: float) -> str:
    """Return a length of time in one or two units.

    >>> spoken(59), spoken(3720), spoken(200_000)
    ('1 min', '1 h 2 min', '2 d 7 h')
    """
    minutes = max(round(seconds / 60), 1)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest and hours < 10 else f"{hours} h"
    days, left = divmod(hours, 24)
    return f"{days} d {left} h" if left and days < 10 else f"{days} d"
