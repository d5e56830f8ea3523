"""Turn a chunk of order lines into what the staging tables take; runs in a process of its own, knows no database."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from regulars.commerce.engine.order_plan import OrderPlan
from regulars.commerce.engine.uci import is_cancellation, line_kind, refuse_cancellation, refuse_no_sale
from regulars.people.engine.copying import NULL, copy_text
from regulars.people.engine.people_cells import custom_value, tidy_external_id, unquoted
from regulars.people.engine.people_rows import Chunk, tidy_numbered
from regulars.people.engine.sayings import Said, Unclear, gettext_noop
from regulars.people.engine.tidy.countries import tidy_country
from regulars.people.engine.tidy.dates import tidy_moment
from regulars.people.engine.tidy.numbers import CURRENCY_SIGNS, NumberStyle, tidy_money
from regulars.people.engine.tidy.words import is_blank, tidy_text

_ = gettext_noop
Rows = tuple[int, Sequence[list[str]]]
ORDER_COLUMNS = (
    "number", "first_row", "customer_row", "placed_at", "currency", "status", "channel", "campaign", "coupon", "country",
    "shipping_minor", "discount_minor", "tax_minor", "total_minor", "refund_minor", "custom",
)  # fmt: skip
LINE_COLUMNS = (
    "row_number",
    "number",
    "again",
    "kind",
    "sku",
    "name",
    "quantity",
    "unit_price",
    "total_minor",
)
LONGEST = {"number": 80, "sku": 80, "description": 250, "channel": 60, "campaign": 120, "coupon": 60}
_STATUSES = {
    "cancelled": "cancelled", "canceled": "cancelled", "voided": "cancelled", "void": "cancelled", "failed": "cancelled",
    "storniert": "cancelled", "peruttu": "cancelled", "atsauktas": "cancelled", "refunded": "paid", "paid": "paid",
    "partially_refunded": "paid", "processing": "paid", "pending": "placed", "placed": "placed", "open": "placed", "new": "placed",
    "on-hold": "placed", "unpaid": "placed", "authorized": "placed", "shipped": "shipped", "fulfilled": "shipped",
    "sent": "shipped", "completed": "completed", "complete": "completed", "delivered": "completed", "closed": "completed",
    "done": "completed",
}  # fmt: skip


@dataclass(slots=True)
class OrderChunk:
    """A tidied chunk: orders, lines and their customers as COPY texts, and the rows refused with their reasons."""

    seen: int = 0
    orders: bytes = b""
    lines: bytes = b""
    customers: Chunk = field(default_factory=Chunk)
    customer_rows: dict[int, int] = field(default_factory=dict)
    refused: list[tuple[int, list[str], Said]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    line_rows: dict[str, list[int]] = field(default_factory=dict)
    cancelled: "CancelledChunk" = field(default_factory=lambda: CancelledChunk())


@dataclass(frozen=True, slots=True)
class CancelledRow:
    """One cancelling row, its customer still by id."""

    row: int
    cells: list[str]
    number: str
    customer: str
    sku: str
    quantity: Decimal
    price: Decimal
    at: datetime


@dataclass(slots=True)
class CancelledChunk:
    """The cancelling rows of a chunk."""

    seen: int = 0
    rows: list[CancelledRow] = field(default_factory=list)
    refused: list[tuple[int, list[str], Said]] = field(default_factory=list)


def tidy_orders(numbered: Rows, plan: OrderPlan) -> OrderChunk:
    """Tidy the order lines of a chunk, its cancelling rows apart; blank rows do not count."""
    chunk, reader = OrderChunk(), _Reader(plan)
    customers: dict[tuple[str, ...], tuple[int, list[str]]] = {}
    orders: dict[str, str] = {}
    again: dict[tuple[str, ...], int] = {}
    lines: list[str] = []
    for number, cells in _filled(numbered):
        if plan.is_uci and is_cancellation(invoice := reader.cell(cells, "number")):
            reader.put_cancelled(chunk.cancelled, number, invoice, cells)
            continue
        chunk.seen += 1
        try:
            line = reader.line(cells)
            if line[0] not in orders:
                customer = _customer_row(number, cells, reader.identifying, customers)
                orders[line[0]] = reader.order(line[0], number, cells, customer)
        except Unclear as reason:
            chunk.refused.append((number, cells, reason))
            continue
        place = again[line] = again.get(line, 0) + 1
        lines.append(f"{number}\t{line[0]}\t{place}\t" + "\t".join(line[1:]) + "\n")
        chunk.line_rows.setdefault(line[0], []).append(number)
    chunk.orders, chunk.lines = "".join(orders.values()).encode(), "".join(lines).encode()
    chunk.customers = tidy_numbered(list(customers.values()), plan.people)
    return chunk


def tidy_cancelled(numbered: Rows, plan: OrderPlan) -> CancelledChunk:
    """Tidy the cancelling rows of a chunk and pass over all others."""
    chunk, reader = CancelledChunk(), _Reader(plan)
    for number, cells in _filled(numbered):
        invoice = reader.cell(cells, "number")
        if is_cancellation(invoice):
            reader.put_cancelled(chunk, number, invoice, cells)
    return chunk


def _filled(numbered: Rows) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, with their numbers."""
    first, rows = numbered
    return (
        (number, cells)
        for number, cells in enumerate(rows, first)
        if any(cells) and any(map(str.strip, cells))
    )


