"""What each cohort earns, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import margins
from regulars.insights.metrics.cohorts import grid_of, members_at
from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def days(tables: Tables, ask: Ask) -> Table:
    """Return what each customer earned the business on which day: person_id, day, amount."""
    rows = margins(tables, ask.until).filter(_.margin_minor.notnull())
    return rows.group_by("person_id", "day").agg(amount=_.margin_minor.sum())


COHORT_MARGIN = Metric(
    name="cohort_margin",
    room="insights",
    label=_l("Cohorts: margin"),
    definition=_l(
        "What the customers who bought for the first time in the same month (or week, quarter, year) earn the business so many of these later, for each customer of the cohort: margin instead of sales. Products whose margin nobody entered earn nothing here."
    ),
    formula="margin of what the cohort kept in step k after the first ÷ customers of the cohort",
    source="Ours: the cohort table in money (see Cohorts: sales), in margin.",
    example="10 customers, 3 of whom spend 50.00 each at 40 % margin: 6.00.",
    inputs=("orders", "lines", "products"),
    unit="money",
    grain="person",
    expression=grid_of(days),
    people=members_at(days),
    drawn="grid",
    interval="mean",
    groups=OF_PEOPLE,
)
