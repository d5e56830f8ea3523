"""Was the forecast right? Orders are cut in two, the first part is fitted, and the second says what really came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.insights.engine.clv.fitting import Least, Model
from regulars.insights.engine.clv.forecast import Horizon, People
from regulars.insights.engine.clv.valuation import fit_people, summarise, value_people

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
DECILES = 10


@dataclass(frozen=True)
class Holdout:
    """Histories up to a day, and what each did afterwards: purchase days and spend (n,)."""

    ids: Whole
    who: People
    days: int
    purchases: Floats
    spend: Floats


@dataclass(frozen=True)
class Decile:
    """A tenth of the customers, the most promising first: what was expected and what came, on average of each."""

    customers: int
    expected: float
    actual: float


@dataclass(frozen=True)
class Errors:
    """How far off: of each (mean absolute, root of mean square), of all (share of the actual), and by tenths."""

    customers: int
    expected_total: float
    actual_total: float
    mean_absolute: float
    root_mean_square: float
    correlation: float
    deciles: tuple[Decile, ...]

    @property
    def total_error(self) -> float:
        """Expected less actual, as a share of the actual; NaN where nothing came."""
        return self.expected_total / self.actual_total - 1 if self.actual_total else float("nan")


@dataclass(frozen=True)
class Backtest:
    """The model beside the plainest guess: everyone goes on at the pace they had."""

    method: str
    days: int
    model: Errors
    plain: Errors

    @property
    def is_better(self) -> bool:
        """Whether the model was nearer than the plain guess, customer by customer."""
        return self.model.mean_absolute < self.plain.mean_absolute


def hold_out(person: Whole, day: Whole, amount: Floats, until: int, end: int) -> Holdout:
    """Return histories up to the day `until` and what followed up to `end`; those who came later are left out.

    person, day: (m,) int64; amount: (m,) money of each order.
    """
    if end <= until:
        raise ValueError("What is held out begins after what is fitted.")
    ids, who = summarise(person, day, amount, until)
    is_later = (day > until) & (day <= end) & np.isin(person, ids)
    place = np.searchsorted(ids, person[is_later])
    spend = np.bincount(place, weights=amount[is_later], minlength=len(ids))
    visits = np.unique(np.stack((place, day[is_later])), axis=1)[0]
    purchases = np.bincount(visits, minlength=len(ids)).astype(np.float64)
    return Holdout(ids, who, end - until, purchases, spend.astype(np.float64))


def backtest(model: Model, held: Holdout, least: Least | None = None) -> Backtest:
    """Return how near the model came to what was held out."""
    who = held.who
    fitted = fit_people(model, who, least)
    found = value_people(fitted, who, Horizon(float(held.days)))
    pace = np.divide(who.frequency, who.age, out=np.zeros(len(who.age)), where=who.age > 0)
    return Backtest(
        fitted.method,
        held.days,
        errors(found.purchases.expected, held.purchases),
        errors(pace * held.days, held.purchases),
    )


def errors(expected: Floats, actual: Floats) -> Errors:
    """Return how far forecasts (n,) were from what came (n,).

    >>> found = errors(np.array([2.0, 0.0, 1.0]), np.array([1.0, 0.0, 3.0]))
    >>> found.mean_absolute, round(found.total_error, 2)
    (1.0, -0.25)
    """
    off = expected - actual
    varies = len(off) > 1 and np.ptp(expected) > 0 and np.ptp(actual) > 0
    return Errors(
        customers=len(off),
        expected_total=float(expected.sum()),
        actual_total=float(actual.sum()),
        mean_absolute=float(np.abs(off).mean()) if len(off) else float("nan"),
        root_mean_square=float(np.sqrt((off**2).mean())) if len(off) else float("nan"),
        correlation=float(np.corrcoef(expected, actual)[0, 1]) if varies else float("nan"),
        deciles=deciles(expected, actual),
    )


def deciles(expected: Floats, actual: Floats) -> tuple[Decile, ...]:
    """Return the tenths by expectation, the highest first; equal expectations are in the order given."""
    order = np.argsort(-expected, kind="stable")
    parts = [part for part in np.array_split(order, DECILES) if len(part)]
    return tuple(
        Decile(len(part), float(expected[part].mean()), float(actual[part].mean())) for part in parts
    )
