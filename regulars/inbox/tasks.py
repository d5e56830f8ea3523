from __future__ import annotations

from datetime import UTC, datetime

from regulars.inbox.actions.arriving import adopt_threads
from regulars.inbox.actions.tidying import forget_presence
from regulars.inbox.actions.work import wake_snoozed
from regulars.kit.actor import Actor
from regulars.kit.worker import NOW, every, is_stopping


@every("* * * * *", "inbox.wake", queue=NOW)
def wake(timestamp: int) -> None:
    """Wake the snoozed conversations whose time has come."""
    at = datetime.now(UTC)
    while wake_snoozed(by=Actor.clock("snooze"), at=at) and not is_stopping():
        pass


@every("*/10 * * * *", "inbox.adopt")
def adopt(timestamp: int) -> None:
    """Make conversations of threads that came while nobody listened, and forget who went away."""
    at = datetime.fromtimestamp(timestamp, UTC)
    forget_presence(at=at)
    while adopt_threads(by=Actor.clock("inbox"), at=at) and not is_stopping():
        pass
