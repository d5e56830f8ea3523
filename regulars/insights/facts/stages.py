"""How long people stood in which stage and health; who never moved has been *reached* since they were added."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact, Track

STAGES = Fact(
    name="stages",
    label=_("Stages and health"),
    key="interval_id",
    columns=(
        Column("interval_id", "id"),
        Column("person_id", "id"),
        Column("axis", "text", "stage or health"),
        Column("value", "text"),
        Column("since_at", "time"),
        Column("until_at", "time", "null while it lasts"),
        Column("day", "day", "the day it began"),
        Column("is_by_rule", "flag"),
    ),
    query="""
        SELECT i.id, i.person_id, i.axis, i.value, lower(i.during), upper(i.during), (lower(i.during) AT TIME ZONE {zone})::date,
            i.is_by_rule
        FROM people_stageinterval i WHERE true""",
    key_sql="i.id",
    tracks=(
        Track(table="people_stageinterval", watched=("person_id", "axis", "value", "during", "is_by_rule")),
    ),
    month="day",
    sort=("person_id", "since_at"),
)
