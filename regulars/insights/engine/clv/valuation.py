"""From histories to figures in one call: the model where the data carry it, a plain mean under its own name where not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from regulars.insights.engine.clv.beta_geometric import BGNBD, MBGNBD
from regulars.insights.engine.clv.fitting import CannotFit, Fit, Least, Model, fit
from regulars.insights.engine.clv.forecast import (
    Horizon,
    Parts,
    People,
    Purchases,
    Total,
    Value,
    figures_of_parts,
    totals_by_end,
    value,
)
from regulars.insights.engine.clv.pareto import PARETONBD
from regulars.insights.engine.clv.rows import Floats, Whole, fold
from regulars.insights.engine.clv.spend import MeanSpend, SpendFit, fit_spend, mean_spend

MODELS: dict[str, Model] = {model.name: model for model in (BGNBD, MBGNBD, PARETONBD)}
GROUP_MEAN = "group_mean"


@dataclass(frozen=True)
class Refusal:
    """Why a model was not used: a code for translation, and a sentence with the figures."""

    code: str
    says: str


@dataclass(frozen=True)
class Fitted:
    """What these customers could tell: a model of purchases and one of spend, or why not.

    With the purchases refused, `fit` is None and figures are the group's mean; `spending` is None without any spend.
    """

    fit: Fit | None
    refusal: Refusal | None
    spending: SpendFit | MeanSpend | None
    spending_refusal: Refusal | None

    @property
    def method(self) -> str:
        """The model's name, or `group_mean`."""
        return self.fit.model.name if self.fit else GROUP_MEAN


@dataclass(frozen=True)
class Valuation:
    """Figures of each and of all. Where the method is `group_mean`, `purchases.alive` is no probability but 1."""

    purchases: Purchases
    total_purchases: Total
    value: Value | None
    total_value: Total | None


def fit_people(model: Model, who: People, least: Least | None = None) -> Fitted:
    """Fit purchases and, where it is known, spend; what the data cannot carry is refused with its reason."""
    found, refusal = fit_purchases(model, who, least)
    return Fitted(found, refusal, *_fit_spend(who, least))


def value_people(
    fitted: Fitted, who: People, horizon: Horizon, *, margin: float = 1.0, level: float = 0.8
) -> Valuation:
    """Return purchases to come and value of each and of all, by the model or by the group's mean."""
    parts = Parts.whole(len(who.frequency))
    return value_parts(fitted, who, parts, horizon, margin=margin, level=level)[0]


def value_parts(
    fitted: Fitted, who: People, parts: Parts, horizon: Horizon, *, margin: float = 1.0, level: float = 0.8
) -> list[Valuation]:
    """Return the valuation of each part; where there is no model, by that part's own mean."""
    kept = [np.flatnonzero(parts.of == number) for number in range(parts.count)]
    if not fitted.fit:
        return [_by_mean(fitted, who.of(rows), horizon, margin, level) for rows in kept]
    made, each, both = figures_of_parts(
        fitted.fit, fitted.spending, who, parts, horizon, margin=margin, level=level
    )
    return [
        Valuation(made.of(rows), bought, each.of(rows) if each else None, worth)
        for rows, (bought, worth) in zip(kept, both, strict=True)
    ]


def purchases_by_end(fitted: Fitted, who: People, ends: Floats, *, level: float = 0.8) -> list[Total]:
    """Return the purchases of all together up to each of several ends (h,), by the model or by the group's mean."""
    if fitted.fit:
        return totals_by_end(fitted.fit, who, ends, level=level)
    made = [mean_purchases(who, Horizon(float(end))) for end in ends]
    return [_plain_total(one.expected, one.variance, who, level) for one in made]


def _by_mean(fitted: Fitted, who: People, horizon: Horizon, margin: float, level: float) -> Valuation:
    made = mean_purchases(who, horizon)
    each = value(made, fitted.spending, who, margin) if fitted.spending else None
    bought = _plain_total(made.expected, made.variance, who, level)
    return Valuation(
        made, bought, each, _plain_total(each.expected, each.variance, who, level) if each else None
    )


