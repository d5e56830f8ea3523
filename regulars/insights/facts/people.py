"""Who there is: no names and no addresses, so that erasing a person leaves nothing personal in the files."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact, Track

PEOPLE = Fact(
    name="people",
    label=_("People"),
    key="person_id",
    columns=(
        Column("person_id", "id"),
        Column("keeper_id", "id"),
        Column("team_id", "id"),
        Column("country", "text"),
        Column("language", "text"),
        Column("stage", "text"),
        Column("health", "text"),
        Column("acquired_channel", "text"),
        Column("acquired_campaign", "text"),
        Column("acquired_cost_minor", "money", "in acquired_currency, null when unknown"),
        Column("acquired_currency", "text"),
        Column("created_at", "time"),
        Column("created_on", "day"),
        Column("is_live", "flag", "neither deleted nor erased; what the others bought still counts"),
    ),
    query="""
        SELECT p.id, p.keeper_id, p.team_id, p.country, p.language, p.stage, p.health, p.acquired_channel, p.acquired_campaign,
            p.acquired_cost_minor, p.acquired_currency, p.created_at, (p.created_at AT TIME ZONE {zone})::date,
            p.deleted_at IS NULL
        FROM people_person p WHERE true""",
    key_sql="p.id",
    tracks=(
        Track(
            table="people_person",
            watched=(
                "keeper_id", "team_id", "country", "language", "stage", "health", "acquired_channel", "acquired_campaign",
                "acquired_cost_minor", "acquired_currency", "created_at", "deleted_at",
            ),
        ),
    ),
    sort=("person_id",),
)  # fmt: skip
