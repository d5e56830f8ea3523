"""How many stay how long, also where most have not left yet; and when a customer is paid back although some leave."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """Kaplan and Meier's share still there after each time at which somebody left, with its interval."""

    times: Floats
    share: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    longest: float

    def at(self, time: float) -> float:
        """Return the share still there after `time`; nobody was seen longer than `longest`, so beyond it is NaN."""
        if time > self.longest:
            return math.nan
        place = int(np.searchsorted(self.times, time, side="right"))
        return float(self.share[place - 1]) if place else 1.0

    @property
    def median(self) -> float:
        """When half have left; infinite while more than half are still there."""
        gone = np.flatnonzero(self.share <= 0.5)
        return float(self.times[gone[0]]) if len(gone) else math.inf


def kaplan_meier(durations: ArrayLike, has_left: ArrayLike, level: float = 0.95) -> Curve:
    """Return how many stay how long; those who have not left count up to today.

    durations: (n,) time seen of each; has_left: (n,) whether it ended. The interval is Greenwood's on the log-log scale,
    which stays within 0 and 1.

    >>> curve = kaplan_meier([1, 2, 2, 3, 4], [1, 1, 0, 1, 0])
    >>> curve.times.tolist(), curve.share.round(3).tolist()
    ([1.0, 2.0, 3.0], [0.8, 0.6, 0.3])
    """
    seen, left = np.asarray(durations, dtype=np.float64), np.asarray(has_left, dtype=bool)
    if seen.shape != left.shape or (seen < 0).any():
        raise ValueError("Each duration is 0 or more and says whether it ended.")
    times, ended = np.unique(seen[left], return_counts=True)
    at_risk = len(seen) - np.searchsorted(np.sort(seen), times, side="left").astype(np.float64)
    share: Floats = np.cumprod(1 - ended / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(ended / (at_risk * (at_risk - ended)))
        reach = float(ndtri((1 + level) / 2)) * np.sqrt(greenwood) / np.abs(np.log(share))
        low, high = share ** np.exp(reach), share ** np.exp(-reach)
    is_over = share <= 0
    low, high = np.where(is_over, 0.0, low), np.where(is_over, np.nan_to_num(high, nan=0.0), high)
    return Curve(times, share, low, high, at_risk, float(seen.max(initial=0.0)))


def months_to_pay_back(cost: float, monthly_margin: float, monthly_churn: float) -> float:
    """Return when a customer's cost has come back on average although some leave, infinite where it never does.

    Margin adds up to (margin / churn) × (1 − (1 − churn)^k): 200 at 30 a month and 2.5 % churn take 7.2 months, not 6.67.

    >>> round(months_to_pay_back(200, 30, 0.025), 1), months_to_pay_back(2000, 30, 0.025)
    (7.2, inf)
    """
    if monthly_margin <= 0:
        return math.inf if cost > 0 else 0.0
    if monthly_churn <= 0:
        return cost / monthly_margin
    missing = cost * monthly_churn / monthly_margin
    if missing >= 1:
        return math.inf
    return 1.0 if monthly_churn >= 1 else math.log1p(-missing) / math.log1p(-monthly_churn)


def month_paid_back(cost: float, monthly_margin: float, monthly_churn: float) -> float:
    """Return the first whole month at whose end the cost is back.

    >>> month_paid_back(200, 30, 0.025)
    8.0
    """
    months = months_to_pay_back(cost, monthly_margin, monthly_churn)
    return months if math.isinf(months) else float(math.ceil(months - 1e-9))


def months_to_pay_back_seen(cost: float, margins: ArrayLike, staying: ArrayLike) -> float:
    """Return the same from what was seen: margin of each month and the share still there in it; NaN if not seen so far.

    >>> round(months_to_pay_back_seen(100, [60, 60, 60], [1.0, 0.5, 0.25]), 2)
    2.67
    """
    monthly = np.asarray(margins, dtype=np.float64) * np.asarray(staying, dtype=np.float64)
    back = np.concatenate(([0.0], np.cumsum(monthly)))
    reached = np.flatnonzero(back >= cost)
    if not len(reached):
        return math.nan
    month = int(reached[0])
    return 0.0 if month == 0 else month - 1 + float((cost - back[month - 1]) / monthly[month - 1])
