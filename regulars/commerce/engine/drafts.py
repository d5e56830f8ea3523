"""What somebody wants to record, before it is an order: plain values and their sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from regulars.kit.money import to_minor


@dataclass(frozen=True, kw_only=True)
class LineDraft:
    """One line to be: a product by code or id, how many, and for how much; `id` names the line it replaces."""

    sku: str = ""
    name: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal(0)
    total_minor: int | None = None
    kind: str = "product"
    product_id: int | None = None
    id: int | None = None

    def amount(self, currency: str) -> int:
        """Return what the line costs in minor units: as given, else quantity × unit price.

        >>> LineDraft(quantity=Decimal(6), unit_price=Decimal("2.55")).amount("GBP")
        1530
        """
        if self.total_minor is not None:
            return self.total_minor
        return to_minor(self.quantity * self.unit_price, currency)


@dataclass(frozen=True, kw_only=True)
class OrderDraft:
    """An order to be. The customer is named by id or by an identity (kind, value); neither makes it a guest order.

    When nobody is known by the identity, the customer is created from `newcomer`; without it the order is refused.
    """

    currency: str
    placed_at: datetime
    lines: Sequence[LineDraft] = ()
    number: str = ""
    source: str = "manual"
    person_id: int | None = None
    identity: tuple[str, str] | None = None
    newcomer: dict[str, Any] | None = None
    company_id: int | None = None
    status: str = "paid"
    total_minor: int | None = None
    shipping_minor: int = 0
    discount_minor: int = 0
    tax_minor: int = 0
    channel: str = ""
    campaign: str = ""
    coupon: str = ""
    country: str = ""
    custom: dict[str, Any] = field(default_factory=dict)

    def total(self) -> int:
        """Return the order's total: as given, else lines + shipping − discount; tax is part of the prices."""
        if self.total_minor is not None:
            return self.total_minor
        return order_total(
            (line.amount(self.currency) for line in self.lines), self.shipping_minor, self.discount_minor
        )


@dataclass(frozen=True, kw_only=True)
class RefundLineDraft:
    """How much of a line to give back: a quantity, an amount, or neither for all that is left."""

    line_id: int
    quantity: Decimal | None = None
    amount_minor: int | None = None


def order_total(line_totals: Iterable[int], shipping_minor: int, discount_minor: int) -> int:
    """Return lines + shipping − discount.

    >>> order_total([1530, 2034], 500, 64)
    4000
    """
    return sum(line_totals) + shipping_minor - discount_minor


def share(whole: int, part: int, of: int) -> int:
    """Return the part of `whole` that `part` is of `of`, half up, so that all parts together are the whole.

    >>> share(1000, 1, 3), share(1000, 3, 3), share(0, 0, 0)
    (333, 1000, 0)
    """
    if of == 0:
        return 0
    return int((Decimal(whole) * part / of).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def line_refund(total_minor: int, quantity: Decimal, refunded: tuple[Decimal, int], more: Decimal) -> int:
    """Return what giving back `more` pieces is worth after what was given back before; the last piece takes the rest.

    >>> line_refund(1000, Decimal(3), (Decimal(0), 0), Decimal(1))
    333
    >>> line_refund(1000, Decimal(3), (Decimal(2), 666), Decimal(1))
    334
    """
    before, before_minor = refunded
    if quantity == 0 or before + more >= quantity:
        return total_minor - before_minor
    due = int((total_minor * (before + more) / quantity).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return max(0, min(due, total_minor) - before_minor)
