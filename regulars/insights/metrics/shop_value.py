"""What a customer is worth by the shop's formula: average order × orders a year × margin × years they stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_PEOPLE, grouped, purchases
from regulars.insights.metrics.keeping import kept
from regulars.kit.metrics import GROUP, YEAR_DAYS, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


MARGIN = Choice("margin", _l("Margin, as a share of sales"), 1.0)


def of_last_year(ask: Ask) -> Ask:
    """Return the same question about the year before the period's end."""
    return replace(ask, since=ask.until - timedelta(days=YEAR_DAYS))


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the formula's value with its four parts, all from the last year; null while nobody was lost."""
    year = of_last_year(ask)
    bought = grouped(purchases(tables, year).select("person_id", "day", "net_minor"), tables, year)
    sales = bought.group_by(GROUP).agg(
        n=_.person_id.nunique(), average_order=_.net_minor.mean(), orders=_.count()
    )
    sales = sales.mutate(orders_a_year=sales.orders / sales.n.cast("float64"))
    held = grouped(kept(tables, year), tables, year)
    churn = held.group_by(of=GROUP).agg(at_start=_.count(), churn=_.is_lost.cast("float64").mean())
    rows = sales.left_join(churn, sales[GROUP] == churn.of)
    return rows.select(
        GROUP, "n", "average_order", "orders_a_year", "churn", "at_start",
        value=rows.average_order * rows.orders_a_year * MARGIN.of(ask) / rows.churn.nullif(0.0),
    )  # fmt: skip


def people(tables: Tables, ask: Ask) -> Table:
    """Return the customers of the last year."""
    return grouped(purchases(tables, of_last_year(ask)), tables, ask).select("person_id")


SHOP_VALUE = Metric(
    name="shop_value",
    room="insights",
    label=_l("Customer value by the shop’s formula"),
    definition=_l(
        "Average order × orders a year × margin × years a customer stays, which is 1 ÷ the share lost in a year; all from the year before the "
        "period’s end. A rough figure: it takes all customers for alike."
    ),
    formula="average order × orders a year × margin × 1 ÷ yearly churn",
    source="Customer lifetime value by plain multiplication (Farris, Bendle, Pfeifer, Reibstein 2010, Marketing Metrics).",
    example="40 × 3.5 × 0.55 × 4 years = 308.",
    inputs=("orders",),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    groups=tuple(name for name in OF_PEOPLE if name != "cohort"),
    choices=(MARGIN,),
)
