"""How many of those who had three bad experiences stayed away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.beside import marked_if
from regulars.insights.metrics.buying import purchase_days
from regulars.insights.metrics.failing import INPUTS, bad_experiences
from regulars.insights.metrics.figures import counted
from regulars.insights.metrics.grouping import grouped
from regulars.kit.metrics import Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

TIMES = Choice("times", _l("Bad experiences"), 3)
AFTER = Choice("days", _l("Days in which they would have come back"), 365)


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return customers with so many bad experiences by a day: group, person_id, is_lost (no purchase in the days after)."""
    mark = ask.until - timedelta(days=int(AFTER.of(ask)))
    bad = bad_experiences(tables).filter(_.day < mark)
    bad = bad.group_by("person_id").agg(times=_.count()).filter(_.times >= int(TIMES.of(ask)))
    rows = bad.select("person_id").semi_join(purchase_days(tables, mark), "person_id")
    later = purchase_days(tables, ask.until).filter(_.day >= mark)
    rows = marked_if(rows, later, "is_back")
    return grouped(rows.select("person_id", is_lost=~rows.is_back), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return k lost of n."""
    return counted(per_person(tables, ask), "is_lost")


def people(tables: Tables, ask: Ask) -> Table:
    """Return the lost."""
    return per_person(tables, ask).filter(_.is_lost).select("person_id")


LOST_AFTER_BAD = Metric(
    name="lost_after_bad",
    room="insights",
    label=_l("Lost after three bad experiences"),
    definition=_l(
        "Of the customers who by a year ago had three bad experiences or more (a score of 1 or 2, a late answer, money given back), the "
        "share that bought nothing since."
    ),
    formula="of customers with three bad experiences, those without a purchase in the 365 days after ÷ all of them",
    source="Told in the trade; no study found. Ruby’s video on small businesses tells “92 % after the third” and does not say of which survey.",
    example="23 of 25 stayed away: 92 %.",
    inputs=("orders", *INPUTS),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    interval="wilson",
    groups=("channel", "country", "team"),
    better="lower",
)
