from __future__ import annotations

from datetime import UTC, datetime, timedelta

from regulars.inbox.actions.arriving import adopt_threads
from regulars.inbox.actions.breaching import miss_targets, next_moment, warn_of_targets
from regulars.inbox.actions.following_up import remind
from regulars.inbox.actions.hours import refresh_holidays
from regulars.inbox.actions.satisfaction import ask_due
from regulars.inbox.actions.tidying import forget_presence
from regulars.inbox.actions.work import wake_snoozed
from regulars.kit.actor import Actor
from regulars.kit.worker import NOW, every, is_stopping, loop, stop_event

SOON = timedelta(seconds=6)


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


@loop("targets")
def targets() -> bool:
    """Warn of the promises that break soon, and say which broke."""
    by, at = Actor.clock("targets"), datetime.now(UTC)
    if miss_targets(by=by, at=at) + warn_of_targets(by=by, at=at) > 0:
        return True
    coming = next_moment(at=at)
    if coming is None or coming - at > SOON:
        return False
    # A loop that found nothing rests for some seconds; one that breaks within them is waited for instead.
    stop_event().wait(max((coming - at).total_seconds(), 0.01))
    return True


@every("40 2 * * *", "inbox.holidays")
def holidays(timestamp: int) -> None:
    """Look up public holidays anew, so that the coming years are known."""
    refresh_holidays(at=datetime.fromtimestamp(timestamp, UTC))


@every("* * * * *", "inbox.after_closing", queue=NOW)
def after_closing(timestamp: int) -> None:
    """Ask how closed conversations went, and remind members of what they wanted to look at again."""
    at = datetime.now(UTC)
    while remind(at=at) and not is_stopping():
        pass
    while ask_due(by=Actor.clock("satisfaction"), at=at) and not is_stopping():
        pass
