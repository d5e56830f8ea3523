"""Day by day for the charts, and how many contacts an order costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from regulars.commerce.models import Order
from regulars.inbox.queries.reports.period import Period
from regulars.inbox.queries.reports.sources import SOURCES

DAYS = """SELECT ({at} AT TIME ZONE %(zone)s)::date AS day, {value} FROM inbox_conversation c {joins}
    WHERE {where} GROUP BY 1"""


def by_day(period: Period) -> dict[str, list[Any]]:
    """Return for each day what began, what was resolved, and the median first answer in open minutes."""
    median = "percentile_cont(0.5) WITHIN GROUP (ORDER BY k.used) / 60.0"
    wanted = {
        "began": ("began", "count(*)"),
        "resolved": ("resolved", "count(*)"),
        "first": ("first", median),
    }
    found: dict[str, list[Any]] = {"days": [day.isoformat() for day in period.days]}
    for name, (measure, value) in wanted.items():
        known = _by_day(measure, value, period)
        empty = None if name == "first" else 0
        found[name] = [known.get(day, empty) for day in period.days]
    return found


def _by_day(measure: str, value: str, period: Period) -> dict[Any, Any]:
    source = SOURCES[measure]
    where = source.where.replace("{at}", source.at)
    sql = DAYS.format(at=source.at, value=value, joins=source.joins, where=where)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"start": period.start, "end": period.end, "zone": period.zone})
        return {day: float(number) if measure == "first" else number for day, number in cursor.fetchall()}


@dataclass(frozen=True)
class Contacts:
    """How many conversations began for the orders of a period."""

    conversations: int
    orders: int

    @property
    def per_order(self) -> float | None:
        """Conversations for each order; None without orders."""
        return self.conversations / self.orders if self.orders else None


def contacts_per_order(period: Period, began: int) -> Contacts:
    """Return what began beside the orders that count in the same period."""
    rows: Any = Order.objects.filter(placed_at__gte=period.start, placed_at__lt=period.end)
    return Contacts(began, rows.counted().count())
