"""How followers read: the whole table in order, in batches, effects and cursor in one transaction."""

from __future__ import annotations

import logging

from django.db import connection, transaction

from regulars.kit.clock import now
from regulars.kit.events import Follower as Declared
from regulars.kit.events import followers
from regulars.timeline.models import Follower, Touchpoint

log = logging.getLogger(__name__)
REST_AFTER_FAILURE_SECONDS = 5

# A row of a transaction that is still running could come before rows already visible, so nothing at or past the oldest
# running transaction is read yet. Order is (transaction, id): an id alone may be overtaken.
NEXT = """
    SELECT t.* FROM timeline_touchpoint t
    WHERE (t.xid, t.id) > (%s::xid8, %s) AND t.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY t.xid, t.id LIMIT %s"""


def follow_all() -> bool:
    """Let every follower read its next batch; return whether any found something."""
    return any([follow(declared) for declared in followers()])


def follow(declared: Declared) -> bool:
    """Let one follower read its next batch; a failing one rests and is shown, and loses nothing."""
    try:
        return _follow(declared) > 0
    except Exception as problem:
        log.exception("Follower %s failed.", declared.name)
        _note_failure(declared.name, problem)
        return False


@transaction.atomic
def _follow(declared: Declared) -> int:
    cursor = _claim(declared.name)
    if cursor is None:
        return 0
    batch = list(Touchpoint.objects.raw(NEXT, [str(cursor.xid), cursor.touchpoint_id, declared.batch]))
    if not batch:
        return 0
    wanted = (
        batch if declared.silent_too else [touchpoint for touchpoint in batch if not touchpoint.is_silent]
    )
    if wanted:
        declared.read(wanted)
    cursor.xid, cursor.touchpoint_id, cursor.read_at = batch[-1].xid, batch[-1].pk, now()
    cursor.failures, cursor.failed_at, cursor.error = 0, None, ""
    cursor.save()
    return len(batch)


def _claim(name: str) -> Follower | None:
    found = Follower.objects.select_for_update(skip_locked=True).filter(name=name).first()
    if found is None:
        Follower.objects.bulk_create([Follower(name=name)], ignore_conflicts=True)
        found = Follower.objects.select_for_update(skip_locked=True).filter(name=name).first()
    if (
        found
        and found.failed_at
        and (now() - found.failed_at).total_seconds() < REST_AFTER_FAILURE_SECONDS * min(found.failures, 60)
    ):
        return None
    return found


@transaction.atomic
def _note_failure(name: str, problem: Exception) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE timeline_follower SET failures = failures + 1, failed_at = %s, error = %s WHERE name = %s",
            [now(), f"{type(problem).__name__}: {problem}"[:2000], name],
        )
