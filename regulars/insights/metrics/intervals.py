"""How sure a figure is, from what a metric's rows hold: the engine's 95 % intervals as two bounds."""

from __future__ import annotations

from math import sqrt

from regulars.insights.engine.intervals import Z
from regulars.insights.engine.intervals import wilson as _wilson

__all__ = ["Z", "of_mean", "wilson"]


def wilson(k: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a rate of k in n (Wilson 1927), sound for small n and for rates near 0 and 1.

    >>> low, high = wilson(11516, 23570)
    >>> round(low, 4), round(high, 4)
    (0.4822, 0.495)
    """
    found = _wilson(k, n)
    return found.low, found.high


def of_mean(mean: float, deviation: float | None, n: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a mean by the normal approximation; None for fewer than two.

    >>> low, high = of_mean(10.0, 2.0, 4)
    >>> round(low, 2), round(high, 2)
    (8.04, 11.96)
    """
    if n < 2 or deviation is None:
        return None
    half = Z * deviation / sqrt(n)
    return mean - half, mean + half
