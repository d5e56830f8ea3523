"""Response clocks against a reference that counts every minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.inbox.engine.hours import ALWAYS, working_seconds
from regulars.inbox.engine.targets import started
from regulars.inbox.tests.test_engine_hours import (
    MINUTE,
    calendars_and_moments,
    minute_when_passed,
    open_on_the_wall,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
deeds = st.lists(st.tuples(st.integers(1, 400), st.sampled_from(["pause", "resume"])), max_size=6)


def by_the_minute(start, end, pauses, calendar):
    """Count the minutes that are open and in which the clock does not stand."""
    count, stands, minute = 0, False, start
    turns = dict(pauses)
    while minute < end:
        stands = turns.get(minute, "pause" if stands else "resume") == "pause"
        count += not stands and open_on_the_wall(minute, calendar)
        minute += MINUTE
    return count


@settings(max_examples=120, deadline=None)
@given(calendars_and_moments(), deeds, st.integers(1, 600))
def test_a_clock_counts_open_minutes_in_which_it_does_not_stand(world, steps, rest):
    calendar, start = world
    clock, moment, turns = started(start, allowed=3600), start, []
    for minutes, deed in steps:
        moment += timedelta(minutes=minutes)
        clock = clock.paused(moment, calendar) if deed == "pause" else clock.resumed(moment)
        turns.append((moment, deed))
    end = moment + timedelta(minutes=rest)

    assert clock.used_at(end, calendar) == 60 * by_the_minute(start, end, turns, calendar)
    assert clock.done(end, calendar).used == clock.used_at(end, calendar)


@settings(max_examples=100, deadline=None)
@given(calendars_and_moments(), st.integers(1, 300), st.integers(1, 300), st.integers(0, 600))
def test_due_is_the_minute_in_which_the_rest_of_the_time_is_up(world, allowed, before, stood):
    calendar, start = world
    clock = started(start, allowed=allowed * 60).paused(start + timedelta(minutes=before), calendar)
    again = start + timedelta(minutes=before + stood)
    left = max(allowed - clock.used // 60, 0)

    assert clock.due_at(calendar) is None
    due, expected = (
        clock.resumed(again).due_at(calendar),
        minute_when_passed(again, left, calendar, most=2 * 1440),
    )

    assert due == expected if expected else due is None or due > again + timedelta(days=2)


@settings(max_examples=60, deadline=None)
@given(calendars_and_moments(), st.integers(1, 300), st.integers(1, 400))
def test_the_warning_comes_before_the_breach_by_open_time(world, allowed, before):
    calendar, start = world
    clock = started(start, allowed=allowed * 60, warn_before=before * 60)

    warn, due = clock.warn_at(calendar), clock.due_at(calendar)

    if due is not None:
        assert warn is not None
        assert working_seconds(warn, due, calendar) == min(before, allowed) * 60


def test_done_twice_is_done_once():
    clock = started(NOW, allowed=600).done(NOW + timedelta(minutes=5), ALWAYS)

    assert clock.done(NOW + timedelta(hours=5), ALWAYS) == clock
    assert clock.resumed(NOW + timedelta(hours=1)) == clock
    assert (clock.used, clock.is_over) == (300, False)


def test_answered_in_the_last_second_is_kept_and_one_later_is_not():
    clock = started(NOW, allowed=600)

    assert not clock.done(NOW + timedelta(seconds=600), ALWAYS).is_over
    assert clock.done(NOW + timedelta(seconds=601), ALWAYS).is_over
