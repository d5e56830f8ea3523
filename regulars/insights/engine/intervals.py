"""How sure a figure is: intervals for shares, differences, means, medians, ratios and quantiles; and whether it is noise.

Shares use Wilson's interval, differences of shares Newcombe's hybrid score interval (1998, method 10), which keep what they
promise also for few people and for shares near 0 and 1. Everything else is bootstrapped from a seed, so the same people
always give the same interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, ndtri

Floats = NDArray[np.float64]
Verdict = Literal["too_few", "noise", "up", "down"]

# Under this many people a figure is shown without a trend, and differences are never claimed.
FEW = 30
DRAWS = 2_000
# So many standard deviations to either side hold 95 %.
Z = 1.959963984540054
# So many resampled values at once (8 MB).
AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Interval:
    """An estimate between two bounds; `n` says from how many."""

    estimate: float
    low: float
    high: float
    n: int
    level: float = 0.95

    @property
    def is_small(self) -> bool:
        """Whether fewer people stand behind it than a figure needs."""
        return self.n < FEW

    @property
    def width(self) -> float:
        """From low to high."""
        return self.high - self.low


def wilson(successes: float, n: int, level: float = 0.95) -> Interval:
    """Return Wilson's score interval of a share; without anybody it is all there is, 0 to 1.

    Newcombe (1998) prints 81 of 263 as 0.2553 to 0.3662, 15 of 148 as 0.0624 to 0.1605, 0 of 20 as 0 to 0.1611.

    >>> found = wilson(81, 263)
    >>> round(found.low, 4), round(found.high, 4)
    (0.2553, 0.3662)
    """
    if not 0 <= successes <= n:
        raise ValueError("Successes lie between 0 and n.")
    if n == 0:
        return Interval(float("nan"), 0.0, 1.0, 0, level)
    z = _z(level)
    share, square = successes / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = z / (1 + square / n) * np.sqrt(share * (1 - share) / n + square / (4 * n * n))
    low = 0.0 if successes == 0 else float(middle - reach)
    high = 1.0 if successes == n else float(middle + reach)
    return Interval(share, max(low, 0.0), min(high, 1.0), n, level)


def newcombe(successes: int, n: int, other_successes: int, other_n: int, level: float = 0.95) -> Interval:
    """Return the interval of the difference of two independent shares, first minus second.

    540 of 9,000 against 45 of 1,000: the naive interval claims success, this one does not.

    >>> found = newcombe(540, 9000, 45, 1000)
    >>> round(100 * found.estimate, 2), round(100 * found.low, 2), round(100 * found.high, 2)
    (1.5, -0.04, 2.73)
    """
    first, second = wilson(successes, n, level), wilson(other_successes, other_n, level)
    if not n or not other_n:
        return Interval(float("nan"), -1.0, 1.0, min(n, other_n), level)
    gap = first.estimate - second.estimate
    below = np.hypot(first.estimate - first.low, second.high - second.estimate)
    above = np.hypot(first.high - first.estimate, second.estimate - second.low)
    return Interval(gap, float(gap - below), float(gap + above), min(n, other_n), level)


def nps(promoters: int, detractors: int, n: int, level: float = 0.95) -> Interval:
    """Return promoters minus detractors in points, by the variance p + d − (p − d)².

    110 promoters and 40 detractors of 200: +35, about 11 points to either side.

    >>> found = nps(110, 40, 200)
    >>> round(found.estimate), round(found.width / 2)
    (35, 11)
    """
    if n == 0:
        return Interval(float("nan"), -100.0, 100.0, 0, level)
    p, d = promoters / n, detractors / n
    reach = _z(level) * np.sqrt(max(p + d - (p - d) ** 2, 0.0) / n)
    score = 100 * (p - d)
    # A variance of nothing (everyone a promoter) is no certainty: at least what one dissenter would have changed.
    reach = max(100 * float(reach), 100 / n)
    return Interval(score, max(score - reach, -100.0), min(score + reach, 100.0), n, level)


def mean_interval(values: ArrayLike, level: float = 0.95, seed: int = 0) -> Interval:
    """Return the mean with a bootstrapped interval."""
    found = _finite(values)
    return _bootstrap(found[:, None], lambda drawn: drawn.mean(axis=1)[:, 0], level, seed)


def median_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Return the median with the interval of order statistics, which assumes nothing about the values."""
    return quantile_interval(values, 0.5, level)


