"""Figures are counted anew from the orders themselves, so no sequence of edits can leave them wrong.

Locks go orders → people by id → companies by id, in every action, so two writers wait for each other and never both for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from regulars.commerce.models import OrderStatus
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.actions import evaluate_rules
from regulars.people.models import Affiliation
from regulars.team.models import Business

COLUMNS = (
    "order_count", "refund_count", "revenue_minor", "refunded_minor", "first_order_at", "last_order_at",
    "purchase_days", "usual_interval_days", "next_order_on",
)  # fmt: skip

# Which orders and which refunds without an order belong to whom: the only difference between people and companies.
OF_PEOPLE = """
    SELECT w.id AS key, {order} FROM wanted w JOIN commerce_order o ON o.person_id = w.id WHERE {counts}
    UNION ALL
    SELECT w.id, {loose} FROM wanted w
    JOIN commerce_refund r ON r.person_id = w.id AND r.order_id IS NULL AND r.deleted_at IS NULL"""
OF_COMPANIES = """
    SELECT w.id AS key, {order} FROM wanted w JOIN commerce_order o ON o.company_id = w.id WHERE {counts}
    UNION ALL
    SELECT w.id, {order} FROM wanted w JOIN people_affiliation a ON a.company_id = w.id AND a.to_on IS NULL
    JOIN commerce_order o ON o.person_id = a.person_id AND o.company_id IS NULL WHERE {counts}
    UNION ALL
    SELECT w.id, {loose} FROM wanted w JOIN people_affiliation a ON a.company_id = w.id AND a.to_on IS NULL
    JOIN commerce_refund r ON r.person_id = a.person_id AND r.order_id IS NULL AND r.deleted_at IS NULL"""
COUNTS = "o.deleted_at IS NULL AND o.status <> %(cancelled)s"
ORDER = """true AS is_order, o.placed_at, o.base_minor AS base, o.base_refunded_minor AS refunded,
        CASE WHEN o.refunded_minor = 0 THEN 0 ELSE (
            SELECT count(*) FROM commerce_refund r WHERE r.order_id = o.id AND r.deleted_at IS NULL) END AS refunds,
        CASE WHEN o.total_minor > o.refunded_minor THEN (o.placed_at AT TIME ZONE %(zone)s)::date END AS day"""
LOOSE = "false, NULL, 0, r.base_minor, 1, NULL"

# One pass without a join of unknown sizes, so that no plan can go wrong on tables that were filled a moment ago. Everybody
# wanted stands among the rows, so who has no orders any more gets zeros. A gap of no days is the same day again.
COUNTED = """
    WITH wanted AS (SELECT DISTINCT t.id FROM unnest(%(ids)s::bigint[]) AS w(id) JOIN {subjects} t ON t.id = w.id),
    facts AS ({belonging} UNION ALL SELECT id, false, NULL, 0, 0, 0, NULL FROM wanted),
    paced AS (
        SELECT *, nullif(day - lag(day) OVER (PARTITION BY key, day IS NULL ORDER BY day), 0) AS gap FROM facts),
    counted AS (
        SELECT key, count(*) FILTER (WHERE is_order) AS orders, sum(refunds) AS refunds, sum(base) - sum(refunded) AS revenue,
            sum(refunded) AS refunded, min(placed_at) AS first_at, max(placed_at) AS last_at, count(DISTINCT day) AS days,
            CASE WHEN count(DISTINCT day) >= 3 THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) END AS usual,
            max(day) AS last_day
        FROM paced GROUP BY key)
    SELECT key, orders, refunds, revenue, refunded, first_at, last_at, days, usual, last_day + round(usual)::int, %(at)s{more}
    FROM counted"""

PEOPLE_COUNT = """,
        (SELECT count(*) FROM people_affiliation a JOIN people_person p ON p.id = a.person_id
         WHERE a.company_id = counted.key AND a.to_on IS NULL AND p.deleted_at IS NULL)"""


def _upsert(table: str, key: str, subjects: str, belonging: str, *, counts_people: bool) -> str:
    kept = [*COLUMNS, "people_count"] if counts_people else list(COLUMNS)
    columns = [key, *COLUMNS, "updated_at", *kept[len(COLUMNS) :]]
    facts = belonging.replace("{order}", ORDER).replace("{loose}", LOOSE).replace("{counts}", COUNTS)
    counted = COUNTED.replace("{belonging}", facts).replace("{subjects}", subjects)
    counted = counted.replace("{more}", PEOPLE_COUNT if counts_people else "")
    changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in [*kept, "updated_at"])
    old, new = (", ".join(f"{side}.{name}" for name in kept) for side in (table, "EXCLUDED"))
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) {counted} "
        f"ON CONFLICT ({key}) DO UPDATE SET {changes} WHERE ({old}) IS DISTINCT FROM ({new})"
    )


PERSON_FIGURES = _upsert(
    "commerce_personfigures", "person_id", "people_person", OF_PEOPLE, counts_people=False
)
COMPANY_FIGURES = _upsert(
    "commerce_companyfigures", "company_id", "people_company", OF_COMPANIES, counts_people=True
)


@transaction.atomic
def recount_figures(
    person_ids: Iterable[int | None] = (),
    company_ids: Iterable[int | None] = (),
    *,
    by: Actor | None = None,
    evaluate: bool = True,
) -> None:
    """Count the figures of these people, and of these and their companies, from their orders, and move their stages."""
    people = sorted({number for number in person_ids if number is not None})
    companies = sorted({number for number in company_ids if number is not None} | _companies_of(people))
    _lock("people_person", people)
    _count(PERSON_FIGURES, people)
    _lock("people_company", companies)
    _count(COMPANY_FIGURES, companies)
    if evaluate and people:
        move_stages(people, by=by or Actor.clock("figures"))


def _companies_of(people: list[int]) -> set[int]:
    if not people:
        return set()
    found = Affiliation.objects.filter(person_id__in=people, to_on__isnull=True)
    return set(found.values_list("company_id", flat=True))


def _lock(table: str, numbers: list[int]) -> None:
    """Wait for others who count the same; the next statement then sees what they committed."""
    if not numbers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT id FROM {table} WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE) AS held",
            [numbers],
        )


def _count(sql: str, numbers: list[int]) -> None:
    if not numbers:
        return
    values: dict[str, Any] = {
        "ids": numbers,
        "cancelled": OrderStatus.CANCELLED,
        "zone": Business.current().time_zone,
        "at": now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def move_stages(people: list[int], *, by: Actor) -> None:
    """Let the rules of people move stage and health by what is known now, in the same transaction."""
    evaluate_rules(people, by=by, at=now())