def _customer_row(
    number: int,
    cells: list[str],
    identifying: tuple[int, ...],
    customers: dict[tuple[str, ...], tuple[int, list[str]]],
) -> int | None:
    """Return the row that tells an order's customer; None for a guest."""
    key = tuple(cells[place].strip() if place < len(cells) else "" for place in identifying)
    if all(is_blank(part) for part in key):
        return None
    return customers.setdefault(key, (number, cells))[0]


class _Reader:
    """Reads rows by a plan."""

    def __init__(self, plan: OrderPlan) -> None:
        self.plan, self.style, self.zone = plan, NumberStyle(plan.decimal), ZoneInfo(plan.zone)
        self.places, self.identifying = dict(plan.columns), plan.identifying
        self.amounts: dict[tuple[str, ...], tuple[str, str, str]] = {}
        self.texts: dict[tuple[str, str], str] = {}

    def cell(self, cells: list[str], name: str) -> str:
        """Return the cell of a field, "" when it is blank or has no column."""
        place = self.places.get(name, -1)
        text = cells[place].strip() if 0 <= place < len(cells) else ""
        return "" if is_blank(text) else text

    def line(self, cells: list[str]) -> tuple[str, ...]:
        """Return one order line: its order's number, then its cells for COPY."""
        if len(cells) > self.plan.width and any(cells[self.plan.width :]):
            raise Unclear(
                _("This row has %(cells)s cells, but the table has %(width)s columns."),
                cells=len(cells),
                width=self.plan.width,
            )
        number = self.fitting(cells, "number")
        if not number:
            raise Unclear(_("The order number is missing."))
        sku = self.fitting(cells, "sku").upper() if self.plan.is_uci else self.fitting(cells, "sku")
        kind = line_kind(sku) if self.plan.is_uci else "product"
        name = self.fitting(cells, "description") or sku
        return copy_text(number), kind, copy_cell(sku), copy_cell(name), *self.amount(number, cells)

    def amount(self, number: str, cells: list[str]) -> tuple[str, str, str]:
        """Return quantity, unit price and total of a line; the same few come again and again."""
        is_guest = not any(self.raw(cells, place) for place in self.identifying)
        quantity, price = self.cell(cells, "quantity"), self.cell(cells, "unit_price")
        given, currency = self.cell(cells, "line_total"), self.currency(cells)
        # Only a letter at the start of the number matters: it tells a bookkeeping entry from an order.
        key = (
            quantity,
            price,
            given,
            currency,
            "guest" if is_guest else "",
            "" if number[0].isdigit() else number[0],
        )
        found = self.amounts.get(key)
        if found is None:
            found = self.worked_out(
                number, quantity or "1", price, given, is_guest=is_guest, currency=currency
            )
            self.amounts[key] = found
        return found

    def worked_out(
        self, number: str, quantity: str, price: str, given: str, *, is_guest: bool, currency: str
    ) -> tuple[str, str, str]:
        """Return quantity, unit price and total, each from the others where it is not given."""
        pieces = self.number(quantity, _("quantity"))
        each = self.number(price, _("price")) if price else None
        total = self.number(given, _("line total")) if given else None
        if each is None:
            each = (total or Decimal(0)) / pieces if pieces else Decimal(0)
        if self.plan.is_uci:
            refuse_no_sale(number, pieces, each, is_guest=is_guest)
        elif pieces <= 0:
            raise Unclear(_("The quantity is not above 0. What came back belongs into a column of refunds."))
        if abs(pieces) >= 10**11 or abs(each) >= 10**13:
            raise Unclear(_("The amount is larger than any order."))
        minor = _minor(pieces * each if total is None else total, self.plan.exponent(currency))
        return f"{pieces:f}", f"{each.quantize(Decimal('0.0001')):f}", str(minor)

    def order(self, number: str, row: int, cells: list[str], customer_row: int | None) -> str:
        """Return what the first line of an order says about all of it, for COPY."""
        currency = self.currency(cells)
        said = [
            number, str(row), str(customer_row) if customer_row is not None else r"\N", self.moment(cells).isoformat(),
            currency, self.status(cells), *(copy_cell(self.fitting(cells, name)) for name in ("channel", "campaign", "coupon")),
            self.country(cells), *(self.minor(cells, name, currency) for name in ("shipping", "discount", "tax", "order_total", "refunded")),
            self.own(cells),
        ]  # fmt: skip
        return "\t".join(said) + "\n"

    def own(self, cells: list[str]) -> str:
        """Return the business's own fields of the order as JSON for COPY; a blank cell says nothing."""
        said = {
            target.field.removeprefix("custom:"): custom_value(unquoted(cell), target.custom, target.style)
            for target in self.plan.own
            if target.custom and (cell := self.raw(cells, target.column))
        }
        return copy_text(json.dumps(said, ensure_ascii=False)) if said else NULL

    def cancelled(self, row: int, number: str, cells: list[str]) -> CancelledRow:
        """Return a cancelling row."""
        customer = tidy_external_id(self.cell(cells, "customer_id"))
        quantity = self.number(self.cell(cells, "quantity"), _("quantity"))
        price = self.number(self.cell(cells, "unit_price"), _("price"))
        refuse_cancellation(quantity, price, is_guest=not customer)
        sku = self.fitting(cells, "sku").upper()
        return CancelledRow(row, cells, number, customer, sku, -quantity, price, self.moment(cells))

    def put_cancelled(self, chunk: CancelledChunk, row: int, number: str, cells: list[str]) -> None:
        """Put a cancelling row into a chunk, or what is unclear about it."""
        chunk.seen += 1
        try:
            chunk.rows.append(self.cancelled(row, number, cells))
        except Unclear as reason:
            chunk.refused.append((row, cells, reason))

    def raw(self, cells: list[str], place: int) -> str:
        """Return an identifying cell, "" when it is blank."""
        text = cells[place].strip() if place < len(cells) else ""
        return "" if is_blank(text) else text

    def fitting(self, cells: list[str], name: str) -> str:
        """Return a text that its column can hold; the same few come again and again."""
        place = self.places.get(name, -1)
        cell = cells[place] if 0 <= place < len(cells) else ""
        found = self.texts.get((name, cell))
        if found is None:
            found = tidy_text("" if is_blank(cell) else cell)
            if len(found) > LONGEST[name]:
                raise Unclear(
                    _("The %(field)s is longer than %(longest)s letters."), field=name, longest=LONGEST[name]
                )
            self.texts[name, cell] = found
        return found

    def moment(self, cells: list[str]) -> datetime:
        """Return when it was, in UTC; a moment without a zone is meant in the business's."""
        text = self.cell(cells, "placed_at")
        if not text:
            raise Unclear(_("The date is missing."))
        return _utc(text, self.plan.date_order, self.zone)

    def number(self, text: str, what: str) -> Decimal:
        """Return a number; a missing one is said by its name."""
        if not text:
            raise Unclear(_("The %(what)s is missing."), what=what)
        try:
            return tidy_money(text, self.style)[0]
        except InvalidOperation as error:
            raise Unclear(_("“%(value)s” is not a number."), value=text) from error

    def minor(self, cells: list[str], name: str, currency: str) -> str:
        """Return an amount of the whole order in minor units."""
        text = self.cell(cells, name)
        return str(_minor(abs(self.number(text, name)), self.plan.exponent(currency))) if text else r"\N"

    def currency(self, cells: list[str]) -> str:
        """Return the order's currency, the business's own where none is said."""
        text = self.cell(cells, "currency")
        code = CURRENCY_SIGNS.get(text, text.upper()) if text else self.plan.currency
        if len(code) != 3 or not code.isalpha() or not code.isascii():
            raise Unclear(_("“%(value)s” is not a currency such as EUR."), value=text)
        return code

    def status(self, cells: list[str]) -> str:
        """Return what became of the order; one we do not know was paid."""
        said = self.cell(cells, "status").casefold().replace(" ", "_")
        return _STATUSES.get(said, "paid")

    def country(self, cells: list[str]) -> str:
        """Return the order's country; one that is none ("European Community") is left blank."""
        return copy_cell(_country(self.cell(cells, "country")))


def copy_cell(text: str) -> str:
    """Return a text as a COPY cell; here an empty one stays empty.

    >>> copy_cell(""), copy_cell("a")
    ('', 'a')
    """
    return copy_text(text) if text else ""


@lru_cache(maxsize=4_096)
def _country(text: str) -> str:
    try:
        return tidy_country(text) if text else ""
    except Unclear:
        return ""


@lru_cache(maxsize=65_536)
def _utc(text: str, order: str, zone: ZoneInfo) -> datetime:
    found = tidy_moment(text, order)
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _minor(amount: Decimal, exponent: int) -> int:
    """Return an amount in minor units, half up."""
    return int(amount.scaleb(exponent).quantize(Decimal(1), rounding=ROUND_HALF_UP))


Tidy = Callable[[Rows, OrderPlan], OrderChunk]
