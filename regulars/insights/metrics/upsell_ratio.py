"""How many buy several kinds of things, for each one who buys one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import lines_before, with_kinds
from regulars.insights.metrics.figures import wilson_bounds
from regulars.insights.metrics.grouping import OF_PEOPLE, grouped, within
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return of how many kinds each customer bought in the period: person_id, kinds."""
    lines = with_kinds(within(lines_before(tables, ask.until), ask), tables)
    return lines.group_by("person_id").agg(kinds=_.kind_id.nunique())


def expression(tables: Tables, ask: Ask) -> Table:
    """Return customers with several kinds for each with one, and their share among all."""
    rows = grouped(per_person(tables, ask), tables, ask)
    rows = rows.group_by(GROUP).agg(n=_.person_id.count(), k=(_.kinds >= 2).cast("int64").sum())
    low, high = wilson_bounds(rows.k, rows.n)
    return rows.mutate(
        value=rows.k / (rows.n - rows.k).cast("float64").nullif(0),
        low=low / (1 - low),
        high=high / (1 - high).nullif(0),
        several=rows.k,
        one=rows.n - rows.k,
        share=rows.k / rows.n.cast("float64"),
    )


def people(tables: Tables, ask: Ask) -> Table:
    """Return those with one kind, who might like another."""
    return grouped(per_person(tables, ask), tables, ask).filter(_.kinds == 1).select("person_id")


UPSELL_RATIO = Metric(
    name="upsell_ratio",
    room="insights",
    label=_l("Upsell ratio"),
    definition=_l(
        "How many customers bought two or more kinds of products for each one who bought a single kind. What a kind is, you decide by the "
        "level of kinds that counts; what was given back is left out. The people behind it bought one kind."
    ),
    formula="customers with at least 2 kinds : customers with exactly 1",
    source="Ours, after Kamakura 2007, Cross-Selling: Offering the Right Product to the Right Customer at the Right Time, Journal of Relationship Marketing 6(3–4), 41–58. By article it says nothing: 4,247 : 91 in the UCI shop.",
    example="900 with several kinds, 300 with one: 3 : 1, or 75 % of all.",
    inputs=("lines", "products"),
    unit="ratio",
    grain="person",
    expression=expression,
    people=people,
    interval="given",
    groups=OF_PEOPLE,
)
