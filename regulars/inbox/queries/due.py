"""How a promise stands, as a ring in the list and beside the conversation's name shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.inbox.models import Clock, ClockKind
from regulars.inbox.models.targets import Timed


@dataclass(frozen=True)
class Due:
    """One promise as it is shown: what, until when, how much of the time has gone (of 100), and how pressing."""

    label: str
    due_at: datetime | None
    share: int
    urgency: str
    words: str


def shown_due(clock: Clock | Timed, at: datetime) -> Due:
    """Return a promise as it is shown at a moment."""
    urgency, language = clock.urgency(at), get_language()
    if clock.due_at is None:
        label, words = _words(clock.kind, "", False, language)
        return Due(label, None, 0, urgency, words)
    late = clock.due_at <= at
    span = spoken(abs(clock.due_at - at).total_seconds())
    label, words = _words(clock.kind, span, late, language)
    whole = max((clock.due_at - clock.started_at).total_seconds(), 1)
    share = 100 if late else round(100 * min(max((at - clock.started_at).total_seconds() / whole, 0), 1))
    return Due(label, clock.due_at, share, urgency, words)


@lru_cache(maxsize=4096)
def _words(kind: str, span: str, late: bool, language: str | None) -> tuple[str, str]:
    """Return what was promised, and how it stands, in the language that is spoken now."""
    label = str(ClockKind(kind).label)
    if not span:
        return label, _("%(label)s: the clock stands") % {"label": label}
    words = _("%(label)s: %(span)s late") if late else _("%(label)s: due in %(span)s")
    return label, words % {"label": label, "span": span}


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
