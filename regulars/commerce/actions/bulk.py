"""Past orders by the hundred thousand: one COPY and one statement per noun, silent, ending in the same figures.

A batch names products by code and orders by their place in the batch; orders whose number is known are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.events import OrderPlaced, OrderRefunded
from regulars.kit.actor import Actor
from regulars.kit.events.rows import announce_rows

STAGES = {
    "bulk_order": (
        "row int, number text, person_id bigint, company_id bigint, placed_at timestamptz, total bigint, shipping bigint, "
        "discount bigint, base bigint, line_count int, channel text, country text, label text"
    ),
    "bulk_line": (
        "order_row int, position int, kind text, sku text, name text, quantity numeric, unit_price numeric, total bigint"
    ),
    "bulk_refund": (
        "row int, number text, order_row int, person_id bigint, refunded_at timestamptz, amount bigint, base bigint, "
        "reason text, label text"
    ),
    "bulk_refund_line": "refund_row int, order_row int, position int, sku text, quantity numeric, amount bigint",
}

ORDERS = """
    WITH fresh AS (
        INSERT INTO commerce_order (source, number, person_id, company_id, placed_at, status, currency, total_minor,
            refunded_minor, shipping_minor, discount_minor, tax_minor, base_minor, base_refunded_minor, line_count, channel,
            campaign, coupon, country, custom, is_demo, created_at, updated_at, version)
        SELECT %(source)s, number, person_id, company_id, placed_at, 'completed', %(currency)s, total, 0, shipping, discount, 0,
            base, 0, line_count, channel, '', '', country, '{}', %(is_demo)s, %(at)s, %(at)s, 1
        FROM bulk_order ORDER BY row
        ON CONFLICT (source, number) WHERE deleted_at IS NULL DO NOTHING RETURNING id, number)
    UPDATE bulk_order b SET id = fresh.id FROM fresh WHERE fresh.number = b.number"""
LINES = """
    WITH written AS (
        INSERT INTO commerce_orderline (order_id, product_id, kind, position, sku, name, quantity, unit_price, total_minor,
            refunded_quantity, refunded_minor)
        SELECT o.id, p.id, l.kind, l.position, l.sku, l.name, l.quantity, l.unit_price, l.total,
            coalesce(r.quantity, 0), coalesce(r.amount, 0)
        FROM bulk_line l JOIN bulk_order o ON o.row = l.order_row AND o.id IS NOT NULL
        LEFT JOIN commerce_product p ON p.sku = l.sku AND p.deleted_at IS NULL AND l.kind = 'product'
        LEFT JOIN (
            SELECT order_row, position, sum(quantity) AS quantity, sum(amount) AS amount
            FROM bulk_refund_line WHERE order_row IS NOT NULL GROUP BY 1, 2) AS r
            ON r.order_row = l.order_row AND r.position = l.position
        ORDER BY l.order_row, l.position
        RETURNING id, order_id, position)
    INSERT INTO bulk_written SELECT id, order_id, position FROM written
    WHERE EXISTS (SELECT 1 FROM bulk_refund_line)"""
REFUNDS = """
    WITH ready AS (
        SELECT r.*, o.id AS order_id, nextval(pg_get_serial_sequence('commerce_refund', 'id')) AS refund_id
        FROM bulk_refund r LEFT JOIN bulk_order o ON o.row = r.order_row
        WHERE r.order_row IS NULL OR o.id IS NOT NULL),
    numbered AS (UPDATE bulk_refund b SET id = ready.refund_id FROM ready WHERE ready.row = b.row)
    INSERT INTO commerce_refund (id, source, number, order_id, person_id, refunded_at, amount_minor, base_minor, currency,
        reason, is_demo, created_at)
    SELECT refund_id, %(source)s, number, order_id, person_id, refunded_at, amount, base, %(currency)s, reason, %(is_demo)s, %(at)s
    FROM ready ORDER BY row"""
REFUND_LINES = """
    INSERT INTO commerce_refundline (refund_id, line_id, sku, quantity, amount_minor)
    SELECT r.id, w.line_id, l.sku, l.quantity, l.amount FROM bulk_refund_line l
    JOIN bulk_refund r ON r.row = l.refund_row AND r.id IS NOT NULL
    LEFT JOIN bulk_order o ON o.row = l.order_row
    LEFT JOIN bulk_written w ON w.order_id = o.id AND w.position = l.position"""
SETTLE = """
    UPDATE commerce_order o SET refunded_minor = given.amount, base_refunded_minor = given.base
    FROM (SELECT b.id, sum(r.amount) AS amount, sum(r.base) AS base FROM bulk_refund r
          JOIN bulk_order b ON b.row = r.order_row AND b.id IS NOT NULL GROUP BY b.id) AS given
    WHERE o.id = given.id"""
LAST_TOUCH = """
    UPDATE people_person p SET last_touch_at = last.at FROM (
        SELECT person_id, max(at) AS at FROM (
            SELECT person_id, placed_at AS at FROM bulk_order WHERE id IS NOT NULL
            UNION ALL SELECT person_id, refunded_at FROM bulk_refund WHERE id IS NOT NULL) AS moments
        WHERE person_id IS NOT NULL GROUP BY person_id) AS last
    WHERE p.id = last.person_id AND (p.last_touch_at IS NULL OR p.last_touch_at < last.at)"""
PLACED = """
    SELECT person_id, company_id, placed_at, left(channel, 30), 'order', id, label, NULL::text,
        jsonb_build_object('order_id', id, 'number', number, 'total_minor', total, 'currency', %s::text,
            'line_count', line_count, 'order_channel', channel)
    FROM bulk_order WHERE id IS NOT NULL ORDER BY row"""
REFUNDED = """
    SELECT r.person_id, o.company_id, r.refunded_at, '', CASE WHEN o.id IS NULL THEN 'refund' ELSE 'order' END,
        coalesce(o.id, r.id), r.label, NULL::text,
        jsonb_strip_nulls(jsonb_build_object('order_id', o.id, 'number', coalesce(o.number, r.number), 'refund_id', r.id,
            'amount_minor', r.amount, 'total_minor', coalesce(o.total, 0), 'currency', %s::text, 'reason', nullif(r.reason, '')))
    FROM bulk_refund r LEFT JOIN bulk_order o ON o.row = r.order_row WHERE r.id IS NOT NULL ORDER BY r.row"""


@dataclass
class OrderBatch:
    """Rows for the columns of STAGES: orders, their lines, refunds and what they give back, in one currency."""

    source: str
    currency: str
    orders: list[Sequence[Any]] = field(default_factory=list)
    lines: list[Sequence[Any]] = field(default_factory=list)
    refunds: list[Sequence[Any]] = field(default_factory=list)
    refund_lines: list[Sequence[Any]] = field(default_factory=list)


@transaction.atomic
def record_orders_in_bulk(
    batch: OrderBatch, *, by: Actor, at: datetime, is_demo: bool = False, evaluate: bool = True
) -> tuple[int, int]:
    """Write past orders and refunds silently, with touchpoints and figures; return how many of each were new.

    Products must be known by then: a line's code finds its product or none.
    """
    values: dict[str, Any] = {
        "source": batch.source,
        "currency": batch.currency,
        "at": at,
        "is_demo": is_demo,
    }
    with connection.cursor() as cursor:
        _stage(cursor, batch)
        for sql in (ORDERS, LINES, REFUNDS, REFUND_LINES, SETTLE, LAST_TOUCH):
            cursor.execute(sql, values)
        orders = announce_rows(OrderPlaced, PLACED, [batch.currency], by=by)
        refunds = announce_rows(OrderRefunded, REFUNDED, [batch.currency], by=by)
        people, companies = _concerned(cursor)
        for name in (*STAGES, "bulk_written"):
            cursor.execute(f"DROP TABLE {name}")
        # The planner must know of what was just written before it is counted; a role without the right gets a warning.
        cursor.execute("ANALYZE commerce_order, commerce_refund")
    recount_figures(people, companies, by=by, evaluate=evaluate)
    return orders, refunds


def _stage(cursor: Any, batch: OrderBatch) -> None:
    rows: Iterable[list[Sequence[Any]]] = (batch.orders, batch.lines, batch.refunds, batch.refund_lines)
    for (name, columns), staged in zip(STAGES.items(), rows, strict=True):
        keyed = ", id bigint" if name in ("bulk_order", "bulk_refund") else ""
        cursor.execute(f"CREATE TEMP TABLE {name} ({columns}{keyed}) ON COMMIT DROP")
        names = ", ".join(column.split()[0] for column in columns.split(", "))
        with cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
            for row in staged:
                copy.write_row(row)
        cursor.execute(f"ANALYZE {name}")
    cursor.execute(
        "CREATE TEMP TABLE bulk_written (line_id bigint, order_id bigint, position int) ON COMMIT DROP"
    )


def _concerned(cursor: Any) -> tuple[list[int], list[int]]:
    cursor.execute(
        "SELECT person_id FROM bulk_order WHERE person_id IS NOT NULL UNION "
        "SELECT person_id FROM bulk_refund WHERE person_id IS NOT NULL"
    )
    people = [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT DISTINCT company_id FROM bulk_order WHERE company_id IS NOT NULL")
    return people, [row[0] for row in cursor.fetchall()]