def quantile_interval(values: ArrayLike, share: float, level: float = 0.95) -> Interval:
    """Return a quantile between two of the values themselves, chosen by the binomial distribution of their ranks.

    For ten values the median lies between the second and the ninth with 97.9 %, the narrowest of at least 95 %.

    >>> found = quantile_interval(range(1, 11), 0.5)
    >>> found.estimate, found.low, found.high
    (5.5, 2.0, 9.0)
    """
    ordered = np.sort(_finite(values))
    n = len(ordered)
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0, level)
    beyond = (1 - level) / 2
    up_to = bdtr(np.arange(n + 1, dtype=np.float64), n, share)
    below = int(np.searchsorted(up_to, beyond, side="right"))
    above = int(np.searchsorted(up_to, 1 - beyond, side="left")) + 1
    low, high = ordered[max(below - 1, 0)], ordered[min(above - 1, n - 1)]
    return Interval(float(np.quantile(ordered, share)), float(low), float(high), n, level)


def ratio_interval(tops: ArrayLike, bottoms: ArrayLike, level: float = 0.95, seed: int = 0) -> Interval:
    """Return the sum of one figure by the sum of another of the same people, resampled together.

    Average order of a group is such a ratio: money of each person by orders of each.
    """
    pairs = np.stack((np.asarray(tops, dtype=np.float64), np.asarray(bottoms, dtype=np.float64)), axis=1)
    pairs = pairs[np.isfinite(pairs).all(axis=1)]

    def ratios(drawn: Floats) -> Floats:
        sums = drawn.sum(axis=1)
        found: Floats = np.divide(
            sums[:, 0], sums[:, 1], out=np.full(len(sums), np.nan), where=sums[:, 1] != 0
        )
        return found

    return _bootstrap(pairs, ratios, level, seed)


def difference_interval(values: ArrayLike, others: ArrayLike, level: float = 0.95, seed: int = 0) -> Interval:
    """Return the difference of two groups' means, each resampled on its own."""
    first, second = _finite(values), _finite(others)
    n = min(len(first), len(second))
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0, level)
    drawn = _draw(first[:, None], _means, seed) - _draw(second[:, None], _means, seed + 1)
    return _between(float(first.mean() - second.mean()), drawn, n, level)


def verdict(difference: Interval) -> Verdict:
    """Say whether a difference is one: `too_few` people, `noise` where 0 is possible, else `up` or `down`.

    >>> verdict(newcombe(540, 9000, 45, 1000)), verdict(newcombe(60, 100, 30, 100)), verdict(newcombe(5, 6, 1, 6))
    ('noise', 'up', 'too_few')
    """
    if difference.is_small or not np.isfinite(difference.estimate):
        return "too_few"
    if difference.low <= 0 <= difference.high:
        return "noise"
    return "up" if difference.low > 0 else "down"


def people_needed(
    share: float, difference: float, ratio: float = 1.0, level: float = 0.95, power: float = 0.8
) -> int:
    """Return how many the smaller group needs so that a difference of shares shows with this power.

    share: what the smaller group is expected to do; ratio: how many times larger the other group is.

    >>> people_needed(0.045, 0.015, ratio=9)
    1718
    """
    other = share + difference
    reach = _z(level) + float(ndtri(power))
    variance = share * (1 - share) + other * (1 - other) / ratio
    return int(np.ceil((reach / difference) ** 2 * variance))


def _z(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError("A level lies between 0 and 1.")
    return float(ndtri((1 + level) / 2))


def _finite(values: ArrayLike) -> Floats:
    found = np.asarray(list(values) if isinstance(values, range) else values, dtype=np.float64)
    kept: Floats = found[np.isfinite(found)]
    return kept


def _means(drawn: Floats) -> Floats:
    found: Floats = drawn.mean(axis=1)[:, 0]
    return found


def _bootstrap(rows: Floats, figure: Callable[[Floats], Floats], level: float, seed: int) -> Interval:
    """Return the figure of all rows between percentiles of the figures of resampled ones."""
    n = len(rows)
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0, level)
    return _between(float(figure(rows[None])[0]), _draw(rows, figure, seed), n, level)


def _draw(rows: Floats, figure: Callable[[Floats], Floats], seed: int) -> Floats:
    """Return the figure of many resamples. Of very many rows the spread is drawn from fewer and narrowed accordingly."""
    chance = np.random.default_rng(seed)
    size = min(len(rows), AT_ONCE // 50)
    batch = max(AT_ONCE // size, 1)
    found = [
        figure(rows[chance.integers(0, len(rows), (min(batch, DRAWS - done), size))])
        for done in range(0, DRAWS, batch)
    ]
    drawn = np.concatenate(found)
    if size < len(rows):
        whole = figure(rows[None])[0]
        drawn = whole + (drawn - whole) * np.sqrt(size / len(rows))
    return drawn


def _between(estimate: float, drawn: Floats, n: int, level: float) -> Interval:
    """Percentiles, widened by what a resample of n lacks of the spread: √(n / (n − 1))."""
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return Interval(estimate, float("nan"), float("nan"), n, level)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    wider = np.sqrt(n / (n - 1)) if n > 1 else 1.0
    return Interval(
        estimate,
        float(estimate + (low - estimate) * wider),
        float(estimate + (high - estimate) * wider),
        n,
        level,
    )
