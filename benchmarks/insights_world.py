"""A made-up shop of many customers for measurements of insights: two years of orders, as regular and irregular as real ones."""

from __future__ import annotations

from typing import Any

PEOPLE = """
    INSERT INTO people_person (id, name, first_name, last_name, sort_name, job_title, language, time_zone, country, city, stage, health,
        acquired_channel, acquired_campaign, acquired_currency, preferred_channel, tag_ids, custom, is_demo, created_at, updated_at,
        version)
    SELECT i, 'Person ' || i, 'Person', i::text, 'person ' || lpad(i::text, 9, '0'), '', 'en', '', (ARRAY['FI','LT','NO','HU'])[1 + i %% 4],
        '', 'reached', '', (ARRAY['search','social','fair','friend',''])[1 + i %% 5], 'campaign ' || i %% 40, 'EUR', '', '{}', '{}', false,
        timestamptz '2024-01-01' + i * interval '30 seconds', now(), 1
    FROM generate_series(1, %(people)s) AS i"""
# A cubed random number gives few people many orders and many people one or none.
ORDERS = """
    INSERT INTO commerce_order (id, source, number, person_id, placed_at, status, currency, total_minor, refunded_minor, shipping_minor,
        discount_minor, tax_minor, base_minor, base_refunded_minor, line_count, channel, campaign, coupon, country, custom, is_demo,
        created_at, updated_at, version)
    SELECT i, 'shop', i::text, 1 + floor(power(random(), 1.6) * %(people)s)::bigint,
        timestamptz '2024-11-01' + (i + random() * 1000) * (interval '730 days' / %(orders)s),
        CASE WHEN i %% 50 = 0 THEN 'cancelled' ELSE 'completed' END, 'EUR', total, CASE WHEN i %% 33 = 0 THEN total / 2 ELSE 0 END, 490, 0,
        total / 5, total, CASE WHEN i %% 33 = 0 THEN total / 2 ELSE 0 END, 1 + i %% 4, (ARRAY['web','shop','phone'])[1 + i %% 3],
        CASE WHEN i %% 7 = 0 THEN 'campaign ' || i %% 40 ELSE '' END, '', (ARRAY['FI','LT','NO','HU'])[1 + i %% 4], '{}', false,
        timestamptz '2026-11-01', timestamptz '2026-11-01', 1
    FROM (SELECT i, (500 + 9500 * power(random(), 2))::bigint AS total FROM generate_series(%(first)s, %(last)s) AS i) AS made"""
TOUCHPOINTS = """
    INSERT INTO timeline_touchpoint (id, kind, person_id, occurred_at, recorded_at, actor_kind, actor_label, channel, subject_type,
        subject_id, label, payload, depth, is_silent)
    SELECT i, (ARRAY['order.placed','mail.opened','conversation.opened','custom.visit'])[1 + i %% 4],
        1 + floor(power(random(), 1.6) * %(people)s)::bigint,
        timestamptz '2024-11-01' + (i + random() * 1000) * (interval '730 days' / %(touchpoints)s), timestamptz '2026-11-01', 'customer',
        '', (ARRAY['email','chat','web',''])[1 + i %% 4], 'order', i, 'Something', '{"a": 1}', 0, true
    FROM generate_series(%(first)s, %(last)s) AS i"""
BATCH = 1_000_000


def fill(people: int, orders: int, touchpoints: int) -> None:
    """Make so many people with their orders and touchpoints, the indexes of the large tables built afterwards."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(PEOPLE, {"people": people})
        for table, sql, count in (
            ("commerce_order", ORDERS, orders),
            ("timeline_touchpoint", TOUCHPOINTS, touchpoints),
        ):
            rebuild = _drop_indexes(cursor, table)
            for first in range(1, count + 1, BATCH):
                said = {"people": people, "orders": orders, "touchpoints": touchpoints}
                cursor.execute(sql, {**said, "first": first, "last": min(count, first + BATCH - 1)})
            for statement in rebuild:
                cursor.execute(statement)
        for table in ("people_person", "commerce_order", "timeline_touchpoint"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) + 1 FROM {table}))"
            )
            cursor.execute(f"VACUUM ANALYZE {table}")


def _drop_indexes(cursor: Any, table: str) -> list[str]:
    """Take a table's indexes away, but for what holds constraints; return the statements that build them again."""
    cursor.execute(
        """SELECT i.indexname, i.indexdef FROM pg_indexes i LEFT JOIN pg_constraint c ON c.conname = i.indexname
        WHERE i.tablename = %s AND c.oid IS NULL""",
        [table],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]
