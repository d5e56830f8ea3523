"""The second look at a file of orders: cancelling rows become refunds of what they cancel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.engine.matching import Cancelled, Key, OpenLine, Part, match_cancellations
from regulars.commerce.engine.order_rows import CancelledRow
from regulars.commerce.events import OrderRefunded
from regulars.kit.actor import Actor
from regulars.kit.events.rows import announce_rows

STAGES = """
CREATE TEMP TABLE cancel_refund (place int PRIMARY KEY, number text, order_id bigint, person_id bigint, at timestamptz, amount bigint,
    reason text, id bigint) ON COMMIT DROP;
CREATE TEMP TABLE cancel_part (place int, line_id bigint, sku text, quantity numeric, amount bigint) ON COMMIT DROP;
"""
KNOWN_NUMBERS = """
SELECT DISTINCT number FROM commerce_refund WHERE source = %s AND number = ANY(%s) AND deleted_at IS NULL
"""
PEOPLE = """
SELECT value, person_id FROM people_identity i JOIN people_person p ON p.id = i.person_id AND p.deleted_at IS NULL
WHERE i.kind = 'external' AND i.value = ANY(%s) AND i.ended_at IS NULL AND NOT i.is_shared
"""
OPEN_LINES = """
SELECT o.person_id, upper(l.sku), l.id, o.id, o.placed_at, l.unit_price, l.quantity - l.refunded_quantity,
    l.total_minor - l.refunded_minor
FROM unnest(%s::bigint[], %s::text[]) AS wanted(person_id, sku)
JOIN commerce_order o ON o.person_id = wanted.person_id JOIN commerce_orderline l ON l.order_id = o.id AND upper(l.sku) = wanted.sku
WHERE o.deleted_at IS NULL AND o.status <> 'cancelled' AND l.quantity > l.refunded_quantity AND o.currency = %s
"""
REFUNDS = """
WITH numbered AS (
    UPDATE cancel_refund SET id = nextval((SELECT pg_get_serial_sequence('commerce_refund', 'id'))::regclass)
    RETURNING *)
INSERT INTO commerce_refund (id, source, number, order_id, person_id, refunded_at, amount_minor, base_minor, currency, reason, is_demo,
    created_at)
SELECT n.id, %(source)s, n.number, n.order_id, n.person_id, n.at, n.amount,
    coalesce(round(o.base_minor::numeric * n.amount / nullif(o.total_minor, 0)), n.amount), %(currency)s, n.reason, %(is_demo)s, %(at)s
FROM numbered n LEFT JOIN commerce_order o ON o.id = n.order_id ORDER BY n.place
"""
PARTS = """
INSERT INTO commerce_refundline (refund_id, line_id, sku, quantity, amount_minor)
SELECT r.id, p.line_id, p.sku, p.quantity, p.amount FROM cancel_part p JOIN cancel_refund r ON r.place = p.place ORDER BY p.place
"""
LINES = """
UPDATE commerce_orderline l SET refunded_quantity = l.refunded_quantity + g.quantity, refunded_minor = l.refunded_minor + g.amount
FROM (SELECT line_id, sum(quantity) AS quantity, sum(amount) AS amount FROM cancel_part WHERE line_id IS NOT NULL GROUP BY 1) AS g
WHERE l.id = g.line_id
"""
ORDERS = """
UPDATE commerce_order o SET refunded_minor = o.refunded_minor + g.amount, updated_at = %(at)s,
    base_refunded_minor = round(o.base_minor::numeric * (o.refunded_minor + g.amount) / nullif(o.total_minor, 0))
FROM (SELECT order_id, sum(amount) AS amount FROM cancel_refund WHERE order_id IS NOT NULL GROUP BY 1) AS g WHERE o.id = g.order_id
"""
REFUNDED = """
SELECT r.person_id, NULL::bigint, r.at, '', CASE WHEN r.order_id IS NULL THEN 'refund' ELSE 'order' END, coalesce(r.order_id, r.id),
    coalesce(o.number, r.number) || ' · ' || to_char(r.amount / 10::numeric ^ %s, 'FM999,999,999,990.00') || ' ' || %s, NULL::text,
    jsonb_strip_nulls(jsonb_build_object('order_id', coalesce(r.order_id, 0), 'number', coalesce(o.number, r.number), 'refund_id', r.id,
        'amount_minor', r.amount, 'total_minor', coalesce(o.total_minor, 0), 'currency', %s::text, 'reason', nullif(r.reason, '')))
