"""How many customers there are, and of what sort."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.figures import how_many
from regulars.insights.metrics.grouping import OF_DAYS, bought_days, grouped
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return who bought, and on which days: group, person_id."""
    return (
        grouped(bought_days(tables, ask).select("person_id", "day"), tables, ask)
        .select(GROUP, "person_id")
        .distinct()
    )


def expression(tables: Tables, ask: Ask) -> Table:
    """Return how many customers bought."""
    return how_many(per_person(tables, ask))


def people(tables: Tables, ask: Ask) -> Table:
    """Return them."""
    return per_person(tables, ask).select("person_id")


CUSTOMERS = Metric(
    name="customers",
    room="insights",
    label=_l("Customers"),
    definition=_l("How many known customers bought in the period."),
    formula="distinct customers with a purchase",
    source="Counted.",
    example="Two orders of one customer and one of another: 2.",
    inputs=("orders",),
    unit="count",
    grain="person",
    expression=expression,
    people=people,
    groups=OF_DAYS,
)
