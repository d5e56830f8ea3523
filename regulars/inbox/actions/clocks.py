"""The clocks of a conversation, kept right in the transaction of every change of it."""

from __future__ import annotations

from datetime import datetime

from regulars.inbox.engine.hours import Calendar
from regulars.inbox.engine.targets import FIRST, NEXT, RESOLUTION
from regulars.inbox.models import Conversation, State
from regulars.inbox.models.hours import BusinessHours, calendar_of
from regulars.inbox.models.targets import Clock, ResponseTarget
from regulars.inbox.queries.targets import default_hours, target_of

# What changes which promise holds.
RETARGETED = "retargeted"
RETARGETS = frozenset({"opened", "begun", "priority", "tagged", "assigned", "team", "merged", RETARGETED})
# The customer waits longer already; what is promised begins with our deed, or it would be late at once.
BEGIN_NOW = frozenset({"reopened", "failed"})
ANSWERED, TAKEN_BACK, PUT_BACK = "answered", "taken_back", "put_back"


def keep_clocks(conversation: Conversation, kind: str, *, at: datetime, member_id: int | None = None) -> None:
    """Bring a locked conversation's clocks in line with it after a change; the same again changes nothing.

    Whoever changed it says `kind`: only an answer meets the promise of one.
    """
    keeper = _Keeper(conversation, kind, at, member_id)
    keeper.answers()
    keeper.resolution()
    keeper.write()


