"""The layout of the UCI “Online Retail” file, and what its odd rows mean.

One row is one line. An invoice number with C cancels goods of earlier invoices, one with A adjusts a bad debt. Some codes
are no goods but postage, fees or discounts. Rows of stock-keeping (negative without C, or nothing charged to nobody) are
no sales.
"""

from collections.abc import Sequence
from decimal import Decimal

from regulars.people.engine.sayings import Unclear, gettext_noop

_ = gettext_noop
COLUMNS = frozenset({"invoiceno", "stockcode", "quantity", "unitprice"})
OTHER_COLUMNS = frozenset({"invoice", "stockcode", "quantity", "price"})
SHIPPING = frozenset({"POST", "DOT", "C2", "C3"})
DISCOUNTS = frozenset({"D"})
FEES = frozenset({"BANK CHARGES", "AMAZONFEE", "CRUK"})
ADJUSTMENTS = frozenset({"M", "S", "B", "ADJUST", "ADJUST2", "TEST001", "TEST002"})


def is_uci(columns: Sequence[str]) -> bool:
    """Recognise the layout by its columns, of either edition of the data set."""
    said = {"".join(filter(str.isalnum, column.lower())) for column in columns}
    return said >= COLUMNS or said >= OTHER_COLUMNS


def is_cancellation(number: str) -> bool:
    """Say whether an invoice cancels goods of earlier ones.

    >>> is_cancellation("C536379"), is_cancellation("536365")
    (True, False)
    """
    return number[:1] in "Cc" and number[1:].isdigit()


def line_kind(sku: str) -> str:
    """Return what a code stands for: product, shipping, discount, fee or adjustment.

    >>> line_kind("85123A"), line_kind("POST"), line_kind("m")
    ('product', 'shipping', 'adjustment')
    """
    code = sku.upper()
    if code in SHIPPING:
        return "shipping"
    if code in DISCOUNTS:
        return "discount"
    if code in FEES:
        return "fee"
    return "adjustment" if code in ADJUSTMENTS else "product"


def refuse_no_sale(number: str, quantity: Decimal, price: Decimal, *, is_guest: bool) -> None:
    """Refuse a row that is no sale, saying what it is instead."""
    if number[:1] in "Aa" and number[1:].isdigit():
        raise Unclear(_("A bookkeeping adjustment (bad debt), not an order."))
    if quantity < 0:
        raise Unclear(_("A stock correction: fewer pieces without a cancellation number are no sale."))
    if quantity == 0:
        raise Unclear(_("Nothing was sold: the quantity is 0."))
    if price < 0:
        raise Unclear(_("The price is below 0, which no sale has."))
    if price == 0 and is_guest:
        raise Unclear(_("A stock note: nothing was charged and nobody bought it."))


def refuse_cancellation(quantity: Decimal, price: Decimal, *, is_guest: bool) -> None:
    """Refuse a cancelling row that gives nothing back to anybody."""
    if is_guest:
        raise Unclear(_("A cancellation without a customer: it cannot be known what it cancels."))
    if quantity >= 0:
        raise Unclear(_("A cancellation must take pieces back, but its quantity is not below 0."))
    if price <= 0:
        raise Unclear(_("A cancellation of something that was given for free."))
