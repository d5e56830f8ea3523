"""What a customer brings in the first year, of those won in the period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.aging import MARGIN, MONTHS, values, won
from regulars.insights.metrics.grouping import OF_DAYS
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def expression(tables: Tables, ask: Ask) -> Table:
    """Return what a customer brought in the first months, true to how many stay."""
    return values(tables, ask)


def people(tables: Tables, ask: Ask) -> Table:
    """Return those won."""
    return won(tables, ask).select("person_id")


FIRST_MONTHS_VALUE = Metric(
    name="first_months_value",
    room="insights",
    label=_l("Value of the first year"),
    definition=_l(
        "What a customer won in the period brings within 12 months of the first purchase, that one included. Each month rests on the "
        "customers who have lived through it, and who left counts with nothing, so that young customers neither lower nor raise it."
    ),
    formula="sum over months k of (margin in month k of customers old enough ÷ customers old enough)",
    source="Ours: each month rests on those who lived through it, as in a life table (Kaplan, Meier 1958, JASA 53).",
    example="Month 1: 40.00 for each of 100. Month 2: 5.00 for each of the 60 who are old enough: 45.00.",
    inputs=("orders",),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    interval="given",
    groups=OF_DAYS,
    choices=(MONTHS, MARGIN),
)
