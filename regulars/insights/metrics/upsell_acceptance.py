"""How many of the customers who could buy a further kind of thing did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import lines_before, with_kinds
from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.insights.metrics.shapes import share_with, those, told_apart
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return the customers of one kind when the period began, and whether they bought another in it: person_id, has_accepted."""
    firsts = with_kinds(lines_before(tables, ask.until), tables)
    firsts = firsts.group_by("person_id", "kind_id").agg(first_on=_.day.min())
    rows = firsts.group_by("person_id").agg(
        known=_.count(where=_.first_on < ask.start), added=_.count(where=_.first_on >= ask.start)
    )
    return rows.filter(_.known == 1).select("person_id", has_accepted=_.added > 0)


eligible = told_apart(per_person)

UPSELL_ACCEPTANCE = Metric(
    name="upsell_acceptance",
    room="insights",
    label=_l("Upsell acceptance"),
    definition=_l(
        "Of the customers who had bought a single kind of product when the period began (without one: a year ago), the share that bought "
        "another kind in it. What a kind is, you decide by the level of kinds that counts; what was given back is left out."
    ),
    formula="customers who accepted a further kind ÷ customers who were eligible, having bought exactly one",
    source="Told in the trade; no study found: accepted over eligible. Ours counts as eligible who has one kind, because offers are not facts yet.",
    example="90 of 1,200 eligible customers: 7.5 %.",
    inputs=("lines", "products"),
    unit="rate",
    grain="person",
    expression=share_with(eligible, "has_accepted"),
    people=those(eligible, _.has_accepted),
    interval="wilson",
    groups=OF_PEOPLE,
)
