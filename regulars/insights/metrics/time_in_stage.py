"""How long customers stand in each stage before they move on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import grouped
from regulars.insights.metrics.stage_reach import STAGES
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

DAY_SECONDS = 86_400


def ended(tables: Tables, ask: Ask) -> Table:
    """Return the times in a stage that ended before the period's end and began in it: person_id, step, label, days."""
    rows = tables.stages.filter(
        (_.axis == "stage") & _.until_at.notnull() & (_.until_at.date() < ask.until) & (_.day < ask.until)
    )
    rows = rows.filter(rows.day >= ask.since) if ask.since else rows
    step = ibis.cases(*((rows.value == name, place) for place, name in enumerate(STAGES)), else_=0)
    days = (rows.until_at.epoch_seconds() - rows.since_at.epoch_seconds()) / DAY_SECONDS
    return rows.select("person_id", label=rows.value, step=step.cast("int64"), days=days)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the median number of days for each stage, over how many times it was left."""
    rows = grouped(ended(tables, ask), tables, ask)
    return rows.group_by(GROUP, "step", "label").agg(n=_.days.count(), value=_.days.median())


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who left the stage that is asked for, or any."""
    rows = grouped(ended(tables, ask), tables, ask)
    return (rows if ask.cell is None else rows.filter(_.step == ask.cell)).select("person_id")


TIME_IN_STAGE = Metric(
    name="time_in_stage",
    room="insights",
    label=_l("Time in a stage"),
    definition=_l(
        "How many days half of the customers took at most to leave a stage: the median over the times in it that began and ended in the period."
    ),
    formula="median of (left the stage − entered it), in days",
    source="Intervals of stages (docs/build, people: stages and health).",
    example="Left after 3, 10 and 40 days: 10 days.",
    inputs=("stages",),
    unit="days",
    grain="person",
    expression=expression,
    people=people,
    drawn="bar",
    groups=("channel", "campaign", "country", "team"),
    better="lower",
)
