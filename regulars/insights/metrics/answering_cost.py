"""What answering customers cost, by the time it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS, grouped, within
from regulars.kit.metrics import GROUP, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

MINUTES = Choice("minutes_per_conversation", _l("Minutes that a conversation takes"), 6)
HOURLY = Choice("hourly_minor", _l("What an hour of work costs, in minor units"), 0)


def answered(tables: Tables, ask: Ask) -> Table:
    """Return the conversations begun in the period that were answered: group, person_id."""
    rows = within(tables.conversations, ask).filter(_.first_answered_at.notnull())
    return grouped(rows.select("person_id", "day"), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return conversations × minutes × hourly rate over n conversations."""
    each = MINUTES.of(ask) / 60 * HOURLY.of(ask)
    rows = answered(tables, ask).group_by(GROUP).agg(n=_.count())
    return rows.mutate(value=rows.n * each)


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who were answered."""
    return answered(tables, ask).filter(_.person_id.notnull()).select("person_id")


ANSWERING_COST = Metric(
    name="answering_cost",
    room="insights",
    label=_l("Cost of answering"),
    definition=_l(
        "What it cost to answer the conversations begun in the period, by the minutes one takes and what an hour costs."
    ),
    formula="answered conversations × minutes ÷ 60 × hourly rate",
    source="Ours: costs derived from hours.",
    example="1,000 conversations of 6 minutes at 30 an hour: 3,000.",
    inputs=("conversations",),
    unit="money",
    grain="conversation",
    expression=expression,
    people=people,
    groups=OF_DAYS,
    better="lower",
    choices=(MINUTES, HOURLY),
)
