"""Which products are bought again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import lines_before
from regulars.insights.metrics.figures import counted
from regulars.insights.metrics.grouping import OF_PRODUCTS, grouped, within
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_buyer(tables: Tables, ask: Ask) -> Table:
    """Return who bought what in the period, and whether on several days: group, person_id, is_again."""
    lines = within(lines_before(tables, ask.until), ask).select("person_id", "product_id", "day")
    rows = grouped(lines, tables, ask).group_by(GROUP, "person_id").agg(days=_.day.nunique())
    return rows.mutate(is_again=rows.days >= 2)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return for each product k who bought it again among n buyers."""
    return counted(per_buyer(tables, ask), "is_again")


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who bought it again."""
    return per_buyer(tables, ask).filter(_.is_again).select("person_id")


PRODUCT_REORDER = Metric(
    name="product_reorder",
    room="insights",
    label=_l("Bought again"),
    definition=_l(
        "Of those who bought a product in the period, the share that bought the same one on two days or more."
    ),
    formula="buyers with at least 2 days of the same product ÷ buyers, by product",
    source="Ours: the repurchase rate of one product.",
    example="25 of 100 buyers of coffee bought coffee again: 25 %.",
    inputs=("lines", "products"),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    drawn="bar",
    interval="wilson",
    groups=OF_PRODUCTS,
)
