"""Gamma-Gamma (Fader, Hardie 2013): what somebody spends on a purchase, from what they spent so far and what others do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, psi

from regulars.insights.engine.clv.fitting import CannotFit, Found, Least, climb
from regulars.insights.engine.clv.rows import BadHistory, Floats, Rows, Whole

CHUNK = 8_192
# The model takes spend and frequency for unrelated; beyond this correlation its figure is said with a warning.
RELATED = 0.3


@dataclass(frozen=True)
class GammaGamma:
    """Mean spend of x purchases: Gamma (p·x, ν·x), and ν differs among people as Gamma (q, v)."""

    name: str = "gammagamma"
    parameters = ("p", "q", "v")
    # The likelihood takes mean spend for `recency` in units of the largest; v is money.
    has_unit = (False, False, True)
    starts = ((1.0, 1.0, -2.0), (2.0, 1.5, 0.0), (0.0, 0.5, -4.0))

    def log_likelihood(self, logs: Floats, rows: Rows) -> tuple[float, Floats]:
        """Return the sum over customers and its gradient by the logarithms of p, q, v; `rows.recency` is mean spend."""
        p, q, v = np.exp(logs)
        counts, customers = rows.counts
        shapes = p * counts
        both = psi(shapes + q)
        total = -float(customers @ betaln(shapes, q))
        gradient = np.array(
            [p * (customers @ (counts * (both - psi(shapes)))), q * (customers @ (both - psi(q))), 0.0]
        )
        for start in range(0, len(rows), CHUNK):
            part = slice(start, start + CHUNK)
            frequency, spend, weight = rows.frequency[part], rows.recency[part], rows.weight[part]
            spent, shape = frequency * spend, p * frequency
            of_spent = -np.log1p(v / spent)
            of_rest = np.log(v / spent) + of_spent
            rest = v / (spent + v)
            total += float(weight @ (shape * of_spent + q * of_rest - np.log(spend)))
            gradient += np.array([
                p * ((weight * frequency) @ of_spent), q * (weight @ of_rest), weight @ (q * (1 - rest) - shape * rest)
            ])  # fmt: skip
        return total, gradient


GAMMAGAMMA = GammaGamma()


@dataclass(frozen=True)
class SpendFit(Found):
    """Fitted spend. `correlation` of frequency and mean spend among repeat buyers: the model assumes none."""

    correlation: float
    method: str = "gammagamma"

    @property
    def is_related(self) -> bool:
        """Whether frequent buyers spend so differently that the model's assumption fails."""
        return abs(self.correlation) > RELATED

    @property
    def population_mean(self) -> float:
        """What a customer nobody knows yet spends on a purchase: p·v / (q − 1)."""
        p, q, v = self.values
        return float(p * v / (q - 1))

    def per_purchase(self, frequency: Whole, spend: Floats) -> Floats:
        """Return expected spend (n,) on each coming purchase: p (v + x z) / (p x + q − 1)."""
        p, q, v = self.values
        found: Floats = p * _known(v, frequency, spend) / (p * frequency + q - 1)
        return found

    def inverse_moments(self, frequency: Whole, spend: Floats) -> tuple[float, Floats, Floats]:
        """Return p, E[1/ν] and E[1/ν²] (n,): a purchase spends p/ν on average with variance p/ν².

        With too little known for a second moment (p x + q ≤ 2) it is taken where it begins to exist.
        """
        p, q, v = self.values
        scale, shape = _known(v, frequency, spend), p * frequency + q
        first = scale / (shape - 1)
        return float(p), first, first * scale / np.maximum(shape - 2, 0.25)


@dataclass(frozen=True)
class MeanSpend(Found):
    """The same spend for everyone: the mean of all repeat purchases, with the spread of people's means."""

    mean: float
    spread: float
    method: str = "group_mean"

    def per_purchase(self, frequency: Whole, spend: Floats) -> Floats:
        """Return the group's mean (n,)."""
        return np.full(len(frequency), self.mean)

    def inverse_moments(self, frequency: Whole, spend: Floats) -> tuple[float, Floats, Floats]:
        """Return what `SpendFit.inverse_moments` does, as if single purchases were spread like a decaying exponential."""
        return (
            1.0,
            self.per_purchase(frequency, spend),
            np.full(len(frequency), self.mean**2 + self.spread**2),
        )


def mean_spend(frequency: ArrayLike, spend: ArrayLike) -> MeanSpend | None:
    """Return the group's mean spend on repeat purchases, None where nobody bought again.

    >>> mean_spend([2, 1, 0], [10.0, 40.0, 0.0]).mean
    20.0
    """
    counts, means = repeat_spend(frequency, spend)
    if not len(counts):
        return None
    mean = float(counts @ means / counts.sum())
    return MeanSpend(
        {}, 0.0, len(counts), np.zeros((0, 0)), len(counts), 0, mean=mean, spread=float(means.std())
    )


def fit_spend(frequency: ArrayLike, spend: ArrayLike, least: Least | None = None) -> SpendFit:
    """Return the fit of mean spend on repeat purchases, or raise `CannotFit`.

    frequency: (n,) repeat purchases; spend: (n,) mean spend on them, in money. One-time buyers are left out.
    """
    counts, means = repeat_spend(frequency, spend)
    least = least or Least()
    if len(counts) < least.repeaters:
        raise CannotFit(
            "few_repeaters", f"{len(counts)} bought again and spent; at least {least.repeaters} are needed."
        )
    unit = float(means.mean())
    if np.ptp(means) <= 1e-9 * unit:
        raise CannotFit("same_spend", "Everyone spends the same.")
    rows = Rows(counts, means / unit, np.zeros(len(counts)), np.ones(len(counts)))
    found = climb(GAMMAGAMMA, rows, unit)
    if found.params["q"] <= 1:
        raise CannotFit("no_mean", "Spend differs so much that it has no mean.", found.params)
    total = found.log_likelihood - len(counts) * np.log(unit)
    related = _correlation(counts, means)
    return SpendFit(**vars(replace(found, log_likelihood=float(total))), correlation=related)


def repeat_spend(frequency: ArrayLike, spend: ArrayLike) -> tuple[Whole, Floats]:
    """Return frequency and mean spend of those who bought again and spent more than nothing."""
    counts, means = np.asarray(frequency, dtype=np.int64), np.asarray(spend, dtype=np.float64)
    if counts.shape != means.shape:
        raise BadHistory("Frequency and spend need one value for each customer.")
    is_told = (counts > 0) & (means > 0) & np.isfinite(means)
    return counts[is_told], means[is_told]


def _known(v: float, frequency: Whole, spend: Floats) -> Floats:
    """v + x z; of one-time buyers nothing is known, whatever stands in their column."""
    found: Floats = v + np.where(frequency > 0, frequency * np.maximum(np.nan_to_num(spend), 0), 0.0)
    return found


def _correlation(counts: Whole, means: Floats) -> float:
    if np.ptp(counts) == 0:
        return 0.0
    return float(np.corrcoef(counts, means)[0, 1])
