"""How many come back at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_PEOPLE, bought_days, grouped
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return on how many days each customer bought in the period: person_id, days."""
    return bought_days(tables, ask).group_by("person_id").agg(days=_.count())


def expression(tables: Tables, ask: Ask) -> Table:
    """Return k customers with two purchase days or more among n customers."""
    rows = grouped(per_person(tables, ask), tables, ask)
    return rows.group_by(GROUP).agg(n=_.person_id.count(), k=(_.days >= 2).cast("int64").sum())


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who came back."""
    rows = grouped(per_person(tables, ask), tables, ask)
    return rows.filter(_.days >= 2).select("person_id")


REPURCHASE_RATE = Metric(
    name="repurchase_rate",
    room="insights",
    label=_l("Repurchase rate"),
    definition=_l("Of the customers who bought in the period, the share that bought on two days or more."),
    formula="customers with at least 2 purchase days ÷ customers",
    source="Repeat rate (Farris, Bendle, Pfeifer, Reibstein 2010, Marketing Metrics); Fader and Hardie's CDNOW data, all customers: 11,516 of 23,570.",
    example="11,516 ÷ 23,570 = 48.86 %, 95 % interval 48.2 % to 49.5 %.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    drawn="number",
    interval="wilson",
    groups=OF_PEOPLE,
)
