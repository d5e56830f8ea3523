from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Any

from django.db import connection, transaction

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events.event import Changes, Event
from regulars.kit.events.listening import reactions_to
from regulars.kit.postgres.backend import PLANNED_ONCE

MAX_DEPTH = 5
PAGE = 5_000
BULK_FROM = 20
NOTHING = "SELECT NULL::bigint, NULL::text WHERE false"
_depth: contextvars.ContextVar[int] = contextvars.ContextVar("announce_depth", default=0)


@dataclass(frozen=True)
class Announcement:
    """One event with all that the writers need to book it."""

    event: Event
    by: Actor
    at: datetime
    occurred_at: datetime
    changes: Changes
    source_key: str | None
    silent: bool
    depth: int
    channel: str
    is_bulk: bool = False

    @property
    def is_booked(self) -> bool:
        """Tell whether it becomes a touchpoint: it is shown on the timeline, or somebody hears it."""
        return self.event.on_timeline or self.is_heard

    @property
    def is_heard(self) -> bool:
        """Tell whether anybody hears it; history is silent."""
        return not self.silent and bool(reactions_to(self.event.full_kind()))


@dataclass(frozen=True)
class Statement:
    """One part of the statement that books announcements: a WITH name, its SQL and parameters.

    The part without a name is what the whole statement answers: rows of (id, source_key) of what was written.
    """

    name: str
    sql: str
    params: Sequence[Any] = field(default_factory=tuple)


Writer = Callable[[Sequence[Announcement]], list[Statement]]
_writers: dict[str, Writer] = {}
_deciding: dict[str, Writer] = {}


def register_writer(name: str, writer: Writer, *, decides: bool = False) -> None:
    """Let a room book announcements; the one that `decides` knows which source keys were booked before."""
    _writers[name] = writer
    if decides:
        _deciding[name] = writer


def announce(
    event: Event,
    *,
    by: Actor,
    changes: Changes | None = None,
    source_key: str | None = None,
    silent: bool = False,
    occurred_at: datetime | None = None,
    channel: str = "",
) -> int | None:
    """Book an event in the action's transaction and wake who hears it; return the touchpoint's id, if one was written.

    With a `source_key` that is already booked nothing is written and None is returned, so intake may repeat itself.
    """
    at = now()
    said = Announcement(
        event, by, at, occurred_at or at, changes or {}, source_key, silent, _depth.get(), channel
    )
    return _book([said])[0]


def announce_many(
    events: Sequence[Event],
    *,
    by: Actor,
    changes: Sequence[Changes] | None = None,
    source_keys: Sequence[str | None] | None = None,
    silent: bool = False,
    occurred_at: Sequence[datetime | None] | None = None,
    channel: str = "",
) -> list[int | None]:
    """Book the events of a bulk action like so many `announce`s, in one statement; return the touchpoints' ids.

    The lists run beside the events. Who hears them does so behind everybody who waits for a single one.
    """
    at = now()
    beside = zip(
        events, changes or repeat({}), source_keys or repeat(None), occurred_at or repeat(None), strict=False
    )
    depth, is_bulk = _depth.get(), len(events) >= BULK_FROM
    return _book(
        [
            Announcement(event, by, at, when or at, what or {}, key, silent, depth, channel, is_bulk)
            for event, what, key, when in beside
        ]
    )


def _book(said: list[Announcement]) -> list[int | None]:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("announce() belongs inside the action's transaction.")
    pages = [said[start : start + PAGE] for start in range(0, len(said), PAGE)]
    return [number for page in pages for number in _book_page(page)]


def _book_page(said: list[Announcement]) -> list[int | None]:
    if not any(one.source_key for one in said):
        return _numbers(said, _write(_writers.values(), said))
    # Whether a key was there before must be known before anybody else writes.
    numbers = _numbers(said, _write(_deciding.values(), said))
    fresh = [
        one for one, number in zip(said, numbers, strict=True) if number is not None or not one.is_booked
    ]
    _write([writer for name, writer in _writers.items() if name not in _deciding], fresh)
    return numbers


def _write(writers: Iterable[Writer], said: Sequence[Announcement]) -> list[tuple[int, str | None]]:
    """Let the writers write in one statement; return the (id, source_key) of each touchpoint written."""
    parts = [part for write in writers for part in write(said)] if said else []
    if not parts:
        return []
    final = next((part for part in parts if not part.name), Statement("", NOTHING))
    named = [part for part in parts if part.name]
    with_sql = ", ".join(f"{part.name} AS ({part.sql})" for part in named)
    repeated = PLANNED_ONCE if len(said) < BULK_FROM else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{repeated}WITH {with_sql} {final.sql}",
            [value for part in [*named, final] for value in part.params],
        )
        return [(number, key) for number, key, *_rest in cursor.fetchall()]


def _numbers(said: Sequence[Announcement], written: list[tuple[int, str | None]]) -> list[int | None]:
    """Return the touchpoint's id beside each announcement: ids rise in the order of writing, keys are unique."""
    by_key = {key: number for number, key in written if key is not None}
    others = iter(sorted(number for number, key in written if key is None))
    return [_number(one, by_key, others) for one in said]


def _number(one: Announcement, by_key: dict[str, int], others: Iterator[int]) -> int | None:
    if not one.is_booked:
        return None
    return next(others) if one.source_key is None else by_key.pop(one.source_key, None)


@contextmanager
def at_depth(depth: int) -> Iterator[None]:
    """Count how far an echo has come; announcements past five are booked but wake nobody."""
    token = _depth.set(depth)
    try:
        yield
    finally:
        _depth.reset(token)
