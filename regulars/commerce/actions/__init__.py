"""Every write of the room: orders, refunds, products, kinds, subscriptions, rates; the figures follow each of them."""

from regulars.commerce.actions.changing import (
    OrderChange,
    assign_order,
    cancel_order,
    change_order,
    delete_order,
    reinstate_order,
    restore_order,
)
from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.actions.kinds import (
    choose_kind_level,
    create_kind,
    delete_kind,
    move_kind,
    rename_kind,
)
from regulars.commerce.actions.orders import Recorded, record_order
from regulars.commerce.actions.products import (
    ProductDraft,
    change_product,
    create_product,
    delete_product,
    restore_product,
)
from regulars.commerce.actions.rates import delete_exchange_rate, set_exchange_rate
from regulars.commerce.actions.refunds import RefundDraft, refund_order, withdraw_refund
from regulars.commerce.actions.subscriptions import (
    SubscriptionDraft,
    change_subscription,
    end_subscription,
    renew_subscription,
    start_subscription,
)
from regulars.commerce.engine.drafts import LineDraft, OrderDraft, RefundLineDraft

__all__ = [
    "LineDraft", "OrderChange", "OrderDraft", "ProductDraft", "Recorded", "RefundDraft", "RefundLineDraft",
    "SubscriptionDraft", "assign_order", "cancel_order", "change_order", "change_product", "change_subscription",
    "choose_kind_level", "create_kind", "create_product", "delete_exchange_rate", "delete_kind", "delete_order",
    "delete_product", "end_subscription", "move_kind", "recount_figures", "record_order", "refund_order",
    "reinstate_order", "rename_kind", "renew_subscription", "restore_order", "restore_product", "set_exchange_rate",
    "start_subscription", "withdraw_refund",
]  # fmt: skip
