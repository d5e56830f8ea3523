"""What a fit says of each customer and of all together: purchases to come, alive, value, and how sure that is.

Two kinds of doubt are told apart. *Chance*: what one customer will do, even if the parameters were known; it makes the
intervals of single customers, and cancels out among many. *Parameters*: how well the data told them (delta method on
the covariance of the fit); it shifts all customers together and makes most of the interval of a large total.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from regulars.insights.engine.clv.counts import count_interval, no_purchase, value_interval
from regulars.insights.engine.clv.fitting import Fit, Found
from regulars.insights.engine.clv.rows import Floats, Whole, checked
from regulars.insights.engine.clv.smooth import Places, along_age
from regulars.insights.engine.clv.spend import MeanSpend, SpendFit

# Slopes of a total by the parameters need no more rows than this.
SLOPE_ROWS = 5_000
NUDGE = 1e-3


@dataclass(frozen=True)
class Horizon:
    """How far to look: `periods` of length `period` in the unit of age, each discounted once more by `discount`.

    >>> Horizon(30.4, 12, 0.01).length.__round__(1)
    364.8
    """

    period: float
    periods: int = 1
    discount: float = 0.0

    @property
    def length(self) -> float:
        """The whole of it."""
        return self.period * self.periods

    @property
    def ends(self) -> Floats:
        """Where each period ends (h,), or only the last where nothing is discounted."""
        if self.discount == 0:
            return np.array([self.length])
        return np.arange(1.0, self.periods + 1) * self.period

    @property
    def weights(self) -> Floats:
        """What a purchase up to each end adds: discounted differences of running sums become weights of the sums."""
        if self.discount == 0:
            return np.ones(1)
        worth = (1 + self.discount) ** -np.arange(1.0, self.periods + 1)
        weights: Floats = worth - np.append(worth[1:], 0.0)
        return weights


@dataclass(frozen=True)
class People:
    """Histories (n,) of those a figure is asked for; `spend` is mean spend on repeat purchases, in money."""

    frequency: Whole
    recency: Floats
    age: Floats
    spend: Floats | None = None

    def of(self, rows: Places) -> People:
        """Return some of them."""
        spend = None if self.spend is None else self.spend[rows]
        return People(self.frequency[rows], self.recency[rows], self.age[rows], spend)


@dataclass(frozen=True)
class Purchases:
    """Of each: probability to be a customer still; expected purchases within the horizon, discounted too; variance."""

    alive: Floats
    expected: Floats
    discounted: Floats
    variance: Floats

    def of(self, rows: Places) -> Purchases:
        """Return the figures of some."""
        return Purchases(self.alive[rows], self.expected[rows], self.discounted[rows], self.variance[rows])

    def interval(self, level: float = 0.8) -> tuple[Floats, Floats]:
        """Return whole numbers low and high (n,): so many purchases are made with at least this probability."""
        return count_interval(self.alive, self.expected, self.variance, level)


@dataclass(frozen=True)
class Value:
    """Of each: expected spend on a purchase, discounted value within the horizon, and the variance of that value."""

    per_purchase: Floats
    expected: Floats
    variance: Floats
    nothing: Floats

    def of(self, rows: Places) -> Value:
        """Return the figures of some."""
        return Value(self.per_purchase[rows], self.expected[rows], self.variance[rows], self.nothing[rows])

    def interval(self, level: float = 0.8) -> tuple[Floats, Floats]:
        """Return low and high (n,) in money: the value lies between with this probability."""
        return value_interval(self.nothing, self.expected, self.variance, level)


@dataclass(frozen=True)
class Total:
    """A sum over customers with its interval; `by_chance` and `by_parameters` are standard deviations."""

    expected: float
    low: float
    high: float
    by_chance: float
    by_parameters: float
    level: float


def people(
    frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, spend: ArrayLike | None = None
) -> People:
    """Return checked histories; see `rows.checked` for what is refused."""
    counts, recencies, ages = checked(frequency, recency, age)
    return People(counts, recencies, ages, None if spend is None else np.asarray(spend, dtype=np.float64))


def purchases(fit: Fit, who: People, horizon: Horizon) -> Purchases:
    """Return purchases to come of each.

    >>> from regulars.insights.engine.clv.beta_geometric import BGNBD
    >>> cdnow = {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258}
    >>> known = Fit(cdnow, 0.0, 0, np.zeros((4, 4)), 0, 0, BGNBD)
    >>> round(float(purchases(known, people(2, 30.43, 38.86), Horizon(39)).expected[0]), 3)
    1.226
    """
    return _purchases(fit, fit.values, who, horizon)


def expected_purchases(fit: Fit, who: People, horizon: Horizon) -> tuple[Floats, Floats]:
    """Return of each the probability to be a customer still and purchases to come (n,), without how they may vary."""
    alive = fit.model.alive(fit.values, who.frequency, who.recency, who.age)

    def exact(frequency: Whole, age: Floats) -> Floats:
        return fit.model.moments(fit.values, np.array([horizon.length]), frequency, age)[0]

    return alive, along_age(exact, fit.model.offset(fit.values), who.frequency, who.age)[0] * alive


def _purchases(fit: Fit, values: Floats, who: People, horizon: Horizon) -> Purchases:
    alive = fit.model.alive(values, who.frequency, who.recency, who.age)

    def exact(frequency: Whole, age: Floats) -> Floats:
        means, pairs = fit.model.moments(values, horizon.ends, frequency, age)
        if horizon.discount == 0:
            return np.stack((means[-1], pairs))
        return np.stack((means[-1], pairs, horizon.weights @ means))

    found = along_age(exact, fit.model.offset(values), who.frequency, who.age)
    expected = found[0] * alive
    variance = found[1] * alive + expected - expected**2
    return Purchases(
        alive, expected, found[2] * alive if len(found) > 2 else expected, np.maximum(variance, 0.0)
    )


def value(made: Purchases, spending: SpendFit | MeanSpend, who: People, margin: float = 1.0) -> Value:
    """Return what each brings: discounted purchases × expected spend × margin.

    Its variance adds how many purchases, what each costs, and how little is known of the customer's own mean.
    """
    spend = np.zeros(len(who.frequency)) if who.spend is None else who.spend
    p, first, second = spending.inverse_moments(who.frequency, spend)
    each = p * first
    worth = np.divide(
        made.discounted, made.expected, out=np.ones_like(made.expected), where=made.expected > 0
    )
    spread = second * (p * made.expected + p**2 * made.variance) + (p * made.expected) ** 2 * (
        second - first**2
    )
    nothing = no_purchase(made.alive, made.expected, made.variance)
    return Value(each, made.discounted * each * margin, spread * (worth * margin) ** 2, nothing)


def totals(
    fit: Fit,
    spending: SpendFit | MeanSpend | None,
    who: People,
    horizon: Horizon,
    *,
    margin: float = 1.0,
    level: float = 0.8,
) -> tuple[Total, Total | None]:
    """Return purchases and value (in money, None without spend) of all together, with both kinds of doubt."""
    parts = Parts.whole(len(who.frequency))
    return figures_of_parts(fit, spending, who, parts, horizon, margin=margin, level=level)[2][0]


@dataclass(frozen=True)
class Parts:
    """Which of `count` parts each belongs to: (n,) from 0 on. Parts may be of any size."""

    of: Whole
    count: int

    @classmethod
    def whole(cls, size: int) -> Parts:
        """Everyone in one part."""
        return cls(np.zeros(size, dtype=np.int64), 1)

    def sums(self, values: Floats) -> Floats:
        """Return the sum of each part (count,)."""
        return np.bincount(self.of, weights=values, minlength=self.count).astype(np.float64)

    @property
    def sizes(self) -> Whole:
        """How many belong to each part (count,)."""
        return np.bincount(self.of, minlength=self.count).astype(np.int64)


def figures_of_parts(
    fit: Fit,
    spending: SpendFit | MeanSpend | None,
    who: People,
    parts: Parts,
    horizon: Horizon,
    *,
    margin: float = 1.0,
    level: float = 0.8,
) -> tuple[Purchases, Value | None, list[tuple[Total, Total | None]]]:
    """Return purchases and value of each, and the totals of each part.

    That all move with the parameters is worked out once for everyone.
    """
    made = purchases(fit, who, horizon)
    rows, weight, kept = _thin(parts)
    sample = who.of(rows)
    spends = np.zeros(len(sample.frequency)) if sample.spend is None else sample.spend
    each = spending.per_purchase(sample.frequency, spends) if spending else spends

    def sums(values: Floats) -> Floats:
        moved = _purchases(fit, values, sample, horizon)
        money = margin * moved.discounted * each
        return np.concatenate((kept.sums(weight * moved.expected), kept.sums(weight * money)))

    by_fit = _by_parameters(sums, fit)
    bought = _totals(made.expected, made.variance, by_fit[: parts.count], parts, level)
    if not spending:
        return made, None, [(one, None) for one in bought]
    known, discounted = spending, made.discounted[rows]

    def by_spend(values: Floats) -> Floats:
        moved = replace(known, params=dict(zip(known.params, values.tolist(), strict=True)))
        return kept.sums(weight * margin * discounted * moved.per_purchase(sample.frequency, spends))

    worth = value(made, known, who, margin)
    doubts = np.hypot(by_fit[parts.count :], _by_parameters(by_spend, known, parts.count))
    brought = _totals(worth.expected, worth.variance, doubts, parts, level)
    return made, worth, list(zip(bought, brought, strict=True))


def totals_by_end(fit: Fit, who: People, ends: Floats, *, level: float = 0.8) -> list[Total]:
    """Return the purchases of all together up to each of several ends (h,), ascending, in the unit of age."""
    whole = Parts.whole(len(who.frequency))
    rows, weight, _kept = _thin(whole)
    sample = who.of(rows)

    def sums(values: Floats) -> Floats:
        def means(frequency: Whole, age: Floats) -> Floats:
            return fit.model.moments(values, ends, frequency, age)[0]

        alive = fit.model.alive(values, sample.frequency, sample.recency, sample.age)
        found: Floats = along_age(means, fit.model.offset(values), sample.frequency, sample.age) @ (
            weight * alive
        )
        return found

    doubts = _by_parameters(sums, fit, len(ends))
    made = [purchases(fit, who, Horizon(float(end))) for end in ends]
    return [
        _totals(one.expected, one.variance, doubts[place : place + 1], whole, level)[0]
        for place, one in enumerate(made)
    ]


def doubt_of_each(fit: Fit, who: People, horizon: Horizon) -> Floats:
    """Return by how much (n,) each one's expected purchases are unsure because the parameters are: a standard deviation."""
    slopes = _slopes(lambda values: _purchases(fit, values, who, horizon).expected, fit.values)
    found: Floats = np.sqrt(np.maximum(np.einsum("in,ij,jn->n", slopes, fit.covariance, slopes), 0.0))
    return found


