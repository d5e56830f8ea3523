"""What insights may count of people beyond themselves: what was to be done for them by a time."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact, Track

TASKS = Fact(
    name="tasks",
    label=_("Tasks for people"),
    key="task_id",
    columns=(
        Column("task_id", "id"),
        Column("person_id", "id"),
        Column("day", "day", "when it was due"),
        Column("due_at", "time"),
        Column("done_at", "time", "null while it is to be done"),
    ),
    query="""
        SELECT t.id, t.person_id, (t.due_at AT TIME ZONE {zone})::date, t.due_at, t.done_at
        FROM people_task t WHERE t.person_id IS NOT NULL AND t.due_at IS NOT NULL AND t.deleted_at IS NULL""",
    key_sql="t.id",
    tracks=(Track(table="people_task", watched=("person_id", "due_at", "done_at", "deleted_at")),),
    month="day",
    sort=("person_id", "due_at"),
)  # fmt: skip
