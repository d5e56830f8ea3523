"""Recency, frequency, money: five steps each by value, so that equal customers get equal scores; and what to call them.

Cut-points at 20, 40, 60 and 80 % of the values. Equal-sized groups would tear identical one-time buyers apart by accident
of order, so groups may be of any size, also empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Scores = NDArray[np.int64]
SHARES = (0.2, 0.4, 0.6, 0.8)
GROUPS = (
    "champions", "loyal", "newcomers", "promising", "wavering", "cannot_lose", "at_risk", "hibernating", "lost",
)  # fmt: skip


@dataclass(frozen=True)
class Cuts:
    """Four ascending values each: up to the first is one step, above the last is another.

    days: since the last purchase; purchases: purchase days; spend: money in all.
    """

    days: tuple[float, ...]
    purchases: tuple[float, ...]
    spend: tuple[float, ...]


def cut_points(days: ArrayLike, purchases: ArrayLike, spend: ArrayLike) -> Cuts:
    """Return the values up to which 20, 40, 60 and 80 % of customers lie; each is somebody's own.

    >>> cut_points([1, 2, 3, 4, 5], [1, 1, 1, 2, 9], [5, 5, 10, 20, 80]).purchases
    (1.0, 1.0, 1.0, 2.0)
    """
    return Cuts(*(_cuts(values) for values in (days, purchases, spend)))


def _cuts(values: ArrayLike) -> tuple[float, ...]:
    found = np.asarray(values, dtype=np.float64)
    if not len(found):
        return (0.0,) * len(SHARES)
    return tuple(np.quantile(found, SHARES, method="inverted_cdf").tolist())


def scores(
    cuts: Cuts, days: ArrayLike, purchases: ArrayLike, spend: ArrayLike
) -> tuple[Scores, Scores, Scores]:
    """Return recency, frequency and money of each, 1 to 5; 5 is best.

    >>> cuts = Cuts((152, 442, 486, 512), (1, 1, 2, 4), (15.36, 31.96, 59.25, 130.44))
    >>> [score.tolist() for score in scores(cuts, [100, 600], [1, 5], [20.0, 500.0])]
    [[5, 1], [1, 5], [2, 5]]
    """
    return (
        5 - _steps(cuts.days, days),
        1 + _steps(cuts.purchases, purchases),
        1 + _steps(cuts.spend, spend),
    )


def _steps(cuts: tuple[float, ...], values: ArrayLike) -> Scores:
    return np.searchsorted(np.array(cuts), np.asarray(values, dtype=np.float64), side="left").astype(np.int64)


def group_of(recency: int, frequency: int, money: int) -> str:
    """Return the name of a group; every one of the 125 combinations has exactly one.

    >>> group_of(5, 5, 5), group_of(5, 1, 2), group_of(1, 5, 4), group_of(1, 1, 1)
    ('champions', 'newcomers', 'cannot_lose', 'lost')
    """
    worth = max(frequency, money)
    if recency >= 4:
        return _fresh(frequency, worth)
    if recency == 3:
        return "loyal" if frequency >= 4 else "promising" if frequency >= 3 else "wavering"
    if frequency >= 4:
        return "cannot_lose" if recency == 1 or worth == 5 else "at_risk"
    if frequency == 3 or money >= 4:
        return "at_risk"
    return "hibernating" if recency == 2 else "lost"


def _fresh(frequency: int, worth: int) -> str:
    if frequency >= 4 and worth >= 4:
        return "champions" if worth == 5 else "loyal"
    if frequency == 1:
        return "newcomers"
    return "promising"
