"""The figures of a period, all together or side by side, with their spread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from regulars.inbox.queries.reports.period import Period
from regulars.inbox.queries.reports.sources import rows_by
from regulars.messaging.models import Channel
from regulars.people.models import Tag
from regulars.team.models import Member, Team

COUNTED = (
    "began", "messages_in", "messages_out", "resolved", "reopened", "promised", "kept", "missed", "asked", "said",
    "happy", "backlog",
)  # fmt: skip
TIMED = ("first", "next", "resolved")
# Median and the ninth of ten, in open time and by the calendar: of a clock, half and nine tenths took no longer.
TIMES = """count(*), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY x.used),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY x.whole)"""


SCORE = "avg(x.score)::float"


@dataclass(frozen=True)
class Times:
    """How long something took, in seconds: how many there were, and median and nine tenths in both times."""

    count: int = 0
    median: float | None = None
    ninth: float | None = None
    calendar_median: float | None = None
    calendar_ninth: float | None = None


@dataclass
class Figures:
    """All figures of one group."""

    key: str
    label: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    times: dict[str, Times] = field(default_factory=dict)
    score: float | None = None

    def share(self, part: str, whole: str) -> float | None:
        """Return one count as a share of another, None when there is nothing to share."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else None

    @property
    def kept(self) -> float | None:
        """The share of promises that were kept."""
        return self.share("kept", "promised")

    @property
    def reopened(self) -> float | None:
        """The share of what was resolved and came back."""
        return self.share("reopened", "resolved")

    @property
    def happy(self) -> float | None:
        """The share of those who said good or very good, of all who said something."""
        return self.share("happy", "said")

    def time(self, kind: str) -> Times:
        """Return how long something took."""
        return self.times.get(kind, Times())


def figures_by(period: Period, by: str = "") -> list[Figures]:
    """Return the figures of each group, the busiest first; without `by` those of all together."""
    _whole, found = _read(period, by, has_whole=False)
    if not by:
        return [found[0]] if found else [Figures("", "")]
    return _named(found, by)


def whole_and_by(period: Period, by: str) -> tuple[Figures, list[Figures]]:
    """Return the figures of all together and those of each group, each row of the database read once."""
    if by == "tag":
        # A conversation has several tags or none: the sum of the tags is not the whole.
        return figures_by(period)[0], figures_by(period, by)
    whole, found = _read(period, by, has_whole=True)
    return whole, _named(found, by)


def _read(period: Period, by: str, *, has_whole: bool) -> tuple[Figures, dict[Any, Figures]]:
    whole, found = Figures("", ""), defaultdict[Any, Figures](lambda: Figures("", ""))
    for measure, columns in _asked():
        for is_whole, key, *values in rows_by(measure, columns, period, by, has_whole=has_whole):
            # Of nothing at all there is a whole too, but no figure.
            if values[0]:
                _note(whole if is_whole else found[key], measure, columns, values)
    return whole, found


def _asked() -> list[tuple[str, str]]:
    return [*((one, "count(*)") for one in COUNTED), *((one, TIMES) for one in TIMED), ("said", SCORE)]


def _note(figures: Figures, measure: str, columns: str, values: list[Any]) -> None:
    if columns == SCORE:
        figures.score = values[0]
    elif columns == TIMES:
        count, used, whole = values
        figures.times[measure] = Times(count, *(used or (None, None)), *(whole or (None, None)))
    else:
        figures.counts[measure] = values[0]


def _named(found: dict[Any, Figures], by: str) -> list[Figures]:
    labels = _labels(by, [key for key in found if key is not None])
    for key, one in found.items():
        one.key = "none" if key is None else str(key)
        one.label = labels.get(key, _("No longer there")) if key is not None else _none(by)
    if by == "hour":
        return [found[key] for key in sorted(found)]
    return sorted(found.values(), key=lambda one: (-one.counts["began"], -one.counts["resolved"], one.label))


def _none(by: str) -> str:
    return _("Nobody") if by == "member" else _("No team")


def _labels(by: str, keys: Sequence[int]) -> dict[int, str]:
    if by == "hour":
        return {key: f"{key:02}–{(key + 1) % 24:02}" for key in keys}
    models: dict[str, Any] = {"channel": Channel, "member": Member, "team": Team, "tag": Tag}
    return {one.pk: str(one) for one in models[by].objects.filter(pk__in=keys)}


@dataclass(frozen=True)
class Spread:
    """How evenly groups are served in one measure: the lowest, the highest, and how many times the one the other is."""

    lowest: float
    highest: float

    @property
    def times(self) -> float | None:
        """How many times the lowest the highest is; None beside nothing."""
        return self.highest / self.lowest if self.lowest else None


def spread_of(values: Sequence[float | None]) -> Spread | None:
    """Return how far groups lie apart; None with fewer than two that have the figure.

    >>> spread_of([3600.0, None, 7200.0]).times
    2.0
    """
    known = [value for value in values if value is not None]
    return Spread(min(known), max(known)) if len(known) > 1 else None
