"""Writing moves along the two axes: close the open interval, open the next, remember it on the person; many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from regulars.kit.actor import Actor
from regulars.kit.events import Event, announce_many
from regulars.people.engine.stages import STEADY, moment_after
from regulars.people.events import HealthMoved, StageMoved
from regulars.people.models import Axis, Health, Stage

LABELS = {Axis.STAGE: dict(Stage.choices), Axis.HEALTH: dict(Health.choices)}


@dataclass(frozen=True)
class Move:
    """One person's step on one axis."""

    person_id: int
    axis: str
    before: str
    after: str
    since: datetime
    reason: str = ""
    is_by_rule: bool = True


_CLOSE = """
    UPDATE people_stageinterval i SET during = tstzrange(lower(i.during), m.at)
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS m(person_id, at)
    WHERE i.person_id = m.person_id AND i.axis = %s AND upper_inf(i.during)"""
# Nothing was written for the time before somebody's first move; now it is.
_FIRST = """
    INSERT INTO people_stageinterval (person_id, axis, value, during, reason, is_by_rule, actor_kind, actor_label)
    SELECT m.person_id, %s, m.value, tstzrange(m.since, m.at), '', true, 'clock', ''
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[]) AS m(person_id, value, since, at)
    WHERE m.since < m.at AND NOT EXISTS (
        SELECT FROM people_stageinterval i WHERE i.person_id = m.person_id AND i.axis = %s)"""
_OPEN = """
    INSERT INTO people_stageinterval
        (person_id, axis, value, during, reason, is_by_rule, actor_kind, actor_label, member_id)
    SELECT m.person_id, %s, m.value, tstzrange(m.at, NULL), m.reason, m.is_by_rule, %s, %s, %s
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::bool[])
        AS m(person_id, value, at, reason, is_by_rule)
    WHERE m.value <> ''"""
_REMEMBER = """
    UPDATE people_person p SET {axis} = m.value, {axis}_since = m.at
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS m(person_id, value, at) WHERE p.id = m.person_id"""


def write_moves(moves: Sequence[Move], *, by: Actor, at: datetime) -> None:
    """Write moves of different people on one axis each, four statements and one announcement for all of an axis."""
    for axis in Axis.values:
        _write([move for move in moves if move.axis == axis], axis, by, at)


def _write(moves: Sequence[Move], axis: str, by: Actor, at: datetime) -> None:
    if not moves:
        return
    ids = [move.person_id for move in moves]
    after = [move.after for move in moves]
    since = [move.since for move in moves]
    times = [moment_after(move.since, at) for move in moves]
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [ids, times, axis])
        if axis == Axis.STAGE:
            cursor.execute(_FIRST, [axis, ids, [move.before for move in moves], since, times, axis])
        by_rule = [move.is_by_rule for move in moves]
        reasons = [move.reason[:300] for move in moves]
        cursor.execute(
            _OPEN, [axis, by.kind, by.label[:200], by.member_id, ids, after, times, reasons, by_rule]
        )
        cursor.execute(_REMEMBER.format(axis=axis), [ids, after, times])
    # That somebody who just bought for the first time is well goes without saying.
    told = [
        (move, when)
        for move, when in zip(moves, times, strict=True)
        if (move.before, move.after) != ("", STEADY)
    ]
    announce_many(
        [event_of(move) for move, _when in told],
        by=by,
        changes=[{axis: [move.before, move.after]} for move, _when in told],
        occurred_at=[when for _move, when in told],
        silent=by.kind == "import",  # history that is taken in fires nothing
    )


def event_of(move: Move) -> Event:
    """Return the fact that a move is announced as."""
    words = str(LABELS[Axis(move.axis)].get(move.after, move.after))
    cls = StageMoved if move.axis == Axis.STAGE else HealthMoved
    return cls(
        person_id=move.person_id,
        before=move.before,
        after=move.after,
        reason=move.reason,
        is_by_rule=move.is_by_rule,
        words=words,
    )
