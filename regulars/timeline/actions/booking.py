from __future__ import annotations

import json

from regulars.kit.events import MAX_DEPTH, Announcement, Statement, jsonable, log, reactions_to
from regulars.kit.worker import NOW

COLUMNS = (
    "kind, person_id, company_id, occurred_at, recorded_at, actor_kind, actor_id, actor_label, channel, "
    "subject_type, subject_id, label, source_key, depth, is_silent, payload"
)
HEAR = "timeline.hear"


def book_touchpoint(said: Announcement) -> list[Statement]:
    """Write an announced event as one touchpoint, with one job if anybody hears it, as part of the announcing statement."""
    wakes = not said.silent and bool(reactions_to(said.event.kind))
    if not (said.event.on_timeline or wakes):
        return []
    return [_touchpoint(said), *_last_touch(said), *_job(said, wakes), _result(said)]


def _touchpoint(said: Announcement) -> Statement:
    event, by = said.event, said.by
    subject_type, subject_id = event.subject()
    values = (
        event.kind, event.person_id, event.company_id, said.occurred_at, said.at, by.kind, by.id, by.label[:200], said.channel,
        subject_type, subject_id, event.title()[:300], said.source_key, said.depth, said.silent, json.dumps(jsonable(event.payload())),
    )  # fmt: skip
    marks = ", ".join(["%s"] * (len(values) - 1))
    sql = (
        f"INSERT INTO timeline_touchpoint ({COLUMNS}) VALUES ({marks}, %s::jsonb) "
        "ON CONFLICT (source_key) WHERE source_key IS NOT NULL DO NOTHING RETURNING id"
    )
    return Statement("touchpoint", sql, values)


def _last_touch(said: Announcement) -> list[Statement]:
    if said.event.person_id is None or not said.event.on_timeline or not said.event.touches:
        return []
    sql = (
        "UPDATE people_person SET last_touch_at = %s WHERE id = %s AND (last_touch_at IS NULL OR last_touch_at < %s) "
        "AND EXISTS (SELECT FROM touchpoint)"
    )
    return [Statement("last_touch", sql, (said.occurred_at, said.event.person_id, said.occurred_at))]


def _job(said: Announcement, wakes: bool) -> list[Statement]:
    if not wakes:
        return []
    if said.depth >= MAX_DEPTH:
        log.warning("An echo of %s stopped after %s reactions to reactions.", said.event.kind, said.depth)
        return []
    sql = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
        "SELECT %s, %s, jsonb_build_object('touchpoint', id) FROM touchpoint"
    )
    return [Statement("job", sql, (NOW, HEAR))]


def _result(said: Announcement) -> Statement:
    if said.silent or said.event.person_id is None or not said.event.on_timeline:
        return Statement("", "SELECT id FROM touchpoint")
    sql = (
        "SELECT id, pg_notify('regulars_live', json_build_object('topic', %s::text, 'kind', %s::text, 'id', id)::text) "
        "FROM touchpoint"
    )
    return Statement("", sql, (f"person:{said.event.person_id}", said.event.kind))
