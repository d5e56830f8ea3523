"""How sales are spread over customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import grouped
from regulars.insights.metrics.sales_per_customer import per_person
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


# Bins whose edges double or nearly so, as coins do: 1, 2, 5, 10, 20, 50 …
COINS = ((5.0, 2), (2.0, 1))


def bins(tables: Tables, ask: Ask) -> Table:
    """Return the bin each customer's sales fall in: person_id, net_minor, step, edge_low, edge_high (minor units)."""
    rows = grouped(per_person(tables, ask), tables, ask)
    spent = ibis.greatest(rows.net_minor, 1).cast("float64")
    # A hair is added, so that 1,000 is not taken for 999.999.
    tens = (spent.log10() + 1e-9).floor()
    leading = spent / ibis.literal(10.0).pow(tens)
    coin = ibis.cases(*((leading >= edge - 1e-6, step) for edge, step in COINS), else_=0)
    rows = rows.mutate(tens=tens, coin=coin)
    unit = ibis.literal(10.0).pow(rows.tens)
    factor = ibis.cases((rows.coin == 0, 1.0), (rows.coin == 1, 2.0), else_=5.0)
    width = ibis.cases((rows.coin == 1, 2.5), else_=2.0)
    return rows.mutate(
        step=(rows.tens * 3 + rows.coin).cast("int64"),
        edge_low=unit * factor,
        edge_high=unit * factor * width,
    )


def expression(tables: Tables, ask: Ask) -> Table:
    """Return for each bin how many customers fall in it, their share, and their share of all sales."""
    rows = bins(tables, ask)
    low, high = (rows.edge_low / 100).cast("string"), (rows.edge_high / 100).cast("string")
    rows = rows.mutate(label=(low + "–" + high).replace(".0", ""))
    rows = rows.group_by(GROUP, "step", "label", "edge_low", "edge_high").agg(
        k=_.person_id.count(), sales=_.net_minor.sum()
    )
    of_all = ibis.window(group_by=rows[GROUP])
    customers, sales = rows.k.sum().over(of_all), rows.sales.sum().over(of_all)
    return rows.mutate(
        n=customers,
        value=rows.k / customers.cast("float64"),
        share_of_sales=rows.sales / sales.cast("float64"),
    )


def people(tables: Tables, ask: Ask) -> Table:
    """Return those in the bin that is asked for, or all."""
    rows = bins(tables, ask)
    return (rows if ask.cell is None else rows.filter(_.step == ask.cell)).select("person_id")


SALES_DISTRIBUTION = Metric(
    name="sales_distribution",
    room="insights",
    label=_l("Distribution of sales per customer"),
    definition=_l(
        "How many customers spent how much in the period, and which share of all sales came from them."
    ),
    formula="customers whose sales lie between two edges ÷ customers",
    source="Ours: sales per customer as a distribution, because a mean hides who brings most.",
    example="Of 10 customers 6 spent 20 to 50, 3 spent 50 to 100, and 1 spent 500: 60 %, 30 %, 10 %.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    drawn="distribution",
    interval="wilson",
    groups=("channel", "campaign", "stage", "health", "country", "team"),
)
