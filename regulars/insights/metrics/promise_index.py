"""How many promises to customers were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS, grouped, within
from regulars.insights.metrics.shapes import share_with, those
from regulars.kit.metrics import Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

TASK = Choice("promise_task", _l("A task for a person by a time counts as a promise"), 0)


def promises(tables: Tables, ask: Ask) -> Table:
    """Return the promises that were kept or broken in the period: group, person_id, is_kept."""
    answers = within(tables.promises, ask).select("person_id", "day", "is_kept")
    tasks = within(tables.tasks, ask).filter(ibis.literal(bool(TASK.of(ask))))
    # A task that is due and not done is broken; one that was done late is too.
    done = tasks.select("person_id", "day", is_kept=(_.done_at <= _.due_at).fill_null(False))
    return grouped(answers.union(done), tables, ask)


PROMISE_INDEX = Metric(
    name="promise_index",
    room="insights",
    label=_l("Promise index"),
    definition=_l(
        "Of the promises to customers whose time came in the period, the share that was kept: answers and resolutions by the inbox’s "
        "targets, and, if you say so, tasks for people by their due time. The people behind it are those to whom a promise was kept."
    ),
    formula="promises kept in time ÷ promises kept or broken",
    source="Told in the trade; no study found: service level attainment, as help desks report it.",
    example="470 of 500 answers came in time: 94 %.",
    inputs=("promises", "tasks"),
    unit="rate",
    grain="conversation",
    expression=share_with(promises, "is_kept"),
    people=those(promises, _.is_kept),
    drawn="line",
    interval="wilson",
    groups=OF_DAYS,
    choices=(TASK,),
)
