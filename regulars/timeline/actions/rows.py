from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import Event
from regulars.kit.events.rows import ROW


def book_rows(event: type[Event], query: str, params: Sequence[Any], by: Actor) -> int:
    """Write a silent touchpoint for each row of a query; a source key that is there already is passed over."""
    if not event.on_timeline:
        return 0
    columns = ", ".join(ROW)
    sql = f"""
        INSERT INTO timeline_touchpoint
            (kind, recorded_at, actor_kind, actor_id, actor_label, depth, is_silent, {columns})
        SELECT %s, %s, %s, %s::bigint, %s, 0, true, {", ".join(f"r.{name}" for name in ROW)}
        FROM ({query}) AS r ({columns})
        ON CONFLICT (source_key) WHERE source_key IS NOT NULL DO NOTHING"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [event.kind, now(), by.kind, by.id, by.label[:200], *params])
        return int(cursor.rowcount)
