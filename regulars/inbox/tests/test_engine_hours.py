"""Business hours against a reference that looks at the clock on the wall once a minute."""

import time as stopwatch
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.inbox.engine.hours import (
    ALWAYS,
    Calendar,
    Opening,
    is_open,
    moment_after,
    next_opening,
    open_spans,
    working_seconds,
)

MINUTE = timedelta(minutes=1)
OFFICE = ((Opening(540, 1020),),) * 5 + ((), ())
NIGHTS = ((Opening(22 * 60, 6 * 60),),) * 7
# Around these days clocks change: by an hour, by half an hour, at 23:00 in UTC, or never.
CHANGES = [
    ("Europe/Helsinki", date(2026, 3, 29)),
    ("Europe/Helsinki", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("America/Havana", date(2026, 11, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2026, 3, 29)),
    ("UTC", date(2026, 2, 28)),
]


def open_on_the_wall(minute: datetime, calendar: Calendar) -> bool:
    """Look at the wall: is this minute within an opening of its day, or within one of the day before over midnight?"""
    wall = minute.astimezone(ZoneInfo(calendar.zone))
    now = wall.hour * 60 + wall.minute
    today, before = wall.date(), wall.date() - timedelta(days=1)
    return any(one.opens <= now < one.ends for one in calendar.openings(today)) or any(
        one.opens <= now + 1440 < one.ends for one in calendar.openings(before)
    )


def minutes_open(start: datetime, end: datetime, calendar: Calendar) -> int:
    count = 0
    while start < end:
        count += open_on_the_wall(start, calendar)
        start += MINUTE
    return count


def minute_when_passed(start: datetime, minutes: int, calendar: Calendar, most: int) -> datetime | None:
    for _ in range(most):
        if minutes == 0:
            return start
        minutes -= open_on_the_wall(start, calendar)
        start += MINUTE
    return start if minutes == 0 else None


@st.composite
def openings(draw):
    opens = draw(st.integers(0, 1439))
    closes = draw(st.integers(0, 1440).filter(lambda minute: minute != opens))
    return Opening(opens, closes)


days = st.lists(openings(), max_size=3).map(tuple)


@st.composite
def calendars_and_moments(draw):
    zone, change = draw(st.sampled_from(CHANGES))
    week = tuple(draw(st.one_of(st.just(()), days)) for _ in range(7))
    different = draw(st.dictionaries(st.integers(-3, 3), days, max_size=3))
    calendar = Calendar(zone, week, {change + timedelta(days=by): day for by, day in different.items()})
    noon = datetime(change.year, change.month, change.day, 12, tzinfo=UTC)
    start = noon + timedelta(minutes=draw(st.integers(-2 * 1440, 1440)))
    return calendar, start


@settings(max_examples=150, deadline=None)
@given(calendars_and_moments(), st.integers(0, 2 * 1440))
def test_open_time_is_what_the_wall_shows_minute_by_minute(world, length):
    calendar, start = world
    end = start + timedelta(minutes=length)

    assert working_seconds(start, end, calendar) == 60 * minutes_open(start, end, calendar)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(calendars_and_moments(), st.integers(0, 900))
def test_the_moment_is_the_first_at_which_that_many_minutes_passed(world, minutes):
    calendar, start = world

    expected = minute_when_passed(start, minutes, calendar, most=3 * 1440)
    found = moment_after(start, minutes * 60, calendar)

    assert found == expected if expected else found is None or found > start + timedelta(minutes=3 * 1440)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(calendars_and_moments(), st.integers(1, 400_000), st.integers(0, 59))
def test_moment_and_seconds_undo_each_other_to_the_second(world, seconds, second):
    calendar, start = world
    start += timedelta(seconds=second)

    due = moment_after(start, seconds, calendar)

    if due is not None:
        assert working_seconds(start, due, calendar) == seconds
        assert working_seconds(start, due - timedelta(seconds=1), calendar) == seconds - 1


@settings(max_examples=100, deadline=None)
@given(calendars_and_moments(), st.integers(0, 3000), st.integers(0, 3000))
def test_time_cut_in_two_is_the_same_time(world, one, other):
    calendar, start = world
    middle = start + timedelta(minutes=one)
    end = middle + timedelta(minutes=other)

    assert working_seconds(start, end, calendar) == working_seconds(
        start, middle, calendar
    ) + working_seconds(middle, end, calendar)


@settings(max_examples=100, deadline=None)
@given(calendars_and_moments())
def test_spans_are_in_order_and_never_touch(world):
    calendar, start = world

    spans = list(open_spans(start, start + timedelta(days=4), calendar))

    assert all(opens < closes for opens, closes in spans)
    assert all(before[1] < after[0] for before, after in zip(spans, spans[1:], strict=False))


@settings(max_examples=100, deadline=None)
@given(calendars_and_moments())
def test_the_next_opening_is_the_first_open_minute(world):
    calendar, start = world
    minute = start
    while minute < start + timedelta(days=3) and not open_on_the_wall(minute, calendar):
        minute += MINUTE

    found = next_opening(start, calendar)

    assert is_open(start, calendar) == open_on_the_wall(start, calendar)
    assert (found == minute) if minute < start + timedelta(days=3) else (found is None or found >= minute)


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar("Europe/Helsinki", ((),) * 7),
        Calendar("Europe/Helsinki", ((),) * 7, {date(2026, 1, 1): ()}),
        Calendar("Europe/Helsinki", ((),) * 7, {date(2020, 1, 1): (Opening(540, 600),)}),
    ],
)
def test_without_any_hours_it_is_never_due_and_nothing_loops(calendar):
    began = stopwatch.perf_counter()
    start = datetime(2026, 1, 1, tzinfo=UTC)

    assert moment_after(start, 60, calendar) is None
    assert working_seconds(start, start + timedelta(days=3000), calendar) == 0
    assert next_opening(start, calendar) is None
    assert stopwatch.perf_counter() - began < 2


