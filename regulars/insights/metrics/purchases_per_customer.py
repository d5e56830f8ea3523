"""How often a customer buys in the period."""

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
    """Return on how many days each customer bought and how many orders that were: person_id, days, orders."""
    return bought_days(tables, ask).group_by("person_id").agg(days=_.count(), orders=_.orders.sum())


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the mean of purchase days with its spread, median and quartiles."""
    return averaged(grouped(per_person(tables, ask), tables, ask), "days")


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who bought."""
    return grouped(per_person(tables, ask), tables, ask).select("person_id")


PURCHASES_PER_CUSTOMER = Metric(
    name="purchases_per_customer",
    room="insights",
    label=_l("Purchases per customer"),
    definition=_l(
        "On how many days a customer who bought in the period did so. Several orders on one day are one purchase."
    ),
    formula="purchase days ÷ customers",
    source="Fader and Hardie's CDNOW data: 2.955 orders a customer, counted by order.",
    example="One customer with three purchase days and one with one: 2.",
    inputs=("orders",),
    unit="count",
    grain="person",
    expression=expression,
    people=people,
    interval="mean",
    groups=OF_PEOPLE,
)
