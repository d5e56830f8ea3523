"""Pareto/NBD (Schmittlein, Morrison, Colombo 1987): somebody may be lost at any moment, not only after a purchase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insights.engine.clv.rows import Floats, Rows, Whole
from regulars.insights.engine.clv.special import rising

CHUNK = 1_024
# Beyond so many halvings of e nothing of the integral is left; within them 32 nodes of Gauss and Legendre are exact.
FALL = 45.0
HALVINGS = 14
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


@dataclass(frozen=True)
class ParetoNbd:
    """Purchases at a Gamma rate (r, alpha), lost at a Gamma rate (s, beta).

    The likelihood's two hypergeometric functions are one integral, ∫ (alpha + y)^−(r+x) (beta + y)^−(s+1) dy over the
    time in which somebody may have been lost; it is taken as such, in log(min(alpha, beta) + y), where it is smooth.
    """

    name: str = "paretonbd"
    parameters = ("r", "alpha", "s", "beta")
    has_unit = (False, True, False, True)
    starts = ((0.0, 0.0, 0.0, 0.0), (-0.6, -1.3, -0.5, -1.2), (0.5, 1.5, -2.0, 1.0))

    def log_likelihood(self, logs: Floats, rows: Rows) -> tuple[float, Floats]:
        """Return the sum over customers and its gradient by the logarithms of the parameters."""
        values = np.exp(logs)
        frequencies, customers = rows.counts
        grown, by_r = rising(values[0], frequencies)
        total = float(customers @ (grown - frequencies * logs[1]))
        gradient = np.array([values[0] * (customers @ by_r), -float(customers @ frequencies), 0.0, 0.0])
        for start in range(0, len(rows), CHUNK):
            part = slice(start, start + CHUNK)
            each, slopes = self._in_time(values, rows.frequency[part], rows.recency[part], rows.age[part])
            total += float(rows.weight[part] @ each)
            gradient += slopes @ rows.weight[part]
        return total, gradient

    def _in_time(
        self, values: Floats, frequency: Whole, recency: Floats, age: Floats
    ) -> tuple[Floats, Floats]:
        """Return log(still here or lost on the way) of each, and its slopes (4, n)."""
        r, alpha, s, beta = values
        shape = r + frequency
        log_alpha, log_beta = np.log1p(age / alpha), np.log1p(age / beta)
        here = -shape * log_alpha - s * log_beta
        here_slopes = np.stack([
            -r * log_alpha, shape * age / (alpha + age), -s * log_beta, s * age / (beta + age)
        ])  # fmt: skip
        lost, lost_slopes = self._lost(values, shape, recency, age)
        total = np.logaddexp(here, lost)
        share = np.exp(lost - total)
        return total, here_slopes * (1 - share) + np.where(share > 0, lost_slopes, 0.0) * share

    def _lost(self, values: Floats, shape: Floats, recency: Floats, age: Floats) -> tuple[Floats, Floats]:
        """Return log(s ∫ (1+y/alpha)^−shape (1+y/beta)^−(s+1) dy / beta) over [recency, age] and its slopes."""
        r, alpha, s, beta = values
        least = min(alpha, beta)
        first, last = np.log(least + recency), np.log(least + age)
        last = self._where_it_ends(values, shape, first, last)
        length = last - first
        at = first + _NODES[:, None] * length
        since = np.exp(at)
        time = np.maximum(since - least, 0.0)
        by_alpha, by_beta = np.log1p(time / alpha), np.log1p(time / beta)
        height = at - shape * by_alpha - (s + 1) * by_beta
        top = height.max(axis=0)
        mass = np.exp(height - top) * _WEIGHTS[:, None]
        sums = mass.sum(axis=0)
        with np.errstate(divide="ignore"):
            found = np.log(s / beta) + top + np.log(sums) + np.log(length)
        mass /= sums
        slopes = np.stack([
            -r * (mass * by_alpha).sum(axis=0),
            shape * (mass * (time / (alpha + time))).sum(axis=0),
            1.0 - s * (mass * by_beta).sum(axis=0),
            (s + 1) * (mass * (time / (beta + time))).sum(axis=0) - 1.0,
        ])  # fmt: skip
        return found, slopes

    def _where_it_ends(self, values: Floats, shape: Floats, first: Floats, last: Floats) -> Floats:
        """Return the end of what still counts of each integral, so that all nodes stand where its mass is."""
        _r, alpha, s, beta = values
        least = min(alpha, beta)

        def fall(at: Floats, shape: Floats, first: Floats) -> Floats:
            now, then = np.exp(at) - least, np.exp(first) - least
            grown = shape * np.log1p((now - then) / (alpha + then))
            fallen: Floats = grown + (s + 1) * np.log1p((now - then) / (beta + then)) - (at - first)
            return fallen

        deep = np.flatnonzero(fall(last, shape, first) > FALL)
        if not len(deep):
            return last
        low, high, shape, first = first[deep], last[deep], shape[deep], first[deep]
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            is_beyond = fall(middle, shape, first) > FALL
            low, high = np.where(is_beyond, low, middle), np.where(is_beyond, middle, high)
        ends = last.copy()
        ends[deep] = high
        return ends

    def alive(self, values: Floats, frequency: Whole, recency: Floats, age: Floats) -> Floats:
        """Return the probability (n,) that each is still a customer at the end of their age."""
        r, alpha, s, beta = values
        found = np.empty(len(frequency))
        for start in range(0, len(frequency), CHUNK):
            part = slice(start, start + CHUNK)
            shape = r + frequency[part]
            here = -shape * np.log1p(age[part] / alpha) - s * np.log1p(age[part] / beta)
            lost, _slopes = self._lost(values, shape, recency[part], age[part])
            found[part] = np.exp(here - np.logaddexp(here, lost))
        return found

    def offset(self, values: Floats) -> float:
        """Return what to add to age so that figures are smooth in its logarithm."""
        return float(min(values[1], values[3]))

    def moments(
        self, values: Floats, horizons: Floats, frequency: Whole, age: Floats
    ) -> tuple[Floats, Floats]:
        """Return E[N] (h, n) of purchases within each horizon and E[N (N − 1)] (n,) within the last, if alive.

        horizons: (h,) ascending. Purchases stop when the horizon or the customer ends, whichever is first:
        E[N] = E[rate] E[Z] and E[N (N − 1)] = E[rate²] E[Z²] with Z the time left, P(Z > z) = ((beta+T)/(beta+T+z))^s.
        """
        r, alpha, s, beta = values
        shape, scale, left = r + frequency, alpha + age, beta + age
        logs = np.log1p(horizons[:, None] / left)
        first = left * _power_sum(s - 1, logs)
        second = 2 * left**2 * _double_sum(s, logs[-1])
        return shape / scale * first, shape * (shape + 1) / scale**2 * second


def _power_sum(power: float, logs: Floats) -> Floats:
    """∫ e^(−power·l) dl from 0 to each log: (1 − e^(−power·log)) / power, also where power is 0."""
    if abs(power) < 1e-12:
        return logs
    found: Floats = -np.expm1(-power * logs) / power
    return found


def _double_sum(s: float, logs: Floats) -> Floats:
    """∫ z (1+z)^−s dz from 0 to e^log − 1: a difference of two such sums, by its series where they nearly cancel."""
    exact = _power_sum(s - 2, logs) - _power_sum(s - 1, logs)
    reach = np.expm1(logs)
    series = reach**2 * (0.5 - s * reach / 3 + s * (s + 1) * reach**2 / 8)
    found: Floats = np.where(reach * (s + 2) < 1e-4, series, exact)
    return found


PARETONBD = ParetoNbd()
