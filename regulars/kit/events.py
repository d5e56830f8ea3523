"""What happened, who hears it, and the one door through which it is said.

`announce(event)` is called last in an action, inside its transaction. The rooms that keep books (team's audit log,
timeline's touchpoints) register a writer each; all of them are written by one statement. `hears` registers a reaction
that runs in the worker after the commit; `follows` one that reads everything in batches behind a stored cursor.
"""

from __future__ import annotations

import contextvars
import dataclasses
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from django.db import connection, transaction

from regulars.kit.actor import Actor
from regulars.kit.clock import now

log = logging.getLogger(__name__)
MAX_DEPTH = 5
Changes = dict[str, list[Any]]


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact that a room announces: ids and small values, enough for whoever hears it."""

    kind: ClassVar[str] = ""
    label: ClassVar[str] = ""
    icon: ClassVar[str] = "point"
    on_timeline: ClassVar[bool] = False
    audited: ClassVar[bool] = True
    touches: ClassVar[bool] = True
    person_id: int | None = None
    company_id: int | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.kind:
            known = EVENTS.setdefault(cls.kind, cls)
            if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
                raise TypeError(f"Two events are called {cls.kind}: {known} and {cls}")

    def payload(self) -> dict[str, Any]:
        """Return the event's own values, without the person and company every touchpoint has columns for."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        values.pop("person_id")
        values.pop("company_id")
        return {name: value for name, value in values.items() if value not in (None, "", [], {})}

    def subject(self) -> tuple[str, int | None]:
        """Return what the event is about, as a type and an id; the person or company when the event names nothing else."""
        if self.person_id is not None:
            return "person", self.person_id
        return ("company", self.company_id) if self.company_id is not None else ("", None)

    def title(self) -> str:
        """Return the words kept beside the touchpoint, readable after the subject itself is gone."""
        return ""


EVENTS: dict[str, type[Event]] = {}


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


@dataclass(frozen=True)
class Statement:
    """One part of the statement that books an announcement: a WITH name, its SQL and parameters."""

    name: str
    sql: str
    params: Sequence[Any] = field(default_factory=tuple)


Writer = Callable[[Announcement], list[Statement]]
Reaction = Callable[..., None]
_writers: dict[str, Writer] = {}
_reactions: dict[str, list[Reaction]] = defaultdict(list)
_followers: dict[str, Follower] = {}
_depth: contextvars.ContextVar[int] = contextvars.ContextVar("announce_depth", default=0)


@dataclass(frozen=True)
class Heard:
    """What a reaction is told besides the event: the touchpoint's number, who did it and when."""

    touchpoint_id: int
    by: Actor
    occurred_at: datetime
    recorded_at: datetime
    depth: int = 0


@dataclass(frozen=True)
class Follower:
    """One who reads every touchpoint in batches; effects and cursor share a transaction."""

    name: str
    read: Callable[[list[Any]], None]
    batch: int = 1000
    silent_too: bool = True


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
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("announce() belongs inside the action's transaction.")
    at = now()
    said = Announcement(
        event, by, at, occurred_at or at, changes or {}, source_key, silent, _depth.get(), channel
    )
    parts = [part for write in _writers.values() for part in write(said)]
    return _book(parts) if parts else None


def _book(parts: list[Statement]) -> int | None:
    final = next((part for part in parts if not part.name), Statement("", "SELECT NULL"))
    named = [part for part in parts if part.name]
    with_sql = ", ".join(f"{part.name} AS ({part.sql})" for part in named)
    params = [value for part in [*named, final] for value in part.params]
    with connection.cursor() as cursor:
        cursor.execute((f"WITH {with_sql} " if named else "") + final.sql, params)
        row = cursor.fetchone()
    return row[0] if row else None


def register_writer(name: str, writer: Writer) -> None:
    """Let a room book announcements; the order of names is the order of writing."""
    _writers[name] = writer


def hears(*events: type[Event]) -> Callable[[Reaction], Reaction]:
    """Register a reaction, called in the worker as `reaction(event, heard)` after the announcing transaction committed."""

    def register(reaction: Reaction) -> Reaction:
        for event in events:
            if reaction not in _reactions[event.kind]:
                _reactions[event.kind].append(reaction)
        return reaction

    return register


def follows(
    name: str, *, batch: int = 1000, silent_too: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a follower, called in the worker with every touchpoint in batches, each exactly once."""

    def register(read: Callable[..., None]) -> Callable[..., None]:
        _followers[name] = Follower(name, read, batch, silent_too)
        return read

    return register


def reactions_to(kind: str) -> list[Reaction]:
    """Return who hears an event of this kind, in the order they were registered."""
    return _reactions.get(kind, [])


def followers() -> list[Follower]:
    """Return all who follow."""
    return list(_followers.values())


def reaction_name(reaction: Reaction) -> str:
    """Return the dotted name under which a failed reaction is tried again."""
    return f"{reaction.__module__}.{reaction.__qualname__}"


@contextmanager
def at_depth(depth: int) -> Iterator[None]:
    """Count how far an echo has come; announcements past five are booked but wake nobody."""
    token = _depth.set(depth)
    try:
        yield
    finally:
        _depth.reset(token)


def jsonable(value: Any) -> Any:
    """Return a value as JSON can hold it: dates as ISO text, everything else unknown as its words."""
    return json.loads(json.dumps(value, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)


def changed(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    """Return only what differs, as {field: [before, after]}."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: [jsonable(before.get(name)), jsonable(after[name])] for name in names}
