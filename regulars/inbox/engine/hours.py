"""Business hours: when somebody is there to answer, and how much of that lies between two moments.

Open is what the clock on the wall says. On the night clocks go back an hour that stands in the hours is worked twice,
on the night they go forward the hour that is left out is not worked at all. A span that runs over midnight belongs to
the day it opens on: a holiday closes the spans that open on it, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
# What is not due within ten years is never due; this also bounds every search.
HORIZON = timedelta(days=3653)
FIRST_LOOK = timedelta(days=8)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, order=True)
class Opening:
    """From one minute of the day to another, 24:00 being 1440; one that closes before it opens runs over midnight."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not (0 <= self.opens < DAY_MINUTES and 0 <= self.closes <= DAY_MINUTES):
            raise ValueError("An opening lies within 00:00 and 24:00.")
        if self.opens == self.closes:
            raise ValueError("An opening needs two different times; the whole day is 00:00 to 24:00.")

    @property
    def ends(self) -> int:
        """The minute it closes, counted from midnight of the day it opens on.

        >>> Opening(22 * 60, 6 * 60).ends, Opening(9 * 60, 0).ends, Opening(0, 1440).ends
        (1800, 1440, 1440)
        """
        return self.closes if self.closes > self.opens else self.closes + DAY_MINUTES


Day = tuple[Opening, ...]
WHOLE_DAY: Day = (Opening(0, DAY_MINUTES),)


@dataclass(frozen=True)
class Calendar:
    """The openings of each weekday, Monday first, in a time zone; `days` holds the days that differ, closed ones as ()."""

    zone: str
    week: tuple[Day, Day, Day, Day, Day, Day, Day]
    days: Mapping[date, Day] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("A week has seven days.")

    @property
    def never_closes(self) -> bool:
        """Tell whether it is open around the clock."""
        return not self.days and all(day == WHOLE_DAY for day in self.week)

    def openings(self, day: date) -> Day:
        """Return when it opens on a day."""
        return self.days.get(day, self.week[day.weekday()])


ALWAYS = Calendar("UTC", (WHOLE_DAY,) * 7)


def working_seconds(start: datetime, end: datetime, calendar: Calendar) -> int:
    """Return the open seconds between two moments; none when the end is not after the start.

    >>> friday, monday = datetime(2026, 1, 2, 15, 50, tzinfo=UTC), datetime(2026, 1, 5, 9, 10, tzinfo=UTC)
    >>> office = Calendar("UTC", ((Opening(540, 1020),),) * 5 + ((), ()))
    >>> working_seconds(friday, monday, office) // 60
    80
    """
    if end <= start:
        return 0
    if calendar.never_closes:
        return _seconds(end - start)
    return sum(_seconds(closes - opens) for opens, closes in open_spans(start, end, calendar))


def moment_after(start: datetime, seconds: int, calendar: Calendar) -> datetime | None:
    """Return the first moment at which that many open seconds have passed; None when that is more than ten years away.

    >>> office = Calendar("UTC", ((Opening(540, 1020),),) * 5 + ((), ()))
    >>> moment_after(datetime(2026, 1, 2, 16, 50, tzinfo=UTC), 3600, office).isoformat()
    '2026-01-05T09:50:00+00:00'
    """
    start = start.astimezone(UTC)
    if seconds <= 0:
        return start
    if calendar.never_closes:
        return start + timedelta(seconds=seconds) if seconds <= HORIZON.total_seconds() else None
    left = timedelta(seconds=seconds)
    for opens, closes in _spans_from(start, calendar):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return None


def is_open(moment: datetime, calendar: Calendar) -> bool:
    """Tell whether it is open at a moment."""
    return bool(list(open_spans(moment, moment + timedelta(seconds=1), calendar)))


def next_opening(moment: datetime, calendar: Calendar) -> datetime | None:
    """Return the first open moment from here on, the moment itself when it is open."""
    return next((opens for opens, _ in _spans_from(moment.astimezone(UTC), calendar)), None)


def open_spans(start: datetime, end: datetime, calendar: Calendar) -> Iterator[Span]:
    """Yield the open spans between two moments in UTC, in order, none touching another."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    for opens, closes in _joined(_all_spans(start, end, calendar)):
        if opens < end and closes > start:
            yield max(opens, start), min(closes, end)


def _spans_from(start: datetime, calendar: Calendar) -> Iterator[Span]:
    """Yield what is open from a moment on, looking further each time, until the horizon."""
    last, begin, step = _latest(start, calendar), start, FIRST_LOOK
    while begin < last:
        end = min(begin + step, last)
        yield from open_spans(begin, end, calendar)
        begin, step = end, min(step * 2, timedelta(days=366))


def _latest(start: datetime, calendar: Calendar) -> datetime:
    if any(calendar.week):
        return start + HORIZON
    # Without weekly hours only single days can be open, so nothing is after the last of them.
    last = max((day for day, openings in calendar.days.items() if openings), default=None)
    return start if last is None else datetime.combine(last, time.min, UTC) + timedelta(days=4)


def _all_spans(start: datetime, end: datetime, calendar: Calendar) -> list[Span]:
    zone = ZoneInfo(calendar.zone)
    # Two days of room: a span over midnight began the day before, and clocks may have gone back over midnight.
    day, last = start.astimezone(zone).date() - timedelta(days=2), end.astimezone(zone).date() + timedelta(1)
    found: list[Span] = []
    while day <= last:
        for opening in calendar.openings(day):
            found += _on_the_wall(day, opening, calendar.zone)
        day += timedelta(days=1)
    return found


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    current: Span | None = None
    for opens, closes in sorted(spans):
        if current and opens <= current[1]:
            current = (current[0], max(current[1], closes))
            continue
        if current:
            yield current
        current = (opens, closes)
    if current:
        yield current


def _on_the_wall(day: date, opening: Opening, zone: str) -> list[Span]:
    """Return when clocks on the wall show a time within an opening: twice where they went back."""
    midnight = datetime.combine(day, time.min, UTC)
    opens, closes = midnight + timedelta(minutes=opening.opens), midnight + timedelta(minutes=opening.ends)
    found = []
    for offset, since, until in _offsets_around(day, zone):
        begin, end = max(opens - offset, since), min(closes - offset, until)
        if begin < end:
            found.append((begin, end))
    return found


@lru_cache(maxsize=20_000)
def _offsets_around(day: date, zone: str) -> tuple[tuple[timedelta, datetime, datetime], ...]:
    """Return how far the zone is from UTC around a day, each with the moments between which that holds."""
    midnight = datetime.combine(day, time.min, UTC)
    since, until = midnight - timedelta(days=1), midnight + timedelta(days=3)
    there = ZoneInfo(zone)
    found: list[tuple[timedelta, datetime, datetime]] = []
    while since < until:
        offset = _offset(since, there)
        # Half a day at a time: no zone has changed twice within one.
        end = since + timedelta(hours=12)
        if _offset(end, there) != offset:
            end = _change_between(since, end, there)
        if found and found[-1][0] == offset:
            found[-1] = (offset, found[-1][1], end)
        else:
            found.append((offset, since, end))
        since = end
    return tuple(found)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    offset = _offset(before, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=_seconds(after - before) // 2)
        if _offset(middle, zone) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _seconds(length: timedelta) -> int:
    return length.days * 86_400 + length.seconds
