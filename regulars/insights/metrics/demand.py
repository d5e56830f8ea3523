"""How much of what is asked for, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS, OF_PRODUCTS, grouped, within
from regulars.kit.metrics import GROUP, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


PRODUCT = Choice("product", _l("Number of the product, 0 for all"), 0)


def per_line(tables: Tables, ask: Ask) -> Table:
    """Return the lines of products sold in the period: group, person_id, quantity, sales."""
    lines = within(tables.lines, ask).filter(_.is_counted & (_.kind == "product") & _.product_id.notnull())
    product = int(PRODUCT.of(ask))
    lines = lines.filter(_.product_id == product) if product else lines
    return grouped(lines.mutate(sales=lines.gross_minor - lines.refunded_minor), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return pieces sold, with sales, buyers and pieces given back."""
    return (
        per_line(tables, ask)
        .group_by(GROUP)
        .agg(
            n=_.count(),
            value=_.quantity.sum(),
            sales=_.sales.sum(),
            buyers=_.person_id.nunique(),
            returned=_.refunded_quantity.sum(),
        )
    )


def people(tables: Tables, ask: Ask) -> Table:
    """Return the buyers."""
    return per_line(tables, ask).filter(_.person_id.notnull()).select("person_id")


DEMAND = Metric(
    name="demand",
    room="insights",
    label=_l("Demand"),
    definition=_l(
        "How many pieces were ordered in the period, also those given back later; beside it sales, buyers and returns."
    ),
    formula="sum of quantities ordered",
    source="Ours: pieces sold by month.",
    example="Two lines of 3 and 5 pieces: 8.",
    inputs=("lines", "products"),
    unit="count",
    grain="line",
    expression=expression,
    people=people,
    drawn="line",
    groups=(*OF_DAYS, *OF_PRODUCTS),
    choices=(PRODUCT,),
)
