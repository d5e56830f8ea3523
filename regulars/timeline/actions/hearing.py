"""How what was announced is heard: in batches, each touchpoint once, a failing reaction on its own.

What waits is deleted in the transaction of the effects. A worker that dies leaves all of it or nothing, and the next one
goes on at once; nobody has to tell whether it died.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import (
    Event,
    Heard,
    Reaction,
    at_depth,
    followers,
    reaction_name,
    reactions_to,
    read_back,
)
from regulars.timeline.models import Hearing, Touchpoint

log = logging.getLogger(__name__)
SMALLEST_BATCH, LARGEST_BATCH = 10, 100
# Pages wait for rows that a batch holds, so a batch is as large as can be heard in this time; a batch of one or two would
# cost a third more for each.
BATCH_SECONDS = 0.1
MOST_ATTEMPTS = 8
FOLLOWER = "follower:"

TAKE = """
    DELETE FROM timeline_hearing WHERE id IN (
        SELECT id FROM timeline_hearing WHERE failed_at IS NULL AND due_at <= %s
        ORDER BY is_bulk, id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING id, touchpoint_id, listener, is_bulk, attempts"""


class NobodyListens(Exception):
    """The room or function that should hear this is not there any more."""


@dataclass(frozen=True)
class _Call:
    """One listener to be told one touchpoint."""

    hearing: Hearing
    touchpoint: Touchpoint
    listener: str
    reaction: Reaction | None
    event: Event | None

    def run(self) -> None:
        if self.listener.startswith(FOLLOWER):
            _follower_reads(self.listener, self.touchpoint)
        elif self.reaction is None:
            raise NobodyListens(self.listener)
        elif self.event is not None:
            with at_depth(self.touchpoint.depth + 1):
                self.reaction(self.event, heard_of(self.touchpoint))


class Pace:
    """How many are heard in one transaction: more while it goes quickly, fewer when it goes slowly."""

    def __init__(self) -> None:
        self.size = 10.0

    def learn(self, heard: int, seconds: float) -> None:
        """Take the next batch as large as this one's speed allows."""
        if heard:
            fitting = heard * BATCH_SECONDS / max(seconds, 0.001)
            self.size = min(LARGEST_BATCH, max(SMALLEST_BATCH, fitting, self.size / 2))


_pace = Pace()


def hear_next() -> bool:
    """Let everybody hear what waits longest; return whether anything waited."""
    began = time.monotonic()
    heard = hear_batch(int(_pace.size))
    _pace.learn(heard, time.monotonic() - began)
    return heard > 0


@transaction.atomic
def hear_batch(limit: int = LARGEST_BATCH) -> int:
    """Take up to `limit` of those who wait, run their reactions, and return how many there were."""
    commit_in_the_background()
    hearings = _take(limit)
    if hearings:
        _run_all(_calls(hearings))
    return len(hearings)


def commit_in_the_background() -> None:
    """Let this transaction commit without waiting for the disk.

    What waits and what was done about it are one transaction: a server that crashes forgets both together, and it is done
    once more. Whatever commits later and waits for the disk, waits for this too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def hear_everything() -> int:
    """Hear until nothing waits, for tests and commands; return how many were heard."""
    total = 0
    while heard := hear_batch():
        total += heard
    return total


def _take(limit: int) -> list[Hearing]:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [now(), limit])
        names = ("id", "touchpoint_id", "listener", "is_bulk", "attempts")
        rows = [Hearing(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return sorted(rows, key=lambda hearing: (hearing.is_bulk, hearing.pk))


def _calls(hearings: list[Hearing]) -> list[_Call]:
    found = Touchpoint.objects.in_bulk([hearing.touchpoint_id for hearing in hearings])
    return [
        call
        for hearing in hearings
        if (touchpoint := found.get(hearing.touchpoint_id))
        for call in _calls_of(hearing, touchpoint)
    ]


def _calls_of(hearing: Hearing, touchpoint: Touchpoint) -> Iterable[_Call]:
    event = event_of(touchpoint)
    known = {reaction_name(reaction): reaction for reaction in reactions_to(touchpoint.kind)}
    if not hearing.listener:
        return [_Call(hearing, touchpoint, name, reaction, event) for name, reaction in known.items()]
    return [_Call(hearing, touchpoint, hearing.listener, known.get(hearing.listener), event)]


def event_of(touchpoint: Touchpoint) -> Event | None:
    """Return the event a touchpoint was announced with; None when its room is switched off or its words were erased."""
    return read_back(touchpoint.kind, touchpoint.payload, touchpoint.person_id, touchpoint.company_id)


def heard_of(touchpoint: Touchpoint) -> Heard:
    """Return what a reaction is told besides the event."""
    by = Actor(touchpoint.actor_kind, touchpoint.actor_id, touchpoint.actor_label)  # type: ignore[arg-type]
    return Heard(touchpoint.pk, by, touchpoint.occurred_at, touchpoint.recorded_at, touchpoint.depth)


def _run_all(calls: list[_Call]) -> None:
    """Run all in one savepoint, which is quick; after a failure once more, each in its own."""
    try:
        with transaction.atomic():
            for call in calls:
                call.run()
        return
    except Exception as problem:  # noqa: BLE001  any reaction may fail in any way; the others must still run
        require_connection()
        log.info("A reaction failed (%r); running the batch one by one.", problem)
    for call in calls:
        _run_alone(call)


def _run_alone(call: _Call) -> None:
    try:
        with transaction.atomic():
            call.run()
    except Exception as problem:  # noqa: BLE001  it is kept with the reaction, for the page that lists them
        require_connection()
        _put_off(call, problem)


def require_connection() -> None:
    """Raise when the database went away: then nothing of the batch happened, and no listener is to blame."""
    if connection.connection is None or connection.connection.closed:
        raise OperationalError("The connection to the database was lost.")


def _put_off(call: _Call, problem: Exception) -> None:
    attempts = call.hearing.attempts + 1
    is_final = attempts >= MOST_ATTEMPTS or isinstance(problem, NobodyListens)
    log.warning(
        "%s failed on touchpoint %s, attempt %s: %r", call.listener, call.touchpoint.pk, attempts, problem
    )
    at = now()
    Hearing.objects.create(
        touchpoint_id=call.touchpoint.pk,
        listener=call.listener,
        is_bulk=call.hearing.is_bulk,
        due_at=at + wait_after(attempts),
        attempts=attempts,
        failed_at=at if is_final else None,
        error=words_of(problem),
    )


def wait_after(attempts: int) -> timedelta:
    """Return how long a failed reaction rests: 2 seconds, then three times as long each time; 36 minutes in all."""
    return timedelta(seconds=2 * 3 ** (attempts - 1))


def words_of(problem: BaseException) -> str:
    """Return an error as a page shows it: what it was, and the last lines of where."""
    where = traceback.format_exception(problem)
    return f"{type(problem).__name__}: {problem}\n\n{''.join(where)[-3000:]}".replace("\0", "")


def set_aside(touchpoint: Touchpoint, follower: str, problem: Exception, at: datetime) -> None:
    """Keep a touchpoint that a follower could not read where a person sees it, so that the follower may read on."""
    Hearing.objects.create(
        touchpoint_id=touchpoint.pk,
        listener=f"{FOLLOWER}{follower}",
        due_at=at,
        attempts=1,
        failed_at=at,
        error=words_of(problem),
    )


def count_aside(follower: str) -> int:
    """Return how many touchpoints a follower could not read wait for somebody to decide."""
    return Hearing.objects.filter(listener=f"{FOLLOWER}{follower}", failed_at__isnull=False).count()


def _follower_reads(listener: str, touchpoint: Touchpoint) -> None:
    declared = next((one for one in followers() if f"{FOLLOWER}{one.name}" == listener), None)
    if declared is None:
        raise NobodyListens(listener)
    declared.read([touchpoint])