FROM cancel_refund r LEFT JOIN commerce_order o ON o.id = r.order_id
"""


@dataclass
class Found:
    """What became of the cancelling rows."""

    created: int = 0
    unchanged: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    whole: int = 0
    split: int = 0
    loose: int = 0


@dataclass(frozen=True)
class Cancelling:
    """How the cancelling rows of one import become refunds."""

    source: str
    currency: str
    exponent: int
    by: Actor
    at: datetime
    is_demo: bool = False

    def write(self, rows: Sequence[CancelledRow]) -> Found:
        """Write refunds for the cancelling rows whose numbers are new, each matched to what it cancels."""
        found = Found()
        known = self._column(KNOWN_NUMBERS, self.source, [row.number for row in rows])
        people = dict(self._rows(PEOPLE, list({row.customer for row in rows})))
        wanted = []
        for row in rows:
            if row.number in known:
                found.unchanged += 1
            elif row.customer not in people:
                found.refused[row.row] = _(
                    "Nobody is known by this customer id, so it cannot be known what it cancels."
                )
            else:
                wanted.append(self._cancelled(row, people[row.customer]))
        parts = list(match_cancellations(wanted, self._open_lines(wanted)))
        found.created = len(wanted)
        _tell_how(found, parts)
        if parts:
            self._write_parts(parts)
            recount_figures({part.cancelled.person_id for part in parts}, by=self.by, evaluate=False)
        return found

    def _cancelled(self, row: CancelledRow, person_id: int) -> Cancelled:
        return Cancelled(
            row.row, row.number, person_id, row.sku, row.quantity, row.price, row.at, self.exponent
        )

    def _open_lines(self, wanted: Sequence[Cancelled]) -> dict[Key, list[OpenLine]]:
        """Return the lines of the customers concerned of which something is left."""
        lines: dict[Key, list[OpenLine]] = defaultdict(list)
        keys = sorted({(one.person_id, one.sku) for one in wanted})
        people, skus = [person for person, _sku in keys], [sku for _person, sku in keys]
        for person, sku, *rest in self._rows(OPEN_LINES, people, skus, self.currency):
            lines[person, sku].append(OpenLine(*rest))
        return lines

    def _write_parts(self, parts: Sequence[Part]) -> None:
        """Write one refund for each cancelling number and order, with what it gives back of each line."""
        places: dict[tuple[str, int | None], int] = {}
        for part in parts:
            places.setdefault((part.cancelled.number, part.line.order_id if part.line else None), len(places))
        with connection.cursor() as cursor:
            cursor.execute(STAGES)
            _copy(
                cursor,
                "cancel_refund (place, number, order_id, person_id, at, amount, reason)",
                _refund_rows(parts, places),
            )
            _copy(cursor, "cancel_part (place, line_id, sku, quantity, amount)", _part_rows(parts, places))
            values: dict[str, Any] = {
                "source": self.source,
                "currency": self.currency,
                "at": self.at,
                "is_demo": self.is_demo,
            }
            for statement in (REFUNDS, PARTS, LINES, ORDERS):
                cursor.execute(statement, values)
            announce_rows(OrderRefunded, REFUNDED, [self.exponent, self.currency, self.currency], by=self.by)
            cursor.execute("DROP TABLE cancel_refund, cancel_part")

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def _column(self, statement: str, *values: Any) -> set[Any]:
        return {row[0] for row in self._rows(statement, *values)}


def _tell_how(found: Found, parts: Sequence[Part]) -> None:
    """Count how surely the rows were matched: to one line, to several, or to none that is known."""
    by_row: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        by_row[part.cancelled.row].append(part)
    for of_row in by_row.values():
        if any(part.line is None for part in of_row):
            found.loose += 1
        elif len(of_row) == 1:
            found.whole += 1
        else:
            found.split += 1


def _refund_rows(
    parts: Sequence[Part], places: dict[tuple[str, int | None], int]
) -> Iterable[tuple[Any, ...]]:
    """Yield one row for each refund."""
    sums: dict[int, int] = defaultdict(int)
    first: dict[int, Part] = {}
    for part in parts:
        place = places[part.cancelled.number, part.line.order_id if part.line else None]
        sums[place] += part.amount_minor
        first.setdefault(place, part)
    for place, part in first.items():
        order_id = part.line.order_id if part.line else None
        reason = "" if order_id else _("No earlier order holds what this cancels.")
        one = part.cancelled
        yield place, one.number, order_id, one.person_id, one.at, sums[place], reason


def _part_rows(parts: Sequence[Part], places: dict[tuple[str, int | None], int]) -> Iterable[tuple[Any, ...]]:
    """Yield one row for each part of a refund."""
    for part in parts:
        place = places[part.cancelled.number, part.line.order_id if part.line else None]
        yield (
            place,
            part.line.line_id if part.line else None,
            part.cancelled.sku,
            part.quantity,
            part.amount_minor,
        )


def _copy(cursor: Any, target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
