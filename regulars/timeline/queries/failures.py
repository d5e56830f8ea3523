from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.kit.events import followers
from regulars.timeline.models import Follower

MOST = 200
# A reaction, or what a follower set aside: `reaction`. A job of the queue: `job`.
FAILED_HEARINGS = """
    SELECT 'reaction', h.id, h.listener, t.kind, t.label, t.person_id, h.failed_at, h.attempts, h.error, h.due_at
    FROM timeline_hearing h LEFT JOIN timeline_touchpoint t ON t.id = h.touchpoint_id
    WHERE {which} ORDER BY h.id DESC LIMIT %s"""
FAILED_JOBS = """
    SELECT 'job', j.id, j.task_name, '', left(j.args::text, 200), NULL, f.at, j.attempts, coalesce(f.error, ''), NULL
    FROM procrastinate_jobs j LEFT JOIN timeline_jobfailure f ON f.job_id = j.id
    WHERE j.status = 'failed' ORDER BY j.id DESC LIMIT %s"""
WAITING = """
    SELECT (SELECT count(*) FROM (SELECT FROM timeline_hearing WHERE failed_at IS NULL LIMIT 10000) few),
        (SELECT min(due_at) FROM timeline_hearing WHERE failed_at IS NULL AND due_at <= now()),
        (SELECT count(*) FROM (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing') LIMIT 10000) few)"""
BEHIND = """
    SELECT count(*) FROM (SELECT FROM timeline_touchpoint t WHERE (t.xid, t.id) > (%s::xid8, %s) LIMIT 10000) few"""


@dataclass(frozen=True)
class Failure:
    """A piece of background work that failed: what it was about, how often it was tried, and why it failed last."""

    source: str
    number: int
    name: str
    kind: str
    about: str
    person_id: int | None
    failed_at: datetime | None
    attempts: int
    error: str
    due_at: datetime | None = None

    @property
    def reason(self) -> str:
        """The first line of the error."""
        return self.error.partition("\n")[0]


@dataclass(frozen=True)
class FollowerState:
    """How far a follower has read, and what keeps it."""

    name: str
    behind: int
    read_at: datetime | None
    failures: int
    reason: str


@dataclass(frozen=True)
class Waiting:
    """What waits in the background right now, each counted up to 10,000."""

    hearings: int
    oldest: datetime | None
    jobs: int


def failed_for_good() -> list[Failure]:
    """Return what waits for a person to decide, newest first."""
    hearings = _read(FAILED_HEARINGS.format(which="h.failed_at IS NOT NULL"))
    return [*hearings, *_read(FAILED_JOBS)]


def failed_and_tried_again() -> list[Failure]:
    """Return reactions that failed and will be tried again by themselves."""
    return _read(FAILED_HEARINGS.format(which="h.failed_at IS NULL AND h.attempts > 0"))


def failure(source: str, number: int) -> Failure | None:
    """Return one thing that failed for good."""
    found = (one for one in failed_for_good() if (one.source, one.number) == (source, number))
    return next(found, None)


def waiting() -> Waiting:
    """Return how much waits, and since when."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return Waiting(*cursor.fetchone())


def follower_states() -> list[FollowerState]:
    """Return how every follower is doing."""
    known = {one.name: one for one in Follower.objects.all()}
    return [_state(declared.name, known.get(declared.name)) for declared in followers()]


def _state(name: str, found: Follower | None) -> FollowerState:
    place = (str(found.xid), found.touchpoint_id) if found else ("0", 0)
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, place)
        (behind,) = cursor.fetchone()
    if found is None:
        return FollowerState(name, behind, None, 0, "")
    return FollowerState(name, behind, found.read_at, found.failures, found.error.partition("\n")[0])


def _read(sql: str) -> list[Failure]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [MOST])
        rows: list[Any] = cursor.fetchall()
    return [Failure(*row) for row in rows]
