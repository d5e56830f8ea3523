"""Promises that run follow changed hours, holidays and targets at once, against the reference clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.inbox.actions.hours import change_hours, create_hours, remove_day, set_day
from regulars.inbox.actions.retargeting import retarget_batch
from regulars.inbox.actions.targets import change_target, create_target, delete_target
from regulars.inbox.models import BusinessHours, Clock, Conversation, ResponseTarget
from regulars.inbox.models.hours import calendar_of
from regulars.inbox.tasks import follow_the_changes
from regulars.inbox.tests.test_engine_hours import minute_when_passed
from regulars.kit.actor import Actor
from regulars.team.models import Business
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLOCK = Actor.clock("test")
# A Friday, noon.
FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
STATE: Any = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def office(*days: str) -> BusinessHours:
    week = list(days) or ["9-17"] * 5 + ["", ""]
    return create_hours({"name": "Office", "time_zone": "UTC", "week": week}, by=CLOCK, at=FRIDAY)


def a_target(hours: BusinessHours | None, **values: Any) -> ResponseTarget:
    given_ = {"name": "Mail", "first_minutes": 240, "hours": hours, **values}
    return create_target(given_, by=CLOCK, at=FRIDAY)


def a_conversation(at: datetime = FRIDAY) -> Conversation:
    message = a_message(a_mail(), at=at)
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def first(conversation: Conversation) -> Clock:
    return Clock.objects.get(conversation=conversation, kind="first")


def retarget_all(at: datetime) -> None:
    last: int | None = 0
    while last is not None:
        last = retarget_batch(last, at=at)


def test_a_changed_target_holds_at_once_for_what_runs(business: Business) -> None:
    target = a_target(office(), warn_minutes=30)
    found = a_conversation()
    assert first(found).due_at == datetime(2026, 11, 27, 16, tzinfo=UTC)

    change_target(target, {"first_minutes": 60}, by=CLOCK)
    hear_everything()
    retarget_all(FRIDAY + timedelta(minutes=10))

    clock = first(found)
    assert (clock.due_at, clock.warn_at) == (FRIDAY + timedelta(minutes=60), FRIDAY + timedelta(minutes=30))
    delete_target(target, by=CLOCK)
    retarget_all(FRIDAY + timedelta(minutes=10))
    assert (first(found).due_at, first(found).target) == (None, None)


def test_a_holiday_that_is_set_or_taken_away_moves_what_is_due(business: Business) -> None:
    hours = office()
    a_target(hours)
    found = a_conversation(FRIDAY + timedelta(hours=3))
    monday = date(2026, 11, 30)
    assert first(found).due_at == datetime(2026, 11, 30, 11, tzinfo=UTC)

    day = set_day(hours, monday, name="Stocktaking", by=CLOCK, at=FRIDAY)
    retarget_all(FRIDAY + timedelta(hours=4))
    assert first(found).due_at == datetime(2026, 12, 1, 11, tzinfo=UTC)

    remove_day(day, by=CLOCK, at=FRIDAY)
    retarget_all(FRIDAY + timedelta(hours=4))
    assert first(found).due_at == datetime(2026, 11, 30, 11, tzinfo=UTC)


def test_late_by_the_old_target_is_not_late_by_a_longer_one(business: Business) -> None:
    target = a_target(office(), first_minutes=60)
    found, at = a_conversation(), FRIDAY + timedelta(minutes=90)
    Clock.objects.filter(conversation=found, kind="first").update(
        missed_at=FRIDAY + timedelta(minutes=60), warned_at=FRIDAY + timedelta(minutes=60)
    )

    change_target(target, {"first_minutes": 240}, by=CLOCK)
    retarget_all(at)
    assert (first(found).missed_at, first(found).warned_at) == (None, None)

    change_target(target, {"first_minutes": 30}, by=CLOCK)
    retarget_all(at)
    assert first(found).due_at == FRIDAY + timedelta(minutes=30)


def test_the_change_itself_asks_for_it_and_it_goes_in_batches(business: Business, monkeypatch: Any) -> None:
    monkeypatch.setattr("regulars.inbox.actions.retargeting.AT_ONCE", 2)
    hours = office()
    a_target(hours)
    found = [a_conversation() for _number in range(5)]
    asked: list[str] = []
    monkeypatch.setattr("regulars.inbox.reactions.defer", lambda name, **_more: asked.append(name))

    change_hours(hours, {"week": ["8-12"] * 7}, by=CLOCK, at=FRIDAY)
    hear_everything()
    assert asked == ["inbox.retarget"]
    follow_the_changes()

    assert {first(one).due_at for one in found} == {datetime(2026, 11, 28, 12, tzinfo=UTC)}


OPENINGS = st.sampled_from(["", "9-17", "8-12, 13-18", "22-6", "0-24", "10:30-11:15"])
WEEKS = st.lists(OPENINGS, min_size=7, max_size=7)


@settings(max_examples=40, **STATE)
@given(WEEKS, WEEKS, st.integers(1, 600), st.integers(1, 600), st.integers(0, 3 * 1440), st.integers(0, 600))
def test_after_a_change_what_runs_is_due_when_the_reference_clock_says(
    business: Business, old: list[str], new: list[str], before: int, after: int, comes: int, later: int
) -> None:
    # A savepoint, because what comes in has to be the outermost of its own.
    here = transaction.savepoint()
    hours = office(*old)
    target = a_target(hours, first_minutes=before)
    at = FRIDAY + timedelta(minutes=comes)
    found = a_conversation(at)

    change_hours(hours, {"week": new}, by=CLOCK, at=at)
    change_target(target, {"first_minutes": after}, by=CLOCK)
    retarget_all(at + timedelta(minutes=later))

    hours.refresh_from_db()
    most = 9 * 1440
    expected = minute_when_passed(at, after, calendar_of(hours), most)
    due = first(found).due_at
    assert due == expected if expected else due is None or due > at + timedelta(minutes=most)
    transaction.savepoint_rollback(here)
