"""How long customers waited, in hours around the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from regulars.insights.metrics.grouping import grouped, within
from regulars.insights.metrics.intervals import Z
from regulars.insights.metrics.shapes import those
from regulars.kit.metrics import GROUP, Ask, Expression, Tables

if TYPE_CHECKING:
    from ibis import Table

HOUR = 3600


def median_until(end: str) -> Expression:
    """Return the expression that gives the median of hours until an end (a column of times)."""
    return lambda tables, ask: median_of(waits(tables, ask, end))


def those_until(end: str) -> Expression:
    """Return the expression that gives the people whose conversations came to that end."""
    return those(lambda tables, ask: waits(tables, ask, end), _.hours.notnull())


def waits(tables: Tables, ask: Ask, end: str) -> Table:
    """Return the conversations begun in the period that came to an end (a column of times): group, person_id, hours."""
    rows = within(tables.conversations, ask)
    rows = rows.filter(rows[end].notnull())
    hours = (rows[end].epoch_seconds() - rows.started_at.epoch_seconds()) / HOUR
    rows = rows.mutate(hours=ibis.greatest(hours.cast("float64"), 0.0))
    return grouped(rows.select("person_id", "day", "hours"), tables, ask)


def median_of(rows: Table) -> Table:
    """Return for each group the median of `hours` with its interval (by ranks, whatever the spread), the mean and the 90th percentile."""
    alike = ibis.window(group_by=rows[GROUP])
    ranked = rows.mutate(
        rank=ibis.row_number().over(ibis.window(group_by=rows[GROUP], order_by=rows.hours)) + 1,
        size=rows.hours.count().over(alike).cast("float64"),
    )
    half = ranked["size"].sqrt() * Z / 2
    ranked = ranked.mutate(
        first=ibis.greatest((ranked["size"] / 2 - half).floor(), 1.0),
        last=ibis.least((ranked["size"] / 2 + 1 + half).ceil(), ranked["size"]),
    )
    return ranked.group_by(GROUP).agg(
        n=_.count(),
        value=_.hours.median(),
        low=_.hours.min(where=_["rank"] >= _.first),
        high=_.hours.min(where=_["rank"] >= _.last),
        mean=_.hours.mean(),
        p90=_.hours.quantile(0.9),
    )
