"""How many of each cohort come back, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.cohorts import grid, members_at, sales_by_day
from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def expression(tables: Tables, ask: Ask) -> Table:
    """Return k active of n for each cohort and step."""
    return grid(sales_by_day(tables, ask), tables, ask).drop("value", "sd", "total", "so_far")


COHORT_RETENTION = Metric(
    name="cohort_retention",
    room="insights",
    label=_l("Cohorts: customers"),
    definition=_l(
        "Of the customers who bought for the first time in the same month (or week, quarter, year), the share that bought again so many of these later. A cell whose time has not passed yet is marked."
    ),
    formula="distinct customers of the cohort who buy in step k after the first ÷ customers of the cohort",
    source="Cohort tables; Fader and Hardie's CDNOW data: 7,846 first bought in January 1997, 1,157 of them again in February.",
    example="1,157 ÷ 7,846 = 14.75 %.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=expression,
    people=members_at(sales_by_day),
    drawn="grid",
    interval="wilson",
    groups=OF_PEOPLE,
)
