"""How far customers come on the way from reached to advocate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import grouped
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

STAGES = ("reached", "acquired", "nurtured", "retained", "advocate")


def furthest(tables: Tables, ask: Ask) -> Table:
    """Return how far each person had come by the period's end: person_id, furthest (place among the stages)."""
    moves = tables.stages.filter((_.axis == "stage") & (_.day < ask.until))
    place = ibis.cases(*((moves.value == name, step) for step, name in enumerate(STAGES)), else_=0)
    came = moves.mutate(place=place).group_by("person_id").agg(came=_.place.max())
    known = tables.people.filter(_.is_live).select("person_id")
    rows = known.left_join(came, "person_id")
    return rows.select("person_id", furthest=rows.came.fill_null(0).cast("int64"))


def expression(tables: Tables, ask: Ask) -> Table:
    """Return for each stage k who came at least that far among n people."""
    rows = grouped(furthest(tables, ask), tables, ask)

    def at(step: int) -> Table:
        found = rows.group_by(GROUP).agg(n=_.person_id.count(), k=(_.furthest >= step).cast("int64").sum())
        return found.mutate(step=ibis.literal(step, "int64"), label=ibis.literal(STAGES[step]))

    return ibis.union(*(at(step) for step in range(len(STAGES))))


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who came at least to the stage that is asked for, or all."""
    rows = grouped(furthest(tables, ask), tables, ask)
    return rows.filter(_.furthest >= (ask.cell or 0)).select("person_id")


STAGE_REACH = Metric(
    name="stage_reach",
    room="insights",
    label=_l("How far customers come"),
    definition=_l(
        "Of all people known at the period’s end, the share that ever came at least to each stage: reached, acquired, nurtured, "
        "retained, advocate. Who fell back still counts for how far they had come."
    ),
    formula="people whose furthest stage is this one or a later one ÷ all people",
    source="Funnel over the intervals of stages (docs/build, people: stages and health).",
    example="Of 100 people 60 bought, 30 came back, 6 recommended: 60 %, 30 %, 6 %.",
    inputs=("people", "stages"),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    drawn="bar",
    interval="wilson",
    groups=("channel", "campaign", "country", "team"),
)
