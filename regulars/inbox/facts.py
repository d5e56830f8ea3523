"""What insights may count of conversations beyond themselves: whether answers came when they were promised."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact, Track

PROMISES = Fact(
    name="promises",
    label=_("Promised answers"),
    key="promise_id",
    columns=(
        Column("promise_id", "id"),
        Column("person_id", "id", "null when nobody known wrote"),
        Column("team_id", "id"),
        Column("kind", "text", "first, next or resolution"),
        Column("day", "day", "when it was kept or broken"),
        Column("started_at", "time"),
        Column("decided_at", "time", "when it was kept, or else when its time was up"),
        Column("is_kept", "flag"),
    ),
    query="""
        SELECT k.id, c.person_id, c.team_id, k.kind, (coalesce(k.missed_at, k.done_at) AT TIME ZONE {zone})::date, k.started_at,
            coalesce(k.missed_at, k.done_at), k.missed_at IS NULL
        FROM inbox_clock k JOIN inbox_conversation c ON c.id = k.conversation_id
        WHERE k.allowed IS NOT NULL AND k.cancelled_at IS NULL AND coalesce(k.missed_at, k.done_at) IS NOT NULL
            AND c.merged_into_id IS NULL AND c.state <> 'spam'""",
    key_sql="k.id",
    tracks=(
        Track(table="inbox_clock", watched=("kind", "allowed", "started_at", "missed_at", "done_at", "cancelled_at", "conversation_id")),
        Track(
            table="inbox_conversation",
            watched=("person_id", "team_id", "merged_into_id", "state"),
            keys="SELECT id FROM inbox_clock WHERE conversation_id = ANY({noted})",
        ),
    ),
    month="day",
    sort=("person_id", "decided_at"),
)  # fmt: skip