def test_a_single_open_day_without_weekly_hours_is_found_and_is_the_last():
    calendar = Calendar("UTC", ((),) * 7, {date(2027, 5, 5): (Opening(540, 600),)})
    start = datetime(2026, 1, 1, tzinfo=UTC)

    assert moment_after(start, 3600, calendar) == datetime(2027, 5, 5, 10, tzinfo=UTC)
    assert moment_after(start, 3601, calendar) is None


def test_a_minute_a_week_ends_within_bounds():
    began = stopwatch.perf_counter()
    calendar = Calendar("Europe/Helsinki", ((Opening(540, 541),),) + ((),) * 6)

    assert moment_after(datetime(2026, 1, 1, tzinfo=UTC), 10**9, calendar) is None
    assert stopwatch.perf_counter() - began < 5


def test_nine_until_midnight_loses_no_minute_and_ends():
    until_zero = Calendar("Europe/Vilnius", ((Opening(540, 0),),) * 7)
    until_24 = Calendar("Europe/Vilnius", ((Opening(540, 1440),),) * 7)
    start = datetime(2026, 1, 5, 6, tzinfo=UTC)

    for calendar in (until_zero, until_24):
        assert working_seconds(start, start + timedelta(days=1), calendar) == 15 * 3600
        assert moment_after(start, 16 * 3600 + 3600, calendar) == start + timedelta(days=1, hours=3)


def test_two_openings_that_meet_at_midnight_are_one():
    calendar = Calendar("UTC", ((Opening(0, 1440),),) * 2 + ((),) * 5)
    monday = datetime(2026, 1, 5, tzinfo=UTC)

    assert list(open_spans(monday, monday + timedelta(days=5), calendar)) == [
        (monday, monday + timedelta(days=2))
    ]


def test_friday_ten_to_five_is_due_on_monday():
    office = Calendar("Europe/Helsinki", OFFICE)

    due = moment_after(datetime(2026, 11, 27, 14, 50, tzinfo=UTC), 4 * 3600, office)

    assert due == datetime(2026, 11, 30, 10, 50, tzinfo=UTC)


def test_a_holiday_closes_the_night_that_opens_on_it_and_not_the_one_before():
    calendar = Calendar("UTC", NIGHTS, {date(2026, 12, 24): ()})

    spans = list(
        open_spans(datetime(2026, 12, 23, 12, tzinfo=UTC), datetime(2026, 12, 25, 12, tzinfo=UTC), calendar)
    )

    assert spans == [(datetime(2026, 12, 23, 22, tzinfo=UTC), datetime(2026, 12, 24, 6, tzinfo=UTC))]


def test_the_hour_that_comes_twice_is_worked_twice_and_the_lost_one_not_at_all():
    night = Calendar("Europe/Helsinki", ((),) * 6 + ((Opening(180, 240),),))
    autumn, spring = datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 3, 28, 12, tzinfo=UTC)

    assert working_seconds(autumn, autumn + timedelta(days=1), night) == 2 * 3600
    assert working_seconds(spring, spring + timedelta(days=1), night) == 0


def test_around_the_clock_is_the_time_itself():
    start = datetime(2026, 10, 24, 12, 0, 30, tzinfo=UTC)

    assert working_seconds(start, start + timedelta(days=3, seconds=5), ALWAYS) == 3 * 86_400 + 5
    assert moment_after(start, 90, ALWAYS) == start + timedelta(seconds=90)


@pytest.mark.parametrize(("opens", "closes"), [(540, 540), (0, 0), (-1, 5), (1440, 10), (0, 1441)])
def test_an_opening_without_sense_is_refused(opens, closes):
    with pytest.raises(ValueError, match="opening"):
        Opening(opens, closes)
