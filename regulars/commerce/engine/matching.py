"""Which earlier lines a cancellation gives back: exact where that can be known, split over several where it must be."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

Key = tuple[int, str]


@dataclass(slots=True)
class OpenLine:
    """A line of an order with what is not given back of it yet."""

    line_id: int
    order_id: int
    placed_at: datetime
    price: Decimal
    left: Decimal
    left_minor: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """One cancelling row: what is given back, to whom, when, at which price a piece."""

    row: int
    number: str
    person_id: int
    sku: str
    quantity: Decimal
    price: Decimal
    at: datetime
    exponent: int = 2

    @property
    def amount_minor(self) -> int:
        """What the row gives back in minor units."""
        return _minor(self.quantity * self.price, self.exponent)


@dataclass(frozen=True, slots=True)
class Part:
    """How much of one cancelling row falls to one order line, or to none that is known."""

    cancelled: Cancelled
    line: OpenLine | None
    quantity: Decimal
    amount_minor: int


def match_cancellations(cancelled: Iterable[Cancelled], lines: dict[Key, list[OpenLine]]) -> Iterator[Part]:
    """Yield what each cancellation gives back, oldest first; `lines` are those of each (person, code).

    First the latest earlier line of the same price that has enough left; else the latest ones of that price together;
    what they do not cover belongs to no known order.
    """
    newest_first: dict[Key, list[OpenLine]] = defaultdict(list)
    for key, found in lines.items():
        newest_first[key] = sorted(found, key=lambda line: (line.placed_at, line.line_id), reverse=True)
    for one in sorted(cancelled, key=lambda one: (one.at, one.row)):
        yield from _parts(one, newest_first[one.person_id, one.sku])


def _parts(one: Cancelled, lines: list[OpenLine]) -> Iterator[Part]:
    """Yield the parts of one cancelling row."""
    fitting = [
        line for line in lines if line.placed_at <= one.at and line.price == one.price and line.left > 0
    ]
    whole = next((line for line in fitting if line.left >= one.quantity), None)
    wanted = one.quantity
    for line in [whole] if whole else fitting:
        if wanted <= 0:
            break
        taken = min(wanted, line.left)
        amount = (
            line.left_minor
            if taken == line.left
            else min(_minor(taken * one.price, one.exponent), line.left_minor)
        )
        line.left, line.left_minor, wanted = line.left - taken, line.left_minor - amount, wanted - taken
        yield Part(one, line, taken, amount)
    if wanted > 0:
        yield Part(one, None, wanted, _minor(wanted * one.price, one.exponent))


def _minor(amount: Decimal, exponent: int) -> int:
    """Return an amount in minor units, half up."""
    return int(amount.scaleb(exponent).quantize(Decimal(1), rounding=ROUND_HALF_UP))
