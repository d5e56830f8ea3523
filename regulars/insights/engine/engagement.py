"""How engaged somebody is now: what they did, each deed weighed, and counting half as much after every half-life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# What the business can change; machines' clicks and opens are no deeds and never come here.
WEIGHTS: Mapping[str, float] = {
    "order": 10.0,
    "referral": 8.0,
    "review": 5.0,
    "reply": 4.0,
    "visit": 2.0,
    "click": 1.0,
}
HALF_LIFE_DAYS = 30.0


def raw_engagement(
    kinds: Sequence[str],
    age_days: ArrayLike,
    *,
    weights: Mapping[str, float] = WEIGHTS,
    half_life_days: float = HALF_LIFE_DAYS,
) -> float:
    """Return one person's sum of weights, halved every half-life; kinds without a weight count nothing.

    An order 15 days ago, a reply 30 days ago, three clicks 60 days ago:

    >>> round(raw_engagement(["order", "reply", "click", "click", "click"], [15, 30, 60, 60, 60]), 2)
    9.82
    """
    heavy = np.array([weights.get(kind, 0.0) for kind in kinds])
    return float(heavy @ decay(age_days, half_life_days)) if len(heavy) else 0.0


def raw_engagements(
    person: NDArray[np.int64],
    weight: Floats,
    age_days: Floats,
    people: int,
    half_life_days: float = HALF_LIFE_DAYS,
) -> Floats:
    """Return the sums (people,) of many at once.

    person: (m,) int64 from 0; weight, age_days: (m,), one for each deed.
    """
    halved = weight * decay(age_days, half_life_days)
    return np.bincount(person, weights=halved, minlength=people).astype(np.float64)


def decay(age_days: ArrayLike, half_life_days: float) -> Floats:
    """Return 0.5^(age / half-life); what lies in the future counts as today.

    >>> decay([0, 30, -5], 30).tolist()
    [1.0, 0.5, 1.0]
    """
    if half_life_days <= 0:
        raise ValueError("A half-life is longer than nothing.")
    ages = np.maximum(np.asarray(age_days, dtype=np.float64), 0.0)
    return np.exp2(-ages / half_life_days)


def engagement_index(raw: ArrayLike, ninetieth: float) -> Floats:
    """Return 100 × (1 − 10^(−raw / P90)): nothing is 0, the 90th percentile of the active is 90, nobody reaches 100.

    >>> engagement_index([0, 9.82, 24], 24).round(1).tolist()
    [0.0, 61.0, 90.0]
    """
    sums = np.asarray(raw, dtype=np.float64)
    if ninetieth <= 0:
        return np.zeros_like(sums)
    found: Floats = -100 * np.expm1(-np.log(10) * sums / ninetieth)
    return found


def ninetieth_percentile(raw: ArrayLike) -> float:
    """Return the 90th percentile of those who did anything at all, 0 where nobody did.

    >>> ninetieth_percentile([0, 0, 0, 10])
    10.0
    """
    sums = np.asarray(raw, dtype=np.float64)
    active = sums[sums > 0]
    return float(np.quantile(active, 0.9)) if len(active) else 0.0
