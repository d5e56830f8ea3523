"""What a customer brings for each unit it cost to win one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.aging import COST_EACH, MARGIN, MONTHS, costs, values
from regulars.insights.metrics.grouping import OF_DAYS
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def expression(tables: Tables, ask: Ask) -> Table:
    """Return value of the first months over cost, with the value's interval."""
    worth = values(tables, ask)
    cost = costs(tables, ask).group_by(of=GROUP).agg(cost=_.cost_minor.mean(), costed=_.count())
    rows = worth.inner_join(cost, worth[GROUP] == cost.of)
    each = rows.cost.nullif(0)
    return rows.select(
        GROUP, "n", "months", "is_whole", "cost", "costed",
        value=rows.value / each, low=rows.low / each, high=rows.high / each, brought=rows.value,
    )  # fmt: skip


def people(tables: Tables, ask: Ask) -> Table:
    """Return those whose cost is known."""
    return costs(tables, ask).select("person_id")


VALUE_TO_COST = Metric(
    name="value_to_cost",
    room="insights",
    label=_l("Value to cost (LTV : CAC)"),
    definition=_l(
        "How much a customer won in the period brings within 12 months for each unit it cost to win one. Below 1 : 1 winning customers "
        "loses money within that time. Value is true to how many stay; the interval is that of the value."
    ),
    formula="value of the first 12 months ÷ cost of winning a customer",
    source="LTV : CAC (Skok, SaaS Metrics 2.0), survival-adjusted.",
    example="A margin of 30 a month for as long as people stay, 1,200 in all, for a cost of 200: 6 : 1.",
    inputs=("orders", "people"),
    unit="ratio",
    grain="person",
    expression=expression,
    people=people,
    interval="given",
    groups=OF_DAYS,
    choices=(MONTHS, MARGIN, COST_EACH),
)
