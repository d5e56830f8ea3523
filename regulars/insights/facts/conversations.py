"""Help that was asked for and given: when it began, was first answered and closed, and how happy they were."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact, Track

CONVERSATIONS = Fact(
    name="conversations",
    label=_("Conversations"),
    key="conversation_id",
    columns=(
        Column("conversation_id", "id"),
        Column("person_id", "id", "null when nobody known wrote"),
        Column("channel", "text"),
        Column("team_id", "id"),
        Column("assignee_id", "id"),
        Column("state", "text"),
        Column("priority", "int"),
        Column("started_at", "time"),
        Column("day", "day"),
        Column("first_answered_at", "time"),
        Column("closed_at", "time"),
        Column("reopened_count", "int"),
        Column("score", "int", "1 to 5 as the customer answered last, null without an answer"),
    ),
    query="""
        SELECT c.id, c.person_id, ch.kind, c.team_id, c.assignee_id, c.state, c.priority, c.started_at,
            (c.started_at AT TIME ZONE {zone})::date, c.first_answered_at, c.closed_at, c.reopened_count,
            (SELECT s.score FROM inbox_satisfaction s WHERE s.conversation_id = c.id AND s.score IS NOT NULL
             ORDER BY s.id DESC LIMIT 1)
        FROM inbox_conversation c JOIN messaging_channel ch ON ch.id = c.channel_id
        WHERE c.merged_into_id IS NULL AND c.state <> 'spam'""",
    key_sql="c.id",
    tracks=(
        Track(
            table="inbox_conversation",
            watched=(
                "person_id", "channel_id", "team_id", "assignee_id", "state", "priority", "started_at", "first_answered_at",
                "closed_at", "reopened_count", "merged_into_id",
            ),
        ),
        Track(table="inbox_satisfaction", key="conversation_id", watched=("score",)),
    ),
    month="day",
    sort=("person_id", "started_at"),
)  # fmt: skip
