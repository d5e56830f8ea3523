"""What it costs to win a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.aging import COST_EACH, costs
from regulars.insights.metrics.figures import averaged
from regulars.insights.metrics.grouping import OF_DAYS
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the mean cost of the customers won in the period."""
    return averaged(costs(tables, ask), "cost_minor")


def people(tables: Tables, ask: Ask) -> Table:
    """Return those whose cost is known."""
    return costs(tables, ask).select("person_id")


ACQUISITION_COST = Metric(
    name="acquisition_cost",
    room="insights",
    label=_l("Cost of winning a customer"),
    definition=_l(
        "What it cost to win a customer whose first purchase fell in the period, on average of those whose cost is known."
    ),
    formula="acquisition cost ÷ new customers with a known cost (CAC)",
    source="Average acquisition cost (Farris, Bendle, Pfeifer, Reibstein 2010, Marketing Metrics).",
    example="60,000 ÷ 300 new customers = 200.",
    inputs=("orders", "people"),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    interval="mean",
    groups=OF_DAYS,
    better="lower",
    choices=(COST_EACH,),
)
