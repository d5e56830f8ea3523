"""How many customers were won."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.aging import won
from regulars.insights.metrics.figures import how_many
from regulars.insights.metrics.grouping import OF_DAYS
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def expression(tables: Tables, ask: Ask) -> Table:
    """Return how many bought for the first time."""
    return how_many(won(tables, ask))


def people(tables: Tables, ask: Ask) -> Table:
    """Return them."""
    return won(tables, ask).select("person_id")


NEW_CUSTOMERS = Metric(
    name="new_customers",
    room="insights",
    label=_l("New customers"),
    definition=_l("How many customers bought for the first time in the period."),
    formula="customers whose first purchase lies in the period",
    source="Counted.",
    example="Three customers, of whom one had bought before the period: 2.",
    inputs=("orders",),
    unit="count",
    grain="person",
    expression=expression,
    people=people,
    groups=OF_DAYS,
)
