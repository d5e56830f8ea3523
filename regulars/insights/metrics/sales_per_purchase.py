"""What is spent on one purchase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.figures import averaged
from regulars.insights.metrics.grouping import OF_DAYS, grouped, purchases
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_purchase(tables: Tables, ask: Ask) -> Table:
    """Return what each order of the period brought: person_id, day, net_minor."""
    return grouped(purchases(tables, ask).select("person_id", "day", "net_minor"), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the mean with its spread, median and quartiles."""
    return averaged(per_purchase(tables, ask), "net_minor")


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who bought."""
    return per_purchase(tables, ask).select("person_id")


SALES_PER_PURCHASE = Metric(
    name="sales_per_purchase",
    room="insights",
    label=_l("Sales per purchase"),
    definition=_l("What an order of a known customer brings on average, net of what was given back."),
    formula="net sales ÷ orders",
    source="Fader and Hardie's CDNOW data: 35.89.",
    example="2,500,315.63 ÷ 69,659 orders = 35.89.",
    inputs=("orders",),
    unit="money",
    grain="order",
    expression=expression,
    people=people,
    drawn="line",
    interval="mean",
    groups=OF_DAYS,
)
