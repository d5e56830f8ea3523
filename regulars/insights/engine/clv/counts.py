"""Intervals of one customer: a count that is often nought, and money that is nought as often."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, nbdtrik, pdtrik

from regulars.insights.engine.clv.rows import Floats

# Counts are searched one by one up to here; whoever buys more often is looked up at once.
WALK = 60


def if_alive(alive: Floats, expected: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Return mean (n,) of purchases of those still customers, and by how much their variance exceeds it (≥ 0)."""
    sure = np.maximum(alive, 1e-300)
    mean = expected / sure
    excess = (variance + expected**2 - expected) / sure - mean**2
    return mean, np.maximum(excess, 0.0)


def no_purchase(alive: Floats, expected: Floats, variance: Floats) -> Floats:
    """Return the probability (n,) of no purchase at all: lost, or alive and silent (negative binomial)."""
    mean, excess = if_alive(alive, expected, variance)
    silent = np.exp(-mean * _log_ratio(excess / np.maximum(mean, 1e-300)))
    found: Floats = 1 - alive * (1 - silent)
    return found


def count_interval(alive: Floats, expected: Floats, variance: Floats, level: float) -> tuple[Floats, Floats]:
    """Return low and high (n,): the central interval of a mixture of nothing and a negative binomial.

    The mean and the variance of those alive are exact; the shape between them is the negative binomial's. High is the
    least count not exceeded with probability (1 + level) / 2, so what lies between is at least as likely as `level`.
    """
    low, high = (1 - level) / 2, (1 + level) / 2
    mean, excess = if_alive(alive, expected, variance)
    return (
        _quantile(alive, mean, excess, low),
        _quantile(alive, mean, excess, high),
    )


def _quantile(alive: Floats, mean: Floats, excess: Floats, level: float) -> Floats:
    """Return the least count k with P(N ≤ k) ≥ level; alive · P(more than k | alive) falls to 1 − level there."""
    found = np.zeros(len(alive))
    beyond = (1 - level) / np.maximum(alive, 1e-300)
    ratio = excess / np.maximum(mean, 1e-300)
    chance = np.exp(-mean * _log_ratio(ratio))
    rest = 1 - chance
    here = np.flatnonzero(rest > beyond)
    chance, rest, ratio, mean = chance[here], rest[here], ratio[here], mean[here]
    for count in range(WALK):
        if not len(here):
            return found
        # P(k + 1) / P(k) of the negative binomial with this mean and variance mean · (1 + ratio).
        chance = chance * (mean + count * ratio) / ((count + 1) * (1 + ratio))
        rest = rest - chance
        found[here] = count + 1
        stays = rest > beyond[here]
        here, chance, rest, ratio, mean = here[stays], chance[stays], rest[stays], ratio[stays], mean[stays]
    found[here] = _far(1 - beyond[here], mean, ratio)
    return found


def _far(level: Floats, mean: Floats, ratio: Floats) -> Floats:
    """Return quantiles of negative binomials, and of Poisson distributions where they differ too little to tell."""
    is_poisson = ratio < 1e-6
    found = np.empty(len(mean))
    found[is_poisson] = pdtrik(level[is_poisson], mean[is_poisson])
    more = ~is_poisson
    found[more] = nbdtrik(level[more], mean[more] / ratio[more], 1 / (1 + ratio[more]))
    return np.ceil(np.nan_to_num(found) - 1e-9)


def value_interval(
    nothing: Floats, expected: Floats, variance: Floats, level: float
) -> tuple[Floats, Floats]:
    """Return low and high (n,) in money: nothing with its probability, else a Gamma with the two exact moments."""
    some = np.maximum(1 - nothing, 1e-300)
    mean = expected / some
    spread = np.maximum((variance + expected**2) / some - mean**2, 1e-12 * mean**2)
    low, high = (1 - level) / 2, (1 + level) / 2
    return _money(nothing, mean, spread, low), _money(nothing, mean, spread, high)


def _money(nothing: Floats, mean: Floats, spread: Floats, level: float) -> Floats:
    found = np.zeros(len(mean))
    here: NDArray[np.intp] = np.flatnonzero((nothing < level) & (mean > 0))
    within = (level - nothing[here]) / (1 - nothing[here])
    shape = mean[here] ** 2 / spread[here]
    found[here] = gammaincinv(shape, within) * (spread[here] / mean[here])
    return found


def _log_ratio(ratio: Floats) -> Floats:
    """log(1 + ratio) / ratio, 1 where ratio is nothing."""
    small = np.maximum(ratio, 1e-12)
    found: Floats = np.log1p(small) / small
    return found
