"""How what was announced is heard: in batches, each touchpoint once, a failing reaction on its own."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.dateparse import parse_datetime

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import EVENTS, Event, Heard, Reaction, at_depth, reaction_name, reactions_to
from regulars.kit.worker import NOW
from regulars.timeline.actions.booking import HEAR
from regulars.timeline.models import Touchpoint

log = logging.getLogger(__name__)
BATCH = 100
AGAIN = "timeline.hear_again"


@dataclass(frozen=True)
class _Call:
    touchpoint: Touchpoint
    event: Event
    heard: Heard
    reaction: Reaction


def hear_touchpoints(first: int) -> int:
    """Let everybody hear one touchpoint and those waiting behind it; return how many were heard.

    The waiting jobs are taken and deleted, and what was heard is marked, in the transaction of the effects:
    a killed worker leaves either all of it or nothing, and a job that runs twice finds the mark.
    """
    with transaction.atomic():
        numbers = _unheard([first, *_take_waiting(BATCH - 1)])
        calls = [call for touchpoint in _read(numbers) for call in _calls(touchpoint)]
        _run_all(calls)
    return len(numbers)


def hear_again(touchpoint_id: int, name: str) -> None:
    """Try one failed reaction again; raises what it raises, so that the job is retried and at last shown as failed."""
    with transaction.atomic():
        if not _mark([touchpoint_id], name):
            return
        for touchpoint in _read([touchpoint_id]):
            for call in _calls(touchpoint):
                if reaction_name(call.reaction) == name:
                    _run(call)


def _take_waiting(limit: int) -> list[int]:
    sql = """
        DELETE FROM procrastinate_jobs WHERE id IN (
            SELECT id FROM procrastinate_jobs
            WHERE task_name = %s AND queue_name = %s AND status = 'todo'
            ORDER BY priority DESC, id LIMIT %s FOR UPDATE SKIP LOCKED)
        RETURNING (args->>'touchpoint')::bigint"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [HEAR, NOW, limit])
        return [row[0] for row in cursor.fetchall()]


def _unheard(numbers: list[int]) -> list[int]:
    return sorted(_mark(numbers, ""))


def _mark(numbers: list[int], reaction: str) -> list[int]:
    sql = """
        INSERT INTO timeline_heard (touchpoint_id, reaction, at)
        SELECT number, %s, %s FROM unnest(%s::bigint[]) AS number ORDER BY number
        ON CONFLICT DO NOTHING RETURNING touchpoint_id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [reaction, now(), numbers])
        return [row[0] for row in cursor.fetchall()]


def _read(numbers: list[int]) -> list[Touchpoint]:
    return list(Touchpoint.objects.filter(pk__in=numbers).order_by("pk"))


def _calls(touchpoint: Touchpoint) -> list[_Call]:
    event = event_of(touchpoint)
    if event is None:
        return []
    by = Actor(touchpoint.actor_kind, touchpoint.actor_id, touchpoint.actor_label)  # type: ignore[arg-type]
    heard = Heard(touchpoint.pk, by, touchpoint.occurred_at, touchpoint.recorded_at, touchpoint.depth)
    return [_Call(touchpoint, event, heard, reaction) for reaction in reactions_to(touchpoint.kind)]


def event_of(touchpoint: Touchpoint) -> Event | None:
    """Return the event a touchpoint was announced with, or None when its room is switched off."""
    cls = EVENTS.get(touchpoint.kind)
    if cls is None:
        return None
    known = {name for name in cls.__dataclass_fields__}
    values: dict[str, Any] = {name: value for name, value in touchpoint.payload.items() if name in known}
    for name, value in values.items():
        if "datetime" in str(cls.__dataclass_fields__[name].type) and isinstance(value, str):
            values[name] = parse_datetime(value)
    return cls(person_id=touchpoint.person_id, company_id=touchpoint.company_id, **values)


def _run_all(calls: list[_Call]) -> None:
    """Run all in one savepoint, which is quick; after a failure once more, each in its own."""
    try:
        with transaction.atomic():
            for call in calls:
                _run(call)
        return
    except Exception as problem:  # noqa: BLE001  any reaction may fail in any way; the others must still run
        log.info("A reaction failed (%s); running the batch one by one.", problem)
    for call in calls:
        _run_alone(call)


def _run(call: _Call) -> None:
    with at_depth(call.heard.depth + 1):
        call.reaction(call.event, call.heard)


def _run_alone(call: _Call) -> None:
    name = reaction_name(call.reaction)
    try:
        with transaction.atomic():
            _run(call)
    except Exception:
        log.exception("%s failed on touchpoint %s and will be tried again.", name, call.touchpoint.pk)
        _put_off(call.touchpoint.pk, name)


def _put_off(touchpoint_id: int, name: str) -> None:
    sql = """
        INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)
        VALUES (%s, %s, jsonb_build_object('touchpoint', %s::bigint, 'reaction', %s::text), now() + interval '2 seconds')"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [NOW, AGAIN, touchpoint_id, name])
