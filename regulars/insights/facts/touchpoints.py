"""Everything that happened with people, by kind; without the words, which erasure would have to reach."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Arrivals, Column, Fact, Track

# What this transaction itself wrote is not settled either: it may write more.
SETTLED = """least(timeline_settled(), (pg_current_xact_id_if_assigned()::text::bigint + timeline_era())::text::xid8)::text"""

TOUCHPOINTS = Fact(
    name="touchpoints",
    label=_("Touchpoints"),
    key="touchpoint_id",
    columns=(
        Column("touchpoint_id", "id"),
        Column("person_id", "id"),
        Column("company_id", "id"),
        Column("kind", "text"),
        Column("channel", "text"),
        Column("occurred_at", "time"),
        Column("day", "day"),
        Column("actor_kind", "text"),
        Column("actor_id", "id"),
        Column("subject_type", "text"),
        Column("subject_id", "id"),
    ),
    query="""
        SELECT t.id, t.person_id, t.company_id, t.kind, t.channel, t.occurred_at, (t.occurred_at AT TIME ZONE {zone})::date,
            t.actor_kind, t.actor_id, t.subject_type, t.subject_id
        FROM timeline_touchpoint t WHERE true""",
    key_sql="t.id",
    tracks=(Track(table="timeline_touchpoint", watched=("person_id", "company_id"), arrivals=True),),
    arrivals=Arrivals(border=SETTLED, since="t.xid >= {border}::xid8"),
    month="day",
    sort=("person_id", "occurred_at"),
)
