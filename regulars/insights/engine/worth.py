"""Simple worth of a customer: the subscription's and the shop's formula, what one may cost, and when that is paid back."""

from __future__ import annotations

import math
from dataclasses import dataclass


def subscription_value(
    margin: float, retention: float, discount: float, *, is_paid_now: bool = False
) -> float:
    """Return what a customer brings: margin each period while they stay, discounted (m·r / (1 + i − r)).

    margin: money for each period, at its end; retention, discount: for each period. With the first margin paid now the
    formula is m (1 + i) / (1 + i − r).

    >>> round(subscription_value(50, 0.8, 0.1), 2), round(subscription_value(50, 0.8, 0.1, is_paid_now=True), 2)
    (133.33, 183.33)
    """
    if not 0 <= retention <= 1 or 1 + discount - retention <= 0:
        raise ValueError("Retention lies between 0 and 1, and below 1 + discount.")
    kept = 1 + discount if is_paid_now else retention
    return margin * kept / (1 + discount - retention)


def shop_value(average_order: float, orders_a_year: float, margin: float, yearly_churn: float) -> float:
    """Return average order × orders a year × margin × lifespan, which is 1 / yearly churn.

    >>> round(shop_value(40, 3.5, 0.55, 0.25), 2)
    308.0
    """
    if not 0 < yearly_churn <= 1:
        raise ValueError("Churn lies above 0 and up to 1.")
    return average_order * orders_a_year * margin / yearly_churn


def group_value(net_sales: float, purchases: int, expected_purchases: float, margin: float = 1.0) -> float:
    """Return average sale × expected number of purchases × margin; the average pools all purchases of the group.

    >>> round(group_value(531.61, 1, 3.86424), 2)
    2054.27
    """
    return net_sales / purchases * expected_purchases * margin if purchases else 0.0


@dataclass(frozen=True)
class Acquisition:
    """What winning customers cost beside what they bring. Money; months."""

    cost: float
    value: float
    monthly_margin: float
    monthly_churn: float

    @property
    def ratio(self) -> float:
        """LTV : CAC."""
        return self.value / self.cost if self.cost else math.inf

    @property
    def payback_months(self) -> float:
        """CAC / monthly margin, as if nobody left meanwhile."""
        return self.cost / self.monthly_margin if self.monthly_margin > 0 else math.inf


def acquisition(
    spend: float, won: int, monthly_revenue: float, margin: float, monthly_churn: float
) -> Acquisition:
    """Return cost and worth of a customer won.

    >>> found = acquisition(60_000, 300, 50, 0.6, 0.025)
    >>> found.cost, round(found.value), round(found.ratio, 1), round(found.payback_months, 2)
    (200.0, 1200, 6.0, 6.67)
    """
    monthly_margin = monthly_revenue * margin
    value = monthly_margin / monthly_churn if monthly_churn > 0 else math.inf
    return Acquisition(spend / won if won else math.inf, value, monthly_margin, monthly_churn)


def wallet_share(rank: int, brands: int) -> float:
    """Return the Wallet Allocation Rule's share: (1 − rank / (n + 1)) × 2 / n.

    >>> round(wallet_share(1, 2), 3), round(wallet_share(2, 3), 3)
    (0.667, 0.333)
    """
    if not 1 <= rank <= brands:
        raise ValueError("A rank lies between 1 and the number of brands.")
    return (1 - rank / (brands + 1)) * 2 / brands
