"""Which stage and health somebody's past purchases would have given them, as the default rules see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

WAVERING, AT_RISK, LAPSED = 1.5, 2.5, 4.0
WELCOME = timedelta(days=30)
BY_COUNT = ((1, "acquired"), (2, "nurtured"), (3, "retained"))


@dataclass(frozen=True)
class Span:
    """A time on one axis; without an end it lasts."""

    axis: str
    value: str
    since: datetime
    until: datetime | None


def usual_interval(purchases: Sequence[datetime]) -> float | None:
    """Return the median of days between purchases, None with fewer than three.

    >>> day = datetime(2026, 1, 1)
    >>> usual_interval([day, day + timedelta(days=10), day + timedelta(days=40)])
    20.0
    """
    days = [moment.date() for moment in purchases]
    gaps = [(later - earlier).days for earlier, later in zip(days, days[1:], strict=False)]
    return float(median(gaps)) if len(days) >= 3 else None


def stage_spans(purchases: Sequence[datetime]) -> list[Span]:
    """Return how far somebody had come when: with the first, the second and the third purchase day."""
    reached = [(purchases[count - 1], value) for count, value in BY_COUNT if len(purchases) >= count]
    ends = [since for since, _value in reached[1:]] + [None]
    return [Span("stage", value, since, until) for (since, value), until in zip(reached, ends, strict=True)]


def health_spans(purchases: Sequence[datetime], interval_days: float, at: datetime) -> list[Span]:
    """Return how somebody was doing when: between two purchases health sinks with the days beyond their rhythm."""
    steps = list(_steps(purchases, max(interval_days, 1.0), at))
    merged = [step for place, step in enumerate(steps) if place == 0 or step[1] != steps[place - 1][1]]
    ends = [since for since, _value in merged[1:]] + [None]
    return [Span("health", value, since, until) for (since, value), until in zip(merged, ends, strict=True)]


def _steps(
    purchases: Sequence[datetime], interval_days: float, at: datetime
) -> Iterator[tuple[datetime, str]]:
    health = "steady"
    for moment, following in zip(purchases, [*purchases[1:], at], strict=True):
        is_back = health in ("at_risk", "lapsed")
        health = "won_back" if is_back else "steady"
        yield moment, health
        sinking = [
            (interval_days * ratio, value)
            for ratio, value in ((WAVERING, "wavering"), (AT_RISK, "at_risk"), (LAPSED, "lapsed"))
        ]
        # Days are counted whole, as the trait counts them.
        sinking = [(float(-(-days // 1)), value) for days, value in sinking]
        if is_back and moment + WELCOME < following and WELCOME.days < sinking[0][0]:
            health = "steady"
            yield moment + WELCOME, health
        for days, value in sinking:
            since = moment + timedelta(days=days)
            if since >= following:
                break
            health = value
            yield since, health