class _Keeper:
    """One look at one conversation: its clocks that are open, and what they should be."""

    def __init__(self, conversation: Conversation, kind: str, at: datetime, member_id: int | None) -> None:
        self.conversation, self.kind, self.at, self.member_id = conversation, kind, at, member_id
        if kind == TAKEN_BACK:
            self._forget_answer()
        if kind == PUT_BACK and conversation.state != State.CLOSED:
            self._forget_closing()
        rows = Clock.objects.filter(conversation=conversation).running_or_standing()
        self.open: dict[str, Clock] = {clock.kind: clock for clock in rows}
        self.before = {clock.kind: _values(clock) for clock in self.open.values()}
        self.closed: list[Clock] = []
        self._target: ResponseTarget | None | bool = False
        self._calendars: dict[int | None, Calendar] = {}

    def answers(self) -> None:
        """Start, stop or end the promise of an answer."""
        talk = self.conversation
        is_first = talk.first_answered_at is None
        if self.kind == ANSWERED:
            self._end(FIRST)
            self._end(NEXT)
        if talk.state in (State.CLOSED, State.SPAM) or talk.merged_into_id is not None:
            self._cancel(FIRST)
            self._cancel(NEXT)
        elif talk.waiting_since is not None:
            since = self.at if self.kind in BEGIN_NOW else talk.waiting_since
            self._run(FIRST if is_first and NEXT not in self.open else NEXT, since)
        else:
            self._stand(FIRST)
            self._stand(NEXT)

    def resolution(self) -> None:
        """Start, stop or end the promise of a resolution: it stands while we wait for the customer."""
        talk = self.conversation
        if talk.state == State.SPAM or talk.merged_into_id is not None:
            self._cancel(RESOLUTION)
        elif talk.state == State.CLOSED:
            self._end(RESOLUTION)
        elif talk.state == State.OPEN or talk.waiting_since is not None:
            since = None if self.kind in BEGIN_NOW else talk.waiting_since
            self._run(RESOLUTION, since or self.at)
        else:
            self._stand(RESOLUTION)

    def write(self) -> None:
        """Save what changed, with the promise that now holds."""
        for clock in self.closed:
            clock.save()
        for clock in self.open.values():
            if self.kind in RETARGETS or clock.pk is None:
                self._promise(clock)
            if (
                clock.pk is None
                or self.kind in (PUT_BACK, RETARGETED)
                or self.before[clock.kind] != _values(clock)
            ):
                self._reckon(clock)
                clock.save()

    def _forget_answer(self) -> None:
        """Let the promise that an answer met be open again: the answer never left."""
        since = self.conversation.waiting_since
        if since is not None:
            rows = Clock.objects.filter(conversation=self.conversation, kind__in=(FIRST, NEXT))
            rows.filter(started_at__gte=since, done_at__isnull=False).delete()

    def _forget_closing(self) -> None:
        """Let the clocks that a closing or a call of spam ended go on: it was a mistake, and nothing is reopened."""
        rows = Clock.objects.filter(conversation=self.conversation).order_by("kind", "-pk").distinct("kind")
        for last in rows:
            ended = last.cancelled_at is not None or (last.kind == RESOLUTION and last.done_at is not None)
            if ended:
                last.done_at = last.done_by = last.cancelled_at = None
                last.running_since = self.at
                last.save(update_fields=["done_at", "done_by", "cancelled_at", "running_since"])

    def _run(self, kind: str, since: datetime) -> None:
        clock = self.open.get(kind)
        if clock is None:
            self.open[kind] = Clock(
                conversation=self.conversation, kind=kind, started_at=since, running_since=since
            )
        elif clock.running_since is None:
            clock.take(
                clock.engine().resumed(max(since, clock.started_at) if kind != RESOLUTION else self.at)
            )

    def _stand(self, kind: str) -> None:
        clock = self.open.get(kind)
        if clock is not None and clock.running_since is not None:
            clock.take(clock.engine().paused(self.at, self._calendar(clock)))

    def _end(self, kind: str) -> None:
        clock = self.open.pop(kind, None)
        if clock is None:
            return
        calendar = self._calendar(clock)
        if clock.allowed is not None and clock.missed_at is None:
            # The loop may be a moment behind; whether it was in time is not its business.
            clock.missed_at = _missed(clock, self.at)
        clock.take(clock.engine().done(self.at, calendar))
        clock.due_at, clock.warn_at, clock.done_by_id = clock.due_at, None, self.member_id
        self.closed.append(clock)

    def _cancel(self, kind: str) -> None:
        clock = self.open.pop(kind, None)
        if clock is not None:
            clock.take(clock.engine().paused(self.at, self._calendar(clock)))
            clock.cancelled_at = self.at
            self.closed.append(clock)

    def _promise(self, clock: Clock) -> None:
        target = self._which()
        hours = target.hours if target is not None else default_hours()
        minutes = target.minutes(clock.kind) if target is not None else None
        if clock.running_since is not None and clock.pk is not None and clock.hours_id != _pk(hours):
            # What was used up was reckoned in the old hours; the rest is in the new.
            clock.take(clock.engine().paused(self.at, self._calendar(clock)).resumed(self.at))
        clock.hours, clock.target = hours, target if minutes is not None else None
        clock.allowed = minutes * 60 if minutes is not None else None
        clock.warn_before = target.warn_minutes * 60 if target is not None and minutes is not None else 0

    def _reckon(self, clock: Clock) -> None:
        if clock.allowed is None:
            clock.due_at = clock.warn_at = clock.warned_at = clock.missed_at = None
            return
        calendar, engine = self._calendar(clock), clock.engine()
        clock.due_at, clock.warn_at = engine.due_at(calendar), engine.warn_at(calendar)
        if self.kind == RETARGETED and clock.missed_at is not None:
            # Late by the old hours or target, and not by the new.
            is_late = clock.due_at is not None and clock.due_at <= self.at
            clock.missed_at = clock.due_at if is_late or clock.running_since is None else None
            clock.warned_at = clock.warned_at if clock.missed_at is not None else None
        if clock.missed_at is None and clock.warned_at is not None and clock.warn_at is not None:
            clock.warned_at = clock.warned_at if clock.warn_at <= self.at else None

    def _which(self) -> ResponseTarget | None:
        if isinstance(self._target, bool):
            self._target = target_of(self.conversation, at=self.at)
        return self._target if not isinstance(self._target, bool) else None

    def _calendar(self, clock: Clock) -> Calendar:
        if clock.hours_id not in self._calendars:
            hours: BusinessHours | None = clock.hours
            self._calendars[clock.hours_id] = calendar_of(hours)
        return self._calendars[clock.hours_id]


def _missed(clock: Clock, at: datetime) -> datetime | None:
    return clock.due_at if clock.due_at is not None and clock.due_at < at else None


def _pk(hours: BusinessHours | None) -> int | None:
    return hours.pk if hours is not None else None


def _values(clock: Clock) -> tuple[object, ...]:
    return (
        clock.allowed,
        clock.warn_before,
        clock.used,
        clock.running_since,
        clock.hours_id,
        clock.target_id,
    )
