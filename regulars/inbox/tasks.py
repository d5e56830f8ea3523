from __future__ import annotations

from datetime import UTC, datetime, timedelta

from regulars.inbox.actions.arriving import adopt_threads
from regulars.inbox.actions.breaching import miss_targets, next_moment, warn_of_targets
from regulars.inbox.actions.following_up import remind
from regulars.inbox.actions.giving_again import GIVE_AGAIN, Needs, give_again
from regulars.inbox.actions.hours import refresh_holidays
from regulars.inbox.actions.likening import FIND, find_for_open_ones, find_like_questions, learn_likeness
from regulars.inbox.actions.retargeting import RETARGET, retarget_batch, tell_of_new_times
from regulars.inbox.actions.satisfaction import ask_due
from regulars.inbox.actions.tidying import forget_presence
from regulars.inbox.actions.work import wake_snoozed
from regulars.kit.actor import Actor
from regulars.kit.worker import NOW, defer, every, is_stopping, loop, stop_event, task

SOON = timedelta(seconds=6)


@every("* * * * *", "inbox.wake", queue=NOW)
def wake(timestamp: int) -> None:
    """Wake the snoozed conversations whose time has come."""
    at = datetime.now(UTC)
    while wake_snoozed(by=Actor.clock("snooze"), at=at) and not is_stopping():
        pass


@task(GIVE_AGAIN, queue=NOW)
def give_what_waits() -> None:
    """Give what could be given to nobody to who can take it now; asked to stop, leave the rest to the next minute."""
    at, last, refused = datetime.now(UTC), 0, set[Needs]()
    while (found := give_again(last, at=at, refused=refused)) is not None and not is_stopping():
        last = found


@every("* * * * *", "inbox.give_again_by_the_clock", queue=NOW)
def give_what_waits_by_the_clock(timestamp: int) -> None:
    """Try it also without a word of anybody's return: somebody may have finished something, joined a team or learned a skill."""
    give_what_waits()


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


@task(FIND)
def finding_like_questions(conversation_id: int) -> None:
    """Look up what answered questions like a conversation's last one."""
    find_like_questions(conversation_id)


@every("10 3 * * *", "inbox.learn_likeness")
def learning(timestamp: int) -> None:
    """Learn anew which questions are alike, and look up what is open."""
    if learn_likeness(at=datetime.fromtimestamp(timestamp, UTC)) is not None:
        find_for_open_ones()


@every("40 2 * * *", "inbox.holidays")
def holidays(timestamp: int) -> None:
    """Look up public holidays anew, so that the coming years are known."""
    if refresh_holidays(at=datetime.fromtimestamp(timestamp, UTC)):
        defer(RETARGET, queue=NOW)


@task(RETARGET, queue=NOW)
def follow_the_changes(after: int = 0) -> None:
    """Reckon running promises anew, batch by batch; asked to stop, leave the rest to another job."""
    at, last = datetime.now(UTC), after
    while (found := retarget_batch(last, at=at)) is not None:
        last = found
        if is_stopping():
            defer(RETARGET, queue=NOW, after=last)
            return
    tell_of_new_times()


@every("* * * * *", "inbox.after_closing", queue=NOW)
def after_closing(timestamp: int) -> None:
    """Ask how closed conversations went, and remind members of what they wanted to look at again."""
    at = datetime.now(UTC)
    while remind(at=at) and not is_stopping():
        pass
    while ask_due(by=Actor.clock("satisfaction"), at=at) and not is_stopping():
        pass
