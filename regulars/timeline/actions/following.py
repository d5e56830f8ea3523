"""How followers read: the whole table in order, in batches, effects and cursor in one transaction.

A batch that fails is cut in four and tried again at once, until one touchpoint stands alone. That one is tried a few times
more with growing rests; then it is set aside where a person sees it, and the follower reads on. With several set aside it is
the follower that is broken and not the touchpoints: it stops there, loses nothing, and waits for somebody to look.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from regulars.kit.clock import now
from regulars.kit.events import Follower as Declared
from regulars.kit.events import followers
from regulars.timeline.actions.hearing import (
    commit_in_the_background,
    count_aside,
    require_connection,
    set_aside,
    words_of,
)
from regulars.timeline.models import Follower, Touchpoint

log = logging.getLogger(__name__)
MOST_FAILURES = 5
MOST_ASIDE = 5
LONGEST_REST_SECONDS = 300.0
FIRST_REST_SECONDS = 1.0

# A row of a transaction that is still running could come before rows already visible, so nothing at or past the oldest
# running transaction is read yet. Order is (transaction, id): an id alone may be overtaken.
NEXT = """
    SELECT t.* FROM timeline_touchpoint t
    WHERE (t.xid, t.id) > (%s::xid8, %s) AND t.xid < timeline_settled()
    ORDER BY t.xid, t.id LIMIT %s"""


class Stuck(Exception):
    """A follower failed on a single touchpoint."""

    def __init__(self, touchpoint: Touchpoint, problem: Exception) -> None:
        self.touchpoint, self.problem = touchpoint, problem
        super().__init__(str(problem))


def follow_next() -> bool:
    """Let every follower read its next batch; return whether any found something."""
    found = [follow(declared) for declared in followers()]
    return any(found)


def follow(declared: Declared) -> bool:
    """Let one follower read its next batch; one that fails rests, is shown, and loses nothing."""
    limit = declared.batch
    while True:
        try:
            return _read(declared, limit) > 0
        except Stuck as stuck:
            _note_failure(declared, stuck)
            return False
        except Exception as problem:  # noqa: BLE001  whatever it is, the touchpoint that causes it is to be found
            require_connection()
            log.info("Follower %s failed on %s touchpoints: %r", declared.name, limit, problem)
            limit = max(1, limit // 4)


def follow_everything() -> int:
    """Read until nothing is left, for tests and commands; return how many rounds it took."""
    rounds = 0
    while follow_next():
        rounds += 1
    return rounds


@transaction.atomic
def _read(declared: Declared, limit: int) -> int:
    commit_in_the_background()
    cursor = _claim(declared.name)
    if cursor is None:
        return 0
    batch = list(Touchpoint.objects.raw(NEXT, [str(cursor.xid), cursor.touchpoint_id, limit]))
    if not batch:
        return 0
    wanted = [one for one in batch if declared.silent_too or not one.is_silent]
    if wanted:
        _tell(declared, wanted)
    _move(cursor, batch[-1])
    return len(batch)


def _tell(declared: Declared, wanted: list[Touchpoint]) -> None:
    try:
        with transaction.atomic():
            declared.read(wanted)
    except Exception as problem:
        require_connection()
        if len(wanted) == 1:
            raise Stuck(wanted[0], problem) from problem
        raise


def _move(cursor: Follower, last: Touchpoint) -> None:
    cursor.xid, cursor.touchpoint_id, cursor.read_at = last.xid, last.pk, now()
    cursor.failures, cursor.failed_at, cursor.error = 0, None, ""
    cursor.save()


def _claim(name: str) -> Follower | None:
    """Return the follower's place, for us alone; None while another worker reads for it or it rests."""
    found = Follower.objects.select_for_update(skip_locked=True).filter(name=name).first()
    if found is None and not Follower.objects.filter(name=name).exists():
        Follower.objects.bulk_create([Follower(name=name)], ignore_conflicts=True)
        found = Follower.objects.select_for_update(skip_locked=True).filter(name=name).first()
    return None if found is None or _is_resting(found) else found


def _is_resting(cursor: Follower) -> bool:
    if cursor.failed_at is None:
        return False
    seconds = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2 ** min(cursor.failures - 1, 20))
    rest = timedelta(seconds=seconds)
    return now() < cursor.failed_at + rest


@transaction.atomic
def _note_failure(declared: Declared, stuck: Stuck) -> None:
    cursor = _claim(declared.name)
    if cursor is None:
        return
    at = now()
    log.warning("Follower %s failed on touchpoint %s: %r", declared.name, stuck.touchpoint.pk, stuck.problem)
    if cursor.failures + 1 >= MOST_FAILURES and count_aside(declared.name) < MOST_ASIDE:
        set_aside(stuck.touchpoint, declared.name, stuck.problem, at)
        _move(cursor, stuck.touchpoint)
        return
    cursor.failures, cursor.failed_at, cursor.error = cursor.failures + 1, at, words_of(stuck.problem)
    cursor.save(update_fields=["failures", "failed_at", "error"])
