"""Whether two figures differ, or whether it is noise."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import Literal

from regulars.insights.queries.answers import Figure
from regulars.kit.metrics import Metric

Verdict = Literal["better", "worse", "changed", "noise", "unknown"]


@dataclass(frozen=True)
class Difference:
    """How far one figure lies from another, between what the true distance lies, and what that says."""

    by: float
    low: float | None
    high: float | None
    verdict: Verdict

    @property
    def is_noise(self) -> bool:
        return self.verdict == "noise"


def difference(metric: Metric, now: Figure, then: Figure) -> Difference | None:
    """Return the difference of two figures with its 95 % interval, from their own (MOVER; for Wilson's this is Newcombe's method 10).

    Source: Zou and Donner 2008, Statistics in Medicine 27; Newcombe 1998, ibid. 17: 56 of 70 against 48 of 80 differ by 0.2,
    between 0.0524 and 0.3339.
    """
    if now.value is None or then.value is None:
        return None
    by = now.value - then.value
    if None in (now.low, now.high, then.low, then.high):
        return Difference(by, None, None, "unknown")
    assert now.low is not None and now.high is not None and then.low is not None and then.high is not None  # noqa: S101, PT018
    low = by - hypot(now.value - now.low, then.high - then.value)
    high = by + hypot(now.high - now.value, then.value - then.low)
    return Difference(by, low, high, _verdict(metric, by, low, high))


def _verdict(metric: Metric, by: float, low: float, high: float) -> Verdict:
    if low <= 0 <= high:
        return "noise"
    if not metric.better:
        return "changed"
    return "better" if (by > 0) == (metric.better == "higher") else "worse"
