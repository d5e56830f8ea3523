"""How many of those who said how it went were happy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS, grouped, within
from regulars.insights.metrics.shapes import share_with, those
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

HAPPY_FROM = 4


def scored(tables: Tables, ask: Ask) -> Table:
    """Return the scored conversations begun in the period: group, person_id, is_happy."""
    rows = within(tables.conversations, ask).filter(_.score.notnull())
    return grouped(rows.select("person_id", "day", is_happy=_.score >= HAPPY_FROM), tables, ask)


SATISFACTION = Metric(
    name="satisfaction",
    room="insights",
    label=_l("Satisfaction"),
    definition=_l(
        "Of the conversations begun in the period that customers scored, the share with 4 or 5 of 5."
    ),
    formula="scores of 4 and 5 ÷ all scores (CSAT)",
    source="Customer satisfaction as the share of the two best scores (Farris, Bendle, Pfeifer, Reibstein 2010, Marketing Metrics).",
    example="412 of 500: 82.4 %.",
    inputs=("conversations",),
    unit="rate",
    grain="conversation",
    expression=share_with(scored, "is_happy"),
    people=those(scored, _.is_happy),
    drawn="line",
    interval="wilson",
    groups=OF_DAYS,
)
