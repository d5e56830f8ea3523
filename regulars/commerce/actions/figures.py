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
from regulars.people.models import Affiliation
from regulars.team.models import Business

COLUMNS = (
    "order_count", "refund_count", "revenue_minor", "refunded_minor", "first_order_at", "last_order_at",
    "purchase_days", "usual_interval_days", "next_order_on",
)  # fmt: skip

# Which orders and which refunds without an order belong to whom: the only difference between people and companies.
OF_PEOPLE = """
    owned AS (
        SELECT w.id AS key, o.* FROM wanted w JOIN commerce_order o ON o.person_id = w.id),
    loose AS (
        SELECT w.id AS key, r.base_minor FROM wanted w
        JOIN commerce_refund r ON r.person_id = w.id AND r.order_id IS NULL AND r.deleted_at IS NULL)"""
OF_COMPANIES = """
    staff AS (
        SELECT w.id AS key, a.person_id FROM wanted w
        JOIN people_affiliation a ON a.company_id = w.id AND a.to_on IS NULL),
    owned AS (
        SELECT w.id AS key, o.* FROM wanted w JOIN commerce_order o ON o.company_id = w.id
        UNION ALL
        SELECT s.key, o.* FROM staff s JOIN commerce_order o ON o.person_id = s.person_id AND o.company_id IS NULL),
    loose AS (
        SELECT s.key, r.base_minor FROM staff s
        JOIN commerce_refund r ON r.person_id = s.person_id AND r.order_id IS NULL AND r.deleted_at IS NULL)"""

COUNTED = """
    WITH wanted AS (SELECT DISTINCT t.id FROM unnest(%(ids)s::bigint[]) AS w(id) JOIN {subjects} t ON t.id = w.id),
    {belonging},
    counted AS (
        SELECT key, id, placed_at, base_minor, base_refunded_minor, total_minor > refunded_minor AS is_kept
        FROM owned WHERE deleted_at IS NULL AND status <> %(cancelled)s),
    sums AS (
        SELECT key, count(*) AS orders, sum(base_minor) AS base, sum(base_refunded_minor) AS refunded,
            min(placed_at) AS first_at, max(placed_at) AS last_at
        FROM counted GROUP BY key),
    given_back AS (
        SELECT key, count(*) AS refunds, sum(loose_minor) AS loose_minor FROM (
            SELECT c.key, 0::bigint AS loose_minor FROM counted c
            JOIN commerce_refund r ON r.order_id = c.id AND r.deleted_at IS NULL
            UNION ALL SELECT key, base_minor FROM loose) AS every_refund
        GROUP BY key),
    gaps AS (
        SELECT key, day, day - lag(day) OVER (PARTITION BY key ORDER BY day) AS gap FROM (
            SELECT DISTINCT key, (placed_at AT TIME ZONE %(zone)s)::date AS day FROM counted WHERE is_kept) AS days),
    rhythm AS (
        SELECT key, count(*) AS days, max(day) AS last_day,
            CASE WHEN count(*) >= 3 THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) END AS usual
        FROM gaps GROUP BY key)
    SELECT wanted.id, coalesce(orders, 0), coalesce(refunds, 0),
        coalesce(base, 0) - coalesce(refunded, 0) - coalesce(loose_minor, 0),
        coalesce(refunded, 0) + coalesce(loose_minor, 0), first_at, last_at,
        coalesce(days, 0), usual, last_day + round(usual)::int, %(at)s{more}
    FROM wanted
    LEFT JOIN sums ON sums.key = wanted.id
    LEFT JOIN given_back ON given_back.key = wanted.id
    LEFT JOIN rhythm ON rhythm.key = wanted.id"""

PEOPLE_COUNT = """,
        (SELECT count(*) FROM people_affiliation a JOIN people_person p ON p.id = a.person_id
         WHERE a.company_id = wanted.id AND a.to_on IS NULL AND p.deleted_at IS NULL)"""


def _upsert(table: str, key: str, subjects: str, belonging: str, *, counts_people: bool) -> str:
    kept = [*COLUMNS, "people_count"] if counts_people else list(COLUMNS)
    columns = [key, *COLUMNS, "updated_at", *kept[len(COLUMNS) :]]
    counted = COUNTED.replace("{belonging}", belonging).replace("{subjects}", subjects)
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
        _move_stages(people, by or Actor.clock("figures"))


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


def _move_stages(people: list[int], by: Actor) -> None:
    """Let the rules of people move stage and health by the new figures, in the same transaction."""
