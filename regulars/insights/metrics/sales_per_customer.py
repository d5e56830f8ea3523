"""What a customer spends in the period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.figures import averaged
from regulars.insights.metrics.grouping import OF_PEOPLE, bought_days, grouped
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return what each customer spent in the period: person_id, net_minor."""
    return bought_days(tables, ask).group_by("person_id").agg(net_minor=_.net_minor.sum())


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the mean with its spread, median and quartiles."""
    return averaged(grouped(per_person(tables, ask), tables, ask), "net_minor")


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who bought."""
    return grouped(per_person(tables, ask), tables, ask).select("person_id")


SALES_PER_CUSTOMER = Metric(
    name="sales_per_customer",
    room="insights",
    label=_l("Sales per customer"),
    definition=_l(
        "What a customer who bought in the period spent in it, net of what was given back; beside the mean the median, because a few large "
        "customers pull the mean up."
    ),
    formula="net sales ÷ customers",
    source="Fader and Hardie's CDNOW data: 106.08.",
    example="2,500,315.63 ÷ 23,570 customers = 106.08.",
    inputs=("orders",),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    interval="mean",
    groups=OF_PEOPLE,
)
