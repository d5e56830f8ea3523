"""How customers are spread over recency, frequency and money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import grouped
from regulars.insights.metrics.scoring import scores
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return each customer's cell: group, person_id, step (recency, frequency and money as three digits), spend and the rest."""
    rows = scores(tables, ask)
    rows = rows.mutate(step=(rows.recency * 100 + rows.frequency * 10 + rows.money).cast("int64"))
    return grouped(rows, tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return k of n customers for each cell, with what they have spent."""
    rows = per_person(tables, ask)
    rows = rows.group_by(GROUP, "step", "recency", "frequency", "money", "rfm").agg(
        k=_.person_id.count(), sales=_.spend.sum(), mean_sales=_.spend.mean(), mean_days=_.days.mean()
    )
    return rows.mutate(n=rows.k.sum().over(ibis.window(group_by=rows[GROUP])))


def people(tables: Tables, ask: Ask) -> Table:
    """Return those in the cell that is asked for, or all."""
    rows = per_person(tables, ask)
    return (rows if ask.cell is None else rows.filter(_.step == ask.cell)).select("person_id")


RFM = Metric(
    name="rfm",
    room="insights",
    label=_l("Recency, frequency, money"),
    definition=_l(
        "Every customer gets 1 to 5 for how lately, how often and for how much they bought by the period’s end; 5 is best. The steps are "
        "cut by value (at 20, 40, 60 and 80 % of customers), so that equal customers get equal numbers, and groups may be of any size."
    ),
    formula="recency = 5 − cut-points below the days since the last purchase; frequency, money = 1 + cut-points below the value",
    source="Hughes 1994, Strategic Database Marketing, with value cut-points instead of equal-sized ranks.",
    example="CDNOW sample on 30 June 1998: cut-points of purchases 1, 1, 2, 4, so that all 1,218 one-time buyers get frequency 1.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    drawn="grid",
    interval="wilson",
    groups=("rfm", "channel", "country", "team"),
)
