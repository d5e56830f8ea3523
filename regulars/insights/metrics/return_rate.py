"""Which products come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.figures import beside_all_others, counted
from regulars.insights.metrics.grouping import OF_DAYS, OF_PRODUCTS, grouped, within
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_line(tables: Tables, ask: Ask) -> Table:
    """Return the lines of products sold in the period: group, person_id, is_returned."""
    lines = within(tables.lines, ask).filter(_.is_counted & (_.kind == "product") & _.product_id.notnull())
    lines = lines.mutate(is_returned=(lines.refunded_quantity > 0) | (lines.refunded_minor > 0))
    return grouped(lines, tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return k lines of which something came back among n lines sold, beside all other groups."""
    rows = per_line(tables, ask)
    found = counted(rows, "is_returned")
    whole = ibis.window(group_by=())
    found = found.mutate(total_k=found.k.sum().over(whole), total_n=found.n.sum().over(whole))
    return beside_all_others(found)


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who gave something back."""
    return per_line(tables, ask).filter(_.is_returned & _.person_id.notnull()).select("person_id")


RETURN_RATE = Metric(
    name="return_rate",
    room="insights",
    label=_l("Return rate"),
    definition=_l(
        "Of the order lines sold in the period, the share of which something was given back, wholly or in part; by product beside all "
        "others, and what may be chance is called so."
    ),
    formula="order lines with a return ÷ order lines sold",
    source="Told in the trade; no study found: the return rate of shops, by line.",
    example="12 of 200 lines of a lamp came back: 6 %.",
    inputs=("lines", "products"),
    unit="rate",
    grain="line",
    expression=expression,
    people=people,
    drawn="bar",
    interval="wilson",
    groups=(*OF_PRODUCTS, *OF_DAYS),
    better="lower",
)
