from __future__ import annotations

from regulars.commerce.models import Order, Subscription
from regulars.team.rules import Seer, may, reaches


def may_change_order(seer: Seer | None, order: Order) -> bool:
    """Tell whether this member or key may change, refund or delete this order; guest orders need a reach of all."""
    return reaches(seer, "orders.change", order.person)


def may_change_subscription(seer: Seer | None, subscription: Subscription) -> bool:
    """Tell whether this member or key may change this subscription."""
    return reaches(seer, "orders.change", subscription.person)


def may_see_costs(seer: Seer | None) -> bool:
    """Tell whether this member or key may see what products cost and earn."""
    return may(seer, "costs.see")
