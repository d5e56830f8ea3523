"""The real orders of the demo in little room: column by column, each row exactly as it stood in the file.

What repeats is said once: code and description together, the heads of invoices (number, moment, customer, country) with
the number of lines under each, prices as long as they stay what they were. 48 MB become 1.6 MB, read in about a second.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

EPOCH = datetime(2010, 12, 1)  # noqa: DTZ001  the shop's own wall clock, as in the file
MOMENT = "%Y-%m-%d %H:%M:%S"
COLUMNS = ("runs", "moments", "items", "prices", "quantities")


class Line(NamedTuple):
    """One line of the file, all as written there."""

    invoice: str
    code: str
    description: str
    quantity: str
    moment: str
    price: str
    customer: str
    country: str


def pack(rows: Iterable[Sequence[str]]) -> bytes:
    """Return the rows in little room."""
    heads: list[tuple[str, str, str, str]] = []
    numbers: dict[str, list[int]] = {name: [] for name in COLUMNS}
    items: dict[tuple[str, str], int] = {}
    prices: dict[str, int] = {}
    last_price: dict[int, int] = {}
    for line in map(Line._make, rows):
        head = (line.invoice, line.moment, line.customer, line.country)
        if not heads or head != heads[-1]:
            heads.append(head)
            numbers["runs"].append(0)
        numbers["runs"][-1] += 1
        item = items.setdefault((line.code, line.description), len(items))
        price = prices.setdefault(line.price, len(prices))
        numbers["items"].append(item)
        numbers["prices"].append(0 if last_price.get(item) == price else price + 1)
        numbers["quantities"].append(int(line.quantity))
        last_price[item] = price
    numbers["moments"] = [_minutes(moment) for _invoice, moment, _customer, _country in heads]
    texts = {
        "items": list(items),
        "prices": list(prices),
        "heads": [(invoice, customer, country) for invoice, _moment, customer, country in heads],
    }
    return _join(
        [
            json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode(),
            *(_planes(numbers[name]) for name in COLUMNS),
        ]
    )


def unpack(packed: bytes) -> Iterator[Line]:
    """Return the rows again, in their order."""
    parts = _split(packed)
    texts: dict[str, Any] = json.loads(parts[0])
    runs, moments, items, prices, quantities = (_numbers(part) for part in parts[1:])
    known, price_texts = texts["items"], texts["prices"]
    last_price: dict[int, str] = {}
    at = 0
    for (invoice, customer, country), run, minutes in zip(texts["heads"], runs, moments, strict=True):
        moment = (EPOCH + timedelta(minutes=minutes)).strftime(MOMENT)
        for place in range(at, at + run):
            item, price = items[place], prices[place]
            if price:
                last_price[item] = price_texts[price - 1]
            code, description = known[item]
            yield Line(
                invoice,
                code,
                description,
                str(quantities[place]),
                moment,
                last_price[item],
                customer,
                country,
            )
        at += run


def _minutes(moment: str) -> int:
    return int((datetime.strptime(moment, MOMENT) - EPOCH).total_seconds()) // 60  # noqa: DTZ007


def _planes(numbers: Sequence[int]) -> bytes:
    """Return 32-bit numbers as all first bytes, then all second bytes …, which packs far better."""
    whole = struct.pack(f"<{len(numbers)}i", *numbers)
    return b"".join(whole[place::4] for place in range(4))


def _numbers(planes: bytes) -> array[int]:
    count = len(planes) // 4
    whole = bytearray(len(planes))
    for place in range(4):
        whole[place::4] = planes[place * count : (place + 1) * count]
    return array("i", struct.unpack(f"<{count}i", whole))


def _join(parts: Sequence[bytes]) -> bytes:
    body = b"".join(struct.pack("<I", len(part)) + part for part in parts)
    return zlib.compress(body, 9)


def _split(packed: bytes) -> list[bytes]:
    body, parts, at = zlib.decompress(packed), [], 0
    while at < len(body):
        (size,) = struct.unpack_from("<I", body, at)
        parts.append(body[at + 4 : at + 4 + size])
        at += 4 + size
    return parts