def _by_parameters(sums: Callable[[Floats], Floats], found: Found, size: int = 1) -> Floats:
    """Return the standard deviation of each sum (`size` of them) because the parameters are unsure."""
    if not found.params:
        return np.zeros(size)
    slopes = _slopes(sums, found.values)
    variances = np.einsum("in,ij,jn->n", slopes, found.covariance, slopes)
    doubts: Floats = np.sqrt(np.maximum(variances, 0.0))
    return doubts


def _slopes(figure: Callable[[Floats], Floats], values: Floats) -> Floats:
    """Return the slopes (k, n) of a figure by the logarithm of each parameter."""
    nudges = np.exp(np.eye(len(values)) * NUDGE)
    return np.stack([(figure(values * nudge) - figure(values / nudge)) / (2 * NUDGE) for nudge in nudges])


def _thin(parts: Parts) -> tuple[Places, Floats, Parts]:
    """Return every n-th row of each part, for how many each of them stands, and the parts they belong to."""
    sizes = parts.sizes
    order = np.argsort(parts.of, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    every = np.maximum(-(-sizes // SLOPE_ROWS), 1)
    kept = np.flatnonzero(place % every[parts.of] == 0)
    thin = Parts(parts.of[kept], parts.count)
    weight = sizes / np.maximum(thin.sizes, 1)
    return kept, weight[thin.of], thin


def _totals(expected: Floats, variance: Floats, doubts: Floats, parts: Parts, level: float) -> list[Total]:
    sums = zip(parts.sums(expected), parts.sums(variance), doubts, strict=True)
    return [_total(float(mean), float(chance), float(doubt), level) for mean, chance, doubt in sums]


def _total(expected: float, chance: float, parameters: float, level: float) -> Total:
    reach = float(ndtri((1 + level) / 2)) * np.hypot(np.sqrt(chance), parameters)
    return Total(
        expected,
        float(max(expected - reach, 0.0)),
        float(expected + reach),
        float(np.sqrt(chance)),
        parameters,
        level,
    )
