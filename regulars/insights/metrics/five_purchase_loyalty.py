"""How many have come five times: by then it has become a habit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import purchase_days
from regulars.insights.metrics.figures import counted
from regulars.insights.metrics.grouping import OF_PEOPLE, grouped, within
from regulars.kit.metrics import Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


OFTEN = Choice("purchases", _l("Purchases"), 5)


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return whether each customer who bought in the period had bought often enough by its end: person_id, is_loyal."""
    rows = purchase_days(tables, ask.until).group_by("person_id").agg(days=_.count(), last_on=_.day.max())
    return within(rows, ask, "last_on").select("person_id", is_loyal=_.days >= int(OFTEN.of(ask)))


def expression(tables: Tables, ask: Ask) -> Table:
    """Return k customers with five purchase days or more among n who bought in the period."""
    return counted(grouped(per_person(tables, ask), tables, ask), "is_loyal")


def people(tables: Tables, ask: Ask) -> Table:
    """Return the loyal ones."""
    return grouped(per_person(tables, ask), tables, ask).filter(_.is_loyal).select("person_id")


FIVE_PURCHASE_LOYALTY = Metric(
    name="five_purchase_loyalty",
    room="insights",
    label=_l("Five-purchase loyalty"),
    definition=_l(
        "Of the customers who bought in the period, the share that had bought on five days or more by its end."
    ),
    formula="customers with at least 5 purchase days ever ÷ customers of the period",
    source="Told in the trade; no study found: who comes five times stays.",
    example="CDNOW, all customers: 3,835 of 23,570 bought on five days or more: 16.3 %.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    interval="wilson",
    groups=OF_PEOPLE,
    choices=(OFTEN,),
)