def fit_purchases(model: Model, who: People, least: Least | None = None) -> tuple[Fit | None, Refusal | None]:
    """Fit purchases alone, or return why these customers cannot tell them."""
    try:
        return fit(model, fold(who.frequency, who.recency, who.age), least), None
    except CannotFit as refused:
        return None, Refusal(refused.code, str(refused))


def _fit_spend(who: People, least: Least | None) -> tuple[SpendFit | MeanSpend | None, Refusal | None]:
    if who.spend is None:
        return None, None
    try:
        return fit_spend(who.frequency, who.spend, least), None
    except CannotFit as refused:
        return mean_spend(who.frequency, who.spend), Refusal(refused.code, str(refused))


def mean_purchases(who: People, horizon: Horizon) -> Purchases:
    """Return the same for everyone: the group's repeat purchases a day × the horizon, spread as they were so far."""
    time = float(who.age.sum())
    rate = float(who.frequency.sum()) / time if time > 0 else 0.0
    mean = rate * horizon.length
    seen = rate * who.age
    scatter = float(np.sum((who.frequency - seen) ** 2 - seen))
    uneven = max(scatter / float(np.sum(seen**2)), 0.0) if rate else 0.0
    discounted = rate * float(horizon.weights @ horizon.ends)
    everyone = np.ones(len(who.frequency))
    return Purchases(everyone, mean * everyone, discounted * everyone, (mean + uneven * mean**2) * everyone)


def _plain_total(expected: Floats, variance: Floats, who: People, level: float) -> Total:
    """Return a sum whose rate is as unsure as the purchases behind it are few."""
    total, bought = float(expected.sum()), float(who.frequency.sum())
    uneven = float(variance.sum()) / total if total > 0 else 1.0
    doubt = total * np.sqrt(max(uneven, 1.0) / bought) if bought else 0.0
    chance = float(np.sqrt(variance.sum()))
    reach = float(ndtri((1 + level) / 2)) * np.hypot(chance, doubt)
    return Total(total, max(total - reach, 0.0), total + reach, chance, float(doubt), level)


def summarise(person: Whole, day: Whole, amount: Floats, until: int) -> tuple[Whole, People]:
    """Return persons and their histories, in days, from raw orders up to the day `until`.

    person, day: (m,) int64; amount: (m,) money of each order. Orders of one day are one purchase; frequency counts
    purchase days after the first, recency and age are days from the first to the last and to `until`, spend is the mean
    of the repeat days (0 for one-time buyers).

    >>> ids, who = summarise(np.array([7, 7, 7]), np.array([0, 10, 10]), np.array([5.0, 2.0, 4.0]), 30)
    >>> who.frequency.tolist(), who.recency.tolist(), who.age.tolist(), who.spend.tolist()
    ([1], [10.0], [30.0], [6.0])
    """
    is_seen = day <= until
    person, day, amount = person[is_seen], day[is_seen], amount[is_seen]
    order = np.lexsort((day, person))
    person, day, amount = person[order], day[order], amount[order]
    is_new_day = np.ones(len(person), dtype=bool)
    is_new_day[1:] = (person[1:] != person[:-1]) | (day[1:] != day[:-1])
    starts = np.flatnonzero(is_new_day)
    spent = np.add.reduceat(amount, starts) if len(starts) else amount
    person, day = person[starts], day[starts]
    ids, first, days = np.unique(person, return_index=True, return_counts=True)
    last = first + days - 1
    repeats = (days - 1).astype(np.int64)
    totals = np.add.reduceat(spent, first) - spent[first] if len(ids) else spent
    mean = np.divide(totals, repeats, out=np.zeros(len(ids)), where=repeats > 0)
    return ids, People(
        repeats, (day[last] - day[first]).astype(float), (until - day[first]).astype(float), mean
    )
