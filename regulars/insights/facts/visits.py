"""Visits of the website. There are none until the room that catches them registers where they come from."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact

VISITS = Fact(
    name="visits",
    label=_("Visits"),
    key="visit_id",
    columns=(
        Column("visit_id", "id"),
        Column("person_id", "id", "null while the visitor is unknown"),
        Column("visitor_id", "id"),
        Column("started_at", "time"),
        Column("day", "day"),
        Column("channel", "text"),
        Column("source", "text"),
        Column("campaign", "text"),
        Column("page_count", "int"),
        Column("seconds", "int"),
        Column("goal_count", "int"),
    ),
    query="",
    key_sql="",
    tracks=(),
    month="day",
    sort=("person_id", "started_at"),
)
