"""Stage and health moved by hand, and histories written down afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce_many
from regulars.kit.refused import Invalid, Refused
from regulars.people.actions.intervals import Move, event_of, write_moves
from regulars.people.actions.locking import lock_person
from regulars.people.engine.stages import HEALTHS, STAGES, rank
from regulars.people.models import Axis, Person


class ReasonNeeded(Refused):
    """Falling back needs a reason, so that others understand it."""

    code = "reason_needed"
    default = gettext_lazy("Say why this person falls back to an earlier stage.")


class IntervalsOverlap(Refused):
    """A person is in one stage at a time."""

    code = "intervals_overlap"
    default = gettext_lazy("This overlaps with a stage that is already written down.")


@dataclass(frozen=True)
class Past:
    """That a person was (or still is, without `until`) in a stage or health since a moment."""

    person_id: int
    value: str
    since: datetime
    until: datetime | None = None
    axis: str = Axis.STAGE
    reason: str = ""
    is_by_rule: bool = True


@transaction.atomic
def move_stage(person: Person, to: str, *, by: Actor, at: datetime, reason: str = "") -> Person:
    """Move a person to another stage by hand; back needs a reason. Rules respect a step back for thirty days."""
    stored = lock_person(person)
    if to not in STAGES:
        raise Invalid({"stage": _("There is no such stage.")})
    if to == stored.stage:
        return stored
    if rank(to) < rank(stored.stage) and not reason.strip():
        raise ReasonNeeded()
    since = stored.stage_since or stored.created_at
    move = Move(stored.pk, Axis.STAGE, stored.stage, to, since, reason.strip(), is_by_rule=False)
    write_moves([move], by=by, at=at)
    stored.refresh_from_db(fields=["stage", "stage_since"])
    return stored


@transaction.atomic
def move_health(person: Person, to: str, *, by: Actor, at: datetime, reason: str = "") -> Person:
    """Say by hand how the relationship is doing; rules respect it for thirty days."""
    stored = lock_person(person)
    if to not in HEALTHS:
        raise Invalid({"health": _("There is no such health.")})
    if to == stored.health:
        return stored
    since = stored.health_since or stored.created_at
    move = Move(stored.pk, Axis.HEALTH, stored.health, to, since, reason.strip(), is_by_rule=False)
    write_moves([move], by=by, at=at)
    stored.refresh_from_db(fields=["health", "health_since"])
    return stored


@transaction.atomic
def record_past(past: Iterable[Past], *, by: Actor) -> int:
    """Write down histories of stage and health silently, many at once: nobody hears of it, the timeline shows it.

    The entries of a person on an axis may neither overlap each other nor what is written already; the one without an
    end becomes where the person stands. Return how many were written.
    """
    rows = list(past)
    for row in rows:
        _check(row)
    try:
        with transaction.atomic():
            _insert_past(rows, by)
    except IntegrityError as problem:
        if "_no_overlap" not in str(problem):
            raise
        raise IntervalsOverlap() from problem
    moves = [Move(row.person_id, row.axis, "", row.value, row.since, row.reason) for row in rows]
    announce_many(
        [event_of(move) for move in moves], by=by, silent=True, occurred_at=[move.since for move in moves]
    )
    return len(rows)


def _check(row: Past) -> None:
    if row.value not in (STAGES if row.axis == Axis.STAGE else HEALTHS):
        raise Invalid({row.axis: _("There is no such stage or health.")})
    if row.until is not None and row.until <= row.since:
        raise Invalid({"until": _("The end lies before the beginning.")})


_PAST = """
    INSERT INTO people_stageinterval
        (person_id, axis, value, during, reason, is_by_rule, actor_kind, actor_label, member_id)
    SELECT m.person_id, m.axis, m.value, tstzrange(m.since, m.until), m.reason, m.is_by_rule, %s, %s, %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::bool[])
        AS m(person_id, axis, value, since, until, reason, is_by_rule)"""
_PAST_COLUMNS = ("person_id", "axis", "value", "since", "until", "reason", "is_by_rule")
_CUT = """
    UPDATE people_stageinterval i SET during = tstzrange(lower(i.during), m.since)
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS m(person_id, axis, since)
    WHERE i.person_id = m.person_id AND i.axis = m.axis AND upper_inf(i.during) AND lower(i.during) < m.since"""
_NOW = """
    UPDATE people_person p SET {axis} = m.value, {axis}_since = m.since
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS m(person_id, value, since) WHERE p.id = m.person_id"""


def _insert_past(rows: list[Past], by: Actor) -> None:
    columns = [[getattr(row, name) for row in rows] for name in _PAST_COLUMNS]
    current = [row for row in rows if row.until is None]
    with connection.cursor() as cursor:
        opened = [[getattr(row, name) for row in current] for name in ("person_id", "axis", "since")]
        cursor.execute(_CUT, opened)
        cursor.execute(_PAST, [by.kind, by.label[:200], by.member_id, *columns])
        for axis in Axis.values:
            on_axis = [row for row in current if row.axis == axis]
            values = [[getattr(row, name) for row in on_axis] for name in ("person_id", "value", "since")]
            cursor.execute(_NOW.format(axis=axis), values)
