"""From lines of the file to orders and refunds.

Lines of one invoice are an order. An invoice with a C is a cancellation: each of its lines is matched to the newest earlier
line of the same customer and code of which enough is left, and becomes a refund of that order; what matches nothing is a
refund of its own. Stock corrections (no customer, no price) and bad-debt adjustments are no orders and are left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo

from regulars.commerce.engine.retail import MOMENT, Line
from regulars.kit.money import to_minor

CURRENCY = "GBP"
SHOP = {"name": "Gingham & Thyme", "country": "GB", "currency": CURRENCY, "time_zone": "Europe/London"}
SHOP_ZONE = ZoneInfo("Europe/London")
LAST_DAY = date(2011, 12, 9)
SHIPPING = {"POST", "DOT", "C2"}
FEES = {"M", "BANK CHARGES", "AMAZONFEE", "CRUK", "S", "B"}


@dataclass
class ReadLine:
    """One line of an order, with how much of it is not yet given back."""

    kind: str
    sku: str
    name: str
    quantity: int
    price_text: str
    total: int
    left: int
    left_minor: int


@dataclass
class ReadOrder:
    """One order as the file tells it."""

    number: str
    customer: str
    country: str
    placed_at: datetime
    lines: list[ReadLine] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)


@dataclass
class ReadRefund:
    """What one cancellation gives back of one order, or of none that is known."""

    number: str
    customer: str
    refunded_at: datetime
    order: int | None
    reason: str = ""
    lines: list[tuple[int, str, int, int]] = field(default_factory=list)

    @property
    def amount(self) -> int:
        return sum(line[3] for line in self.lines)


@dataclass
class Shop:
    """All the file tells, and how often each code was called what."""

    orders: list[ReadOrder] = field(default_factory=list)
    refunds: list[ReadRefund] = field(default_factory=list)
    names: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    prices: dict[str, int] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)
    left_out: int = 0


def read_shop(lines: Iterable[Line], *, last_day: date) -> Shop:
    """Return orders and refunds, moved in time so that the last of them falls on `last_day`.

    All moments move by the same number of days. Whole weeks would keep the weekdays (this shop rested on Saturdays) but end
    up to six days off yesterday, which would make the newest customers look neglected; so weekdays give way.
    """
    shop, by_days = Shop(), last_day - LAST_DAY
    open_lines: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for number, invoice in groupby(lines, key=lambda line: line.invoice):
        rows = list(invoice)
        if number.startswith("C"):
            _read_cancellation(shop, rows, open_lines, by_days)
        elif number.isdigit():
            _read_order(shop, rows, open_lines, by_days)
        else:
            shop.left_out += len(rows)
    return shop


def _read_order(
    shop: Shop, rows: list[Line], open_lines: dict[tuple[str, str], list[tuple[int, int]]], by_days: timedelta
) -> None:
    read = [line for row in rows if (line := _line(row)) is not None]
    customer = _customer(rows[0])
    if not read or (not customer and not any(line.total for line in read)):
        shop.left_out += len(rows)
        return
    shop.left_out += len(rows) - len(read)
    order = ReadOrder(rows[0].invoice, customer, rows[0].country, _moment(rows[0], by_days), read)
    if customer:
        shop.customers.setdefault(customer, rows[0].country)
    for place, line in enumerate(read):
        if line.kind == "product":
            shop.names[line.sku][line.name] += 1
            shop.prices[line.sku] = _worth(1, line.price_text) or shop.prices.get(line.sku, 0)
        if customer:
            open_lines[customer, line.sku].append((len(shop.orders), place))
    shop.orders.append(order)


def _line(row: Line) -> ReadLine | None:
    """Return a line of an order; None for a stock correction."""
    quantity, sku = int(row.quantity), row.code.upper()
    if row.price.startswith("-") or (quantity < 0 and sku not in ("D", *FEES)):
        return None
    kind = (
        "shipping" if sku in SHIPPING else "discount" if sku == "D" else "fee" if sku in FEES else "product"
    )
    total = _worth(quantity, row.price)
    return ReadLine(kind, sku, row.description.strip() or sku, quantity, row.price, total, quantity, total)


def _read_cancellation(
    shop: Shop, rows: list[Line], open_lines: dict[tuple[str, str], list[tuple[int, int]]], by_days: timedelta
) -> None:
    customer, number = _customer(rows[0]), rows[0].invoice
    if not customer:
        shop.left_out += len(rows)
        return
    shop.customers.setdefault(customer, rows[0].country)
    refunded_at = _moment(rows[0], by_days)
    made: dict[int | None, ReadRefund] = {}
    for row in rows:
        for order, part in _matched(shop, row, open_lines.get((customer, row.code.upper()), [])):
            refund = made.setdefault(order, ReadRefund(number, customer, refunded_at, order, _reason(row)))
            refund.lines.append(part)
    shop.refunds.extend(refund for refund in made.values() if refund.amount > 0)


def _matched(
    shop: Shop, row: Line, candidates: list[tuple[int, int]]
) -> Iterator[tuple[int | None, tuple[int, str, int, int]]]:
    """Yield what a cancelled line gives back, newest order first; what is left over belongs to no known order."""
    wanted, sku = -int(row.quantity), row.code.upper()
    newest_first = [(order, place, shop.orders[order].lines[place]) for order, place in reversed(candidates)]
    # A line at the very price comes first; a later price of the same thing is the next best guess.
    newest_first.sort(key=lambda one: one[2].price_text != row.price)
    for order, place, line in newest_first:
        if wanted <= 0 or line.left <= 0:
            continue
        taken = min(wanted, line.left)
        amount = min(_worth(taken, row.price), line.left_minor)
        line.left, line.left_minor, wanted = line.left - taken, line.left_minor - amount, wanted - taken
        yield order, (place, sku, taken, amount)
    if wanted > 0 and _worth(wanted, row.price) > 0:
        yield None, (0, sku, wanted, _worth(wanted, row.price))


@cache
def _worth(quantity: int, price: str) -> int:
    """Return the amount in pence; the same few quantities and prices come again and again."""
    return to_minor(quantity * Decimal(price), CURRENCY)


def _reason(row: Line) -> str:
    return {"D": "Discount given afterwards", "M": "Corrected by hand", "S": "Samples"}.get(
        row.code.upper(), ""
    )


def _customer(row: Line) -> str:
    return row.customer.partition(".")[0]


def _moment(row: Line, by_days: timedelta) -> datetime:
    return (datetime.strptime(row.moment, MOMENT) + by_days).replace(tzinfo=SHOP_ZONE)  # noqa: DTZ007
