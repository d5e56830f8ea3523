"""How announcements are booked: touchpoints, those who wait to hear them, and a knock for worker and windows.

One statement for one announcement or thousands: every value travels as an array with one element for each.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from regulars.kit.events import MAX_DEPTH, Announcement, Statement, as_json
from regulars.kit.live import CHANNEL as LIVE
from regulars.kit.worker import KNOCK

log = logging.getLogger(__name__)
MOST_LIVE = 500

Column = tuple[str, str, Callable[[Announcement], Any]]
COLUMNS: list[Column] = [
    ("kind", "text", lambda one: one.event.full_kind()),
    ("person_id", "bigint", lambda one: one.event.person_id),
    ("company_id", "bigint", lambda one: one.event.company_id),
    ("occurred_at", "timestamptz", lambda one: one.occurred_at),
    ("recorded_at", "timestamptz", lambda one: one.at),
    ("actor_kind", "text", lambda one: one.by.kind),
    ("actor_id", "bigint", lambda one: one.by.id),
    ("actor_label", "text", lambda one: one.by.label[:200]),
    ("channel", "text", lambda one: one.channel[:30]),
    ("subject_type", "text", lambda one: one.event.subject()[0]),
    ("subject_id", "bigint", lambda one: one.event.subject()[1]),
    ("label", "text", lambda one: one.event.title()[:300]),
    ("source_key", "text", lambda one: one.source_key),
    ("depth", "smallint", lambda one: one.depth),
    ("is_silent", "boolean", lambda one: one.silent),
    ("payload", "jsonb", lambda one: as_json(one.event.payload())),
]
NAMES = ", ".join(name for name, _type, _value in COLUMNS)
ARRAYS = ", ".join(f"%s::{kind}[]" for _name, kind, _value in COLUMNS)
TOUCHPOINTS = f"""
    INSERT INTO timeline_touchpoint ({NAMES}) SELECT * FROM unnest({ARRAYS})
    ON CONFLICT (source_key) WHERE source_key IS NOT NULL DO NOTHING
    RETURNING id, kind, person_id, company_id, source_key, occurred_at, recorded_at"""
# The person's row is written only when it says something new; an import of old orders leaves most as they are.
LAST_TOUCH = """
    UPDATE people_person SET last_touch_at = latest.at
    FROM (SELECT person_id, max(occurred_at) AS at FROM touchpoint
          WHERE person_id IS NOT NULL AND kind = ANY(%s) GROUP BY person_id) AS latest
    WHERE people_person.id = latest.person_id AND (last_touch_at IS NULL OR last_touch_at < latest.at)"""
HEARINGS = """
    INSERT INTO timeline_hearing (touchpoint_id, listener, is_bulk, due_at, attempts, error)
    SELECT id, '', %s, recorded_at, 0, '' FROM touchpoint WHERE kind = ANY(%s) ORDER BY id"""
# What a NOTIFY says twice in one transaction is told once.
RESULT = "SELECT id, source_key, pg_notify(%s, '') FROM touchpoint"
RESULT_LIVE = """
    SELECT id, source_key, (
        SELECT count(pg_notify(%s, json_build_object('topic', topic, 'change', json_build_object('kind', kind, 'id', id))::text))
        FROM (VALUES ('person:' || person_id), ('company:' || company_id)) AS topics (topic) WHERE topic IS NOT NULL
    ), pg_notify(%s, '') FROM touchpoint"""


def book_touchpoints(said: Sequence[Announcement]) -> list[Statement]:
    """Write announced events as touchpoints, with one waiting row for each that anybody hears."""
    booked = [one for one in said if one.is_booked]
    if not booked:
        return []
    values = [[value(one) for one in booked] for _name, _type, value in COLUMNS]
    return [
        Statement("touchpoint", TOUCHPOINTS, values),
        *_last_touch(booked),
        *_hearings(booked),
        _result(booked),
    ]


def _last_touch(booked: Sequence[Announcement]) -> list[Statement]:
    kinds = {one.event.full_kind() for one in booked if one.event.on_timeline and one.event.touches}
    return [Statement("last_touch", LAST_TOUCH, [sorted(kinds)])] if kinds else []


def _hearings(booked: Sequence[Announcement]) -> list[Statement]:
    heard = [one for one in booked if one.is_heard]
    if heard and heard[0].depth >= MAX_DEPTH:
        log.warning("An echo of %s stopped after %s reactions to reactions.", heard[0].event.kind, MAX_DEPTH)
        return []
    kinds = {one.event.full_kind() for one in heard}
    return [Statement("hearing", HEARINGS, [heard[0].is_bulk, sorted(kinds)])] if heard else []


def _result(booked: Sequence[Announcement]) -> Statement:
    is_live = len(booked) <= MOST_LIVE and any(one.event.on_timeline and not one.silent for one in booked)
    return Statement("", RESULT_LIVE, [LIVE, KNOCK]) if is_live else Statement("", RESULT, [KNOCK])
