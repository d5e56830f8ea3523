from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.events import Event
from regulars.kit.money import format_money


@dataclass(frozen=True, kw_only=True)
class _OrderEvent(Event):
    """What all that happens to an order tells: which order, of whom, of how much."""

    icon: ClassVar[str] = "shopping-bag"
    on_timeline: ClassVar[bool] = True
    order_id: int | None = None
    number: str = ""
    total_minor: int = 0
    currency: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "order", self.order_id

    def title(self) -> str:
        return f"{self.number} · {format_money(self.total_minor, self.currency)}"


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(_OrderEvent):
    """A customer or a guest ordered something."""

    kind: ClassVar[str] = "order.placed"
    label: ClassVar[str | Promise] = _("Ordered")
    line_count: int = 0
    order_channel: str = ""
    campaign: str = ""
    coupon: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderChanged(_OrderEvent):
    """An order was corrected."""

    kind: ClassVar[str] = "order.changed"
    label: ClassVar[str | Promise] = _("Order changed")
    icon: ClassVar[str] = "edit"
    touches: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(_OrderEvent):
    """An order was cancelled and no longer counts."""

    kind: ClassVar[str] = "order.cancelled"
    label: ClassVar[str | Promise] = _("Order cancelled")
    icon: ClassVar[str] = "shopping-cart-off"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderReinstated(_OrderEvent):
    """A cancelled order counts again."""

    kind: ClassVar[str] = "order.reinstated"
    label: ClassVar[str | Promise] = _("Order reinstated")
    icon: ClassVar[str] = "check"


@dataclass(frozen=True, kw_only=True)
class OrderAssigned(_OrderEvent):
    """An order was given to another customer, or to nobody."""

    kind: ClassVar[str] = "order.assigned"
    label: ClassVar[str | Promise] = _("Order moved here")
    icon: ClassVar[str] = "switch-horizontal"
    touches: ClassVar[bool] = False
    from_person_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class OrderDeleted(_OrderEvent):
    """An order was deleted; for thirty days it can be brought back."""

    kind: ClassVar[str] = "order.deleted"
    label: ClassVar[str | Promise] = _("Order deleted")
    icon: ClassVar[str] = "trash"
    touches: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class OrderRestored(_OrderEvent):
    """A deleted order was brought back."""

    kind: ClassVar[str] = "order.restored"
    label: ClassVar[str | Promise] = _("Order restored")
    icon: ClassVar[str] = "arrow-back-up"
    touches: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class OrderRefunded(_OrderEvent):
    """Money was given back: of an order, or without one that is known."""

    kind: ClassVar[str] = "order.refunded"
    label: ClassVar[str | Promise] = _("Refunded")
    icon: ClassVar[str] = "receipt-refund"
    refund_id: int = 0
    amount_minor: int = 0
    reason: str = ""
    is_whole: bool = False

    def subject(self) -> tuple[str, int | None]:
        return ("order", self.order_id) if self.order_id else ("refund", self.refund_id)

    def title(self) -> str:
        return f"{self.number} · {format_money(self.amount_minor, self.currency)}"


@dataclass(frozen=True, kw_only=True)
class RefundWithdrawn(_OrderEvent):
    """A refund had been written down by mistake and no longer counts."""

    kind: ClassVar[str] = "order.refund_withdrawn"
    label: ClassVar[str | Promise] = _("Refund withdrawn")
    icon: ClassVar[str] = "arrow-back-up"
    touches: ClassVar[bool] = False
    refund_id: int = 0
    amount_minor: int = 0

    def title(self) -> str:
        return f"{self.number} · {format_money(self.amount_minor, self.currency)}"


@dataclass(frozen=True, kw_only=True)
class _SubscriptionEvent(Event):
    """What all that happens to a subscription tells."""

    icon: ClassVar[str] = "refresh"
    on_timeline: ClassVar[bool] = True
    subscription_id: int
    name: str = ""
    amount_minor: int = 0
    currency: str = ""
    interval: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "subscription", self.subscription_id

    def title(self) -> str:
        return f"{self.name} · {format_money(self.amount_minor, self.currency)}"


@dataclass(frozen=True, kw_only=True)
class SubscriptionStarted(_SubscriptionEvent):
    """A customer subscribed to something."""

    kind: ClassVar[str] = "subscription.started"
    label: ClassVar[str | Promise] = _("Subscribed")


@dataclass(frozen=True, kw_only=True)
class SubscriptionChanged(_SubscriptionEvent):
    """A subscription's amount, rhythm or state changed."""

    kind: ClassVar[str] = "subscription.changed"
    label: ClassVar[str | Promise] = _("Subscription changed")
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class SubscriptionRenewed(_SubscriptionEvent):
    """A subscription was paid for another time."""

    kind: ClassVar[str] = "subscription.renewed"
    label: ClassVar[str | Promise] = _("Subscription renewed")
    renewals: int = 0


@dataclass(frozen=True, kw_only=True)
class SubscriptionEnded(_SubscriptionEvent):
    """A subscription ended."""

    kind: ClassVar[str] = "subscription.ended"
    label: ClassVar[str | Promise] = _("Subscription ended")
    icon: ClassVar[str] = "ban"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SubscriptionDeleted(_SubscriptionEvent):
    """A subscription had been written down by mistake and was deleted."""

    kind: ClassVar[str] = "subscription.deleted"
    label: ClassVar[str | Promise] = _("Subscription deleted")
    icon: ClassVar[str] = "trash"
    touches: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class _ProductEvent(Event):
    """What happens to a product; audited, on nobody's timeline."""

    product_id: int
    sku: str = ""
    name: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "product", self.product_id

    def title(self) -> str:
        return self.name or self.sku


@dataclass(frozen=True, kw_only=True)
class ProductCreated(_ProductEvent):
    """A product was added, by hand or by an order that named its code."""

    kind: ClassVar[str] = "product.created"


@dataclass(frozen=True, kw_only=True)
class ProductChanged(_ProductEvent):
    """A product's words, kind, price or cost changed."""

    kind: ClassVar[str] = "product.changed"


@dataclass(frozen=True, kw_only=True)
class ProductDeleted(_ProductEvent):
    """A product was deleted; lines of old orders keep its words."""

    kind: ClassVar[str] = "product.deleted"


@dataclass(frozen=True, kw_only=True)
class ProductRestored(_ProductEvent):
    """A deleted product was brought back."""

    kind: ClassVar[str] = "product.restored"


@dataclass(frozen=True, kw_only=True)
class KindsChanged(Event):
    """The tree of product kinds changed: added, renamed, moved, removed, or another level counts."""

    kind: ClassVar[str] = "product.kinds_changed"
    kind_id: int | None = None
    name: str = ""

    def subject(self) -> tuple[str, int | None]:
        return "kind", self.kind_id

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class RateSet(Event):
    """An exchange rate was set; amounts in that currency were counted anew."""

    kind: ClassVar[str] = "exchange_rate.set"
    currency: str = ""
    day: str = ""

    def title(self) -> str:
        return f"{self.currency} {self.day}"


@dataclass(frozen=True, kw_only=True)
class DemoLoaded(Event):
    """The demo shop was loaded."""

    kind: ClassVar[str] = "demo.loaded"
    people: int = 0
    orders: int = 0


@dataclass(frozen=True, kw_only=True)
class DemoRemoved(Event):
    """The demo shop was taken away; what the business entered itself stayed."""

    kind: ClassVar[str] = "demo.removed"
    people: int = 0
    orders: int = 0
