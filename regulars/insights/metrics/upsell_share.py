"""How much of the sales to existing customers are kinds of things they had never bought before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import lines_before, with_kinds
from regulars.insights.metrics.figures import ratio_of_sums
from regulars.insights.metrics.grouping import OF_DAYS, grouped, within
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_line(tables: Tables, ask: Ask) -> Table:
    """Return what existing customers bought: person_id, day, sales, upsold (the same where the kind was new to them)."""
    lines = with_kinds(lines_before(tables, ask.until), tables)
    # Windows instead of joins with the lines themselves: one sort, whatever the engine thinks of their sizes.
    lines = lines.mutate(
        first_on=lines.day.min().over(ibis.window(group_by=lines.person_id)),
        kind_on=lines.day.min().over(ibis.window(group_by=[lines.person_id, lines.kind_id])),
    )
    rows = within(lines, ask).filter(_.day > _.first_on)
    sales = rows.gross_minor - rows.refunded_minor
    return rows.select(
        "person_id", "day", sales=sales, upsold=ibis.ifelse(rows.day == rows.kind_on, sales, 0)
    )


def expression(tables: Tables, ask: Ask) -> Table:
    """Return sales of new kinds over all sales to existing customers."""
    rows = grouped(per_line(tables, ask), tables, ask)
    rows = rows.group_by(GROUP, "person_id").agg(sales=_.sales.sum(), upsold=_.upsold.sum())
    return ratio_of_sums(rows, "upsold", "sales")


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who bought a kind that was new to them."""
    return grouped(per_line(tables, ask), tables, ask).filter(_.upsold > 0).select("person_id")


UPSELL_SHARE = Metric(
    name="upsell_share",
    room="insights",
    label=_l("Upsell share of sales"),
    definition=_l(
        "Of what existing customers spent (after the day of their first purchase), the share that went to kinds of products they had "
        "never bought before."
    ),
    formula="sales of kinds new to the customer ÷ sales to existing customers",
    source="Ours, after expansion revenue of subscription businesses (Skok, SaaS Metrics 2.0).",
    example="14,400 of 240,000 spent by existing customers: 6.0 %.",
    inputs=("lines", "products"),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    interval="given",
    groups=OF_DAYS,
)
