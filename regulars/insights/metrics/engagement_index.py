"""How engaged people are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.engaging import CHOICES, indexes
from regulars.insights.metrics.figures import averaged
from regulars.insights.metrics.grouping import OF_PEOPLE, grouped
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return how engaged each is at the period's end: person_id, raw, engagement."""
    return grouped(indexes(tables, ask, ask.until), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the mean with its spread, median and quartiles."""
    return averaged(per_person(tables, ask), "engagement").drop("total")


def people(tables: Tables, ask: Ask) -> Table:
    """Return the engaged: at least half-way."""
    return per_person(tables, ask).filter(_.engagement >= 50).select("person_id")


ENGAGEMENT_INDEX = Metric(
    name="engagement_index",
    room="insights",
    label=_l("Engagement index"),
    definition=_l(
        "How engaged people are, from 0 to 100: what they did themselves (order, write, review, refer, visit, click), each deed with its "
        "weight, counting half as much after every half-life. The most engaged tenth has 90 and more. Whoever never did anything is left out."
    ),
    formula="100 × (1 − 10^(−raw ÷ P90)), raw = sum of weight × 0.5^(age ÷ half-life)",
    source="Ours, after two published patterns: weighed counts scaled to the 90th percentile (Accoil, How the Accoil Analytics score is calculated), falling to half over a cycle without a visit (Evergage, Understand Engagement Score Calculation).",
    example="An order (10) 15 days ago, a reply (4) 30 days ago, three clicks (1) 60 days ago: raw 9.82; with P90 = 24 the index is 61.0.",
    inputs=("orders", "touchpoints", "visits"),
    unit="index",
    grain="person",
    expression=expression,
    people=people,
    interval="mean",
    groups=OF_PEOPLE,
    choices=CHOICES,
)
