"""BG/NBD (Fader, Hardie, Lee 2005) and MBG/NBD (Batislam, Denizel, Filiztekin 2007): one family, one chance apart.

Somebody buys at a rate of their own (Gamma) and may be lost after each purchase with a probability of their own (Beta).
In BG/NBD the first purchase never loses anybody, so one-time buyers count as alive; in MBG/NBD it may.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insights.engine.clv.rows import Floats, Rows, Whole
from regulars.insights.engine.clv.special import TABLE, mean_over_beta, rising, softplus

# So many rows at once stay in the processor's cache, and below what OpenBLAS spreads over threads that wait for each other.
CHUNK = 8_192


@dataclass(frozen=True)
class BetaGeometric:
    """A model of how often somebody buys again; `first_counts` is 1 where the first purchase may already lose them."""

    name: str
    first_counts: int
    parameters = ("r", "alpha", "a", "b")
    has_unit = (False, True, False, False)
    starts = ((0.0, 0.0, 0.0, 0.0), (-1.4, -2.2, -0.2, 0.9), (0.5, 1.5, -2.0, 1.0))

    def log_likelihood(self, logs: Floats, rows: Rows) -> tuple[float, Floats]:
        """Return the sum over customers and its gradient.

        logs: (4,) natural logarithms of the parameters; the gradient is by these.
        """
        r, alpha, a, b = np.exp(logs)
        frequencies, customers = rows.counts
        chances = frequencies + self.first_counts
        grown, by_r = rising(r, frequencies)
        stayed, by_b = rising(b, chances)
        all_chances, by_ab = rising(a + b, chances)
        total = customers @ (grown - frequencies * np.log(alpha) + stayed - all_chances)
        gradient = np.array([
            customers @ by_r * r,
            -float(customers @ frequencies),
            -a * (customers @ by_ab),
            b * (customers @ (by_b - by_ab)),
        ])  # fmt: skip
        tables = self._risk_table(np.array([r, alpha, a, b]), int(frequencies[-1]))
        for start in range(0, len(rows), CHUNK):
            part, by_part = self._in_time((r, alpha, a, b), tables, rows, slice(start, start + CHUNK))
            total += part
            gradient += by_part
        return float(total), gradient

    def _in_time(
        self, values: tuple[float, ...], tables: tuple[Floats, Floats] | None, rows: Rows, part: slice
    ) -> tuple[float, Floats]:
        """Return what depends on when: the chance to have seen just this, alive now or lost at the last purchase."""
        r, alpha, a, b = values
        frequency, weight = rows.frequency[part], rows.weight[part]
        until_now, until_last = alpha + rows.age[part], alpha + rows.recency[part]
        shape = r + frequency
        log_now = np.log(until_now)
        silence = log_now - np.log(until_last)
        log_now -= np.log(alpha)
        log_risk, by_risk = self._risks(tables, a, b, frequency)
        sums, lost = softplus(log_risk + shape * silence)
        if not self.first_counts:
            is_repeater = frequency > 0
            sums *= is_repeater
            lost *= is_repeater
        # 1 − alpha / (alpha + t), the slope of log(1 + t / alpha) by log alpha with the sign changed.
        np.divide(alpha, until_now, out=until_now)
        np.divide(alpha, until_last, out=until_last)
        lost *= weight
        gradient = np.array([
            r * (lost @ silence - weight @ log_now),
            (weight * shape) @ (1 - until_now) + (lost * shape) @ (until_now - until_last),
            lost.sum(),
            -b * (lost @ by_risk),
        ])  # fmt: skip
        return float(weight @ (sums - shape * log_now)), gradient

    def _risks(
        self, tables: tuple[Floats, Floats] | None, a: float, b: float, frequency: Whole
    ) -> tuple[Floats, Floats]:
        """Return log(a / (b + chances − 1)) and 1 / (b + chances − 1)."""
        if tables:
            return tables[0][frequency], tables[1][frequency]
        risk = b + np.maximum(frequency + self.first_counts, 1) - 1
        return np.log(a / risk), 1 / risk

    def alive(self, values: Floats, frequency: Whole, recency: Floats, age: Floats) -> Floats:
        """Return the probability (n,) that each is still a customer at the end of their age."""
        found = np.empty(len(frequency))
        risks = self._risk_table(values, int(frequency.max(initial=0)))
        for start in range(0, len(frequency), CHUNK):
            part = slice(start, start + CHUNK)
            found[part] = self._alive(values, risks, frequency[part], recency[part], age[part])
        return found

    def _alive(
        self,
        values: Floats,
        risks: tuple[Floats, Floats] | None,
        frequency: Whole,
        recency: Floats,
        age: Floats,
    ) -> Floats:
        r, alpha, a, b = values
        log_odds = np.log((alpha + age) / (alpha + recency))
        log_odds *= r + frequency
        log_odds += self._risks(risks, a, b, frequency)[0]
        np.minimum(log_odds, 700.0, out=log_odds)
        found: Floats = 1 / (1 + np.exp(log_odds))
        if not self.first_counts:
            found[frequency == 0] = 1.0
        return found

    def _risk_table(self, values: Floats, most: int) -> tuple[Floats, Floats] | None:
        """Return log(a / risk) and 1 / risk for each frequency up to the most, unless there are too many."""
        if most >= TABLE:
            return None
        _r, _alpha, a, b = values
        risk = b + np.maximum(np.arange(most + 1) + self.first_counts, 1) - 1
        return np.log(a / risk), 1 / risk

    def offset(self, values: Floats) -> float:
        """Return what to add to age so that figures are smooth in its logarithm."""
        return float(values[1])

    def moments(
        self, values: Floats, horizons: Floats, frequency: Whole, age: Floats
    ) -> tuple[Floats, Floats]:
        """Return E[N] (h, n) of purchases within each horizon and E[N (N − 1)] (n,) within the last, if alive.

        horizons: (h,) ascending, in the unit of age. The closed form needs 2F1, which overflows, and divides by a − 1;
        the mean over the chance of being lost, p ~ Beta(a, b + chances), is smooth everywhere:
        E[N] = E[(1 − (1 + pu)^−s) / p] with u = horizon / (alpha + age) and s = r + frequency.
        """
        r, alpha, a, b = values
        shape = r + frequency

        def inner(p: Floats, stays: Floats) -> Floats:
            found = np.empty((len(horizons) + 1, *p.shape))
            for place, horizon in enumerate(horizons):
                reach = horizon / (alpha + age)
                logs = np.log1p(p * reach)
                found[place] = -np.expm1(-shape * logs) / p
            found[-1] = _pairs(p, shape, reach, logs, found[-2]) * stays
            return found

        found = mean_over_beta(inner, a, b + frequency + self.first_counts)
        return found[:-1], found[-1]


def _pairs(p: Floats, shape: Floats, reach: Floats, logs: Floats, mean: Floats) -> Floats:
    """E[N (N − 1)] / (1 − p) given p: 2/p × [mean − s u (1+pu)^(−s−1)], by its series where p u s is small."""
    grown = p * reach
    exact = mean - shape * reach * np.exp(-(shape + 1) * logs)
    with np.errstate(over="ignore", invalid="ignore"):
        series = (
            shape
            * (shape + 1)
            * reach**2
            * p
            * (0.5 - (shape + 2) * grown / 3 + (shape + 2) * (shape + 3) * grown**2 / 8)
        )
    found: Floats = 2 / p * np.where(grown * (shape + 3) < 1e-4, series, exact)
    return found


BGNBD = BetaGeometric("bgnbd", 0)
MBGNBD = BetaGeometric("mbgnbd", 1)
