"""Promises of an answer: which holds, when it is due, what stops it, and what is said when it breaks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from regulars.inbox.actions.breaching import escalate, miss_targets, next_moment, warn_of_targets
from regulars.inbox.actions.hours import create_hours, remove_day, set_day
from regulars.inbox.actions.merging import merge_conversations
from regulars.inbox.actions.moving import locked, moved
from regulars.inbox.actions.targets import change_target, create_target, order_targets
from regulars.inbox.actions.work import (
    close_conversation,
    mark_spam,
    put_back,
    reopen_conversation,
    set_priority,
    tag_conversation,
)
from regulars.inbox.actions.writing import answer_conversation, take_answer_back
from regulars.inbox.models import BusinessHours, Clock, Conversation, ResponseTarget, State
from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.team.models import Member, Notice
from regulars.timeline.actions.hearing import hear_everything
from regulars.timeline.models import Touchpoint
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLOCK = Actor.clock("test")
# A Friday, ten to five in Helsinki.
FRIDAY = datetime(2026, 11, 27, 14, 50, tzinfo=UTC)
OFFICE = ["09:00–17:00"] * 5 + ["", ""]
MINUTE = timedelta(minutes=1)


def office(**values: Any) -> BusinessHours:
    given = {"name": "Office", "time_zone": "Europe/Helsinki", "week": OFFICE, **values}
    return create_hours(given, by=CLOCK, at=FRIDAY)


def a_target(**values: Any) -> ResponseTarget:
    given = {"name": "Mail", "first_minutes": 240, "next_minutes": 120, "resolution_minutes": 960, **values}
    return create_target(given, by=CLOCK, at=FRIDAY)


def a_conversation(at: datetime = FRIDAY, raw: bytes | None = None) -> Conversation:
    message = a_message(raw or a_mail(), at=at)
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def answer(conversation: Conversation, at: datetime, by: Actor = CLOCK) -> None:
    """What an answer does to a conversation."""
    found = locked(conversation)
    found.state, found.waiting_since = State.WAITING, None
    found.first_answered_at = found.first_answered_at or at
    moved(found, "answered", by=by, at=at, fields=("state", "waiting_since", "first_answered_at"))


def write_again(conversation: Conversation, at: datetime) -> None:
    found = locked(conversation)
    found.state, found.waiting_since = State.OPEN, found.waiting_since or at
    moved(found, "received", by=CLOCK, at=at, fields=("state", "waiting_since"))


def clock(conversation: Conversation, kind: str) -> Clock:
    return Clock.objects.filter(conversation=conversation, kind=kind).order_by("-pk")[0]


def due(conversation: Conversation, kind: str) -> datetime | None:
    return clock(conversation, kind).due_at


def test_a_mail_on_friday_ten_to_five_is_due_on_monday(business: Any) -> None:
    a_target(hours=office())

    talk = a_conversation()

    assert due(talk, "first") == datetime(2026, 11, 30, 10, 50, tzinfo=UTC)
    assert due(talk, "resolution") == datetime(2026, 12, 1, 14, 50, tzinfo=UTC)
    assert clock(talk, "first").warn_at == datetime(2026, 11, 30, 10, 35, tzinfo=UTC)


def test_an_answer_in_time_keeps_the_promise_and_the_rest_waits_for_the_customer(
    business: Any, aino: Member
) -> None:
    a_target(hours=office())
    talk = a_conversation()

    answer(talk, FRIDAY + 5 * MINUTE, Actor("member", aino.pk, "Aino", member_id=aino.pk))

    first, whole = clock(talk, "first"), clock(talk, "resolution")
    assert (first.is_kept, first.used, first.done_by_id) == (True, 300, aino.pk)
    assert (whole.is_open, whole.running_since, whole.due_at, whole.used) == (True, None, None, 300)


def test_the_resolution_goes_on_where_it_stood_when_the_customer_writes_again(business: Any) -> None:
    a_target(hours=office())
    talk = a_conversation()
    answer(talk, FRIDAY + 5 * MINUTE)

    write_again(talk, FRIDAY + timedelta(days=4))

    assert due(talk, "next") == FRIDAY + timedelta(days=4, minutes=10) + timedelta(hours=16) + 110 * MINUTE
    # 16 hours were promised, five minutes of them are used: five on Tuesday, eight on Wednesday, the rest on Thursday.
    assert due(talk, "resolution") == datetime(2026, 12, 3, 14, 45, tzinfo=UTC)


def test_writing_once_more_does_not_begin_the_wait_anew(business: Any) -> None:
    a_target(hours=office())
    talk = a_conversation()
    before = due(talk, "first")

    write_again(talk, FRIDAY + 3 * MINUTE)

    assert due(talk, "first") == before
    assert Clock.objects.filter(conversation=talk).count() == 2


def test_closing_ends_the_resolution_and_reopening_begins_another(business: Any) -> None:
    a_target(hours=office())
    talk = a_conversation()
    answer(talk, FRIDAY + 2 * MINUTE)
    close_conversation(talk, by=CLOCK, at=FRIDAY + 4 * MINUTE)

    ended = clock(talk, "resolution")
    reopen_conversation(talk, by=CLOCK, at=FRIDAY + timedelta(days=3))

    assert (ended.is_kept, ended.used) == (True, 120)
    anew = clock(talk, "resolution")
    assert (anew.pk != ended.pk, anew.used, anew.started_at) == (True, 0, FRIDAY + timedelta(days=3))


def test_closing_without_an_answer_takes_the_promise_of_one_away(business: Any) -> None:
    a_target(hours=office())
    talk = a_conversation()

    close_conversation(talk, by=CLOCK, at=FRIDAY + MINUTE)

    first = clock(talk, "first")
    assert (first.cancelled_at, first.done_at, first.is_open) == (FRIDAY + MINUTE, None, False)


def test_spam_is_promised_nothing(business: Any) -> None:
    a_target(hours=office())
    talk = a_conversation()

    mark_spam(talk, by=CLOCK, at=FRIDAY + MINUTE)

    assert [one.cancelled_at for one in Clock.objects.all()] == [FRIDAY + MINUTE] * 2


def test_without_a_target_the_clocks_only_measure(business: Any) -> None:
    office()
    talk = a_conversation()
    answer(talk, FRIDAY + timedelta(days=3))

    first = clock(talk, "first")
    assert (first.allowed, first.due_at, first.missed_at) == (None, None, None)
    # Ten minutes on Friday, and Monday from nine to ten to five.
    assert first.used == (10 + 470) * 60


def test_the_first_target_in_order_whose_conditions_hold_is_the_one(business: Any) -> None:
    everybody = a_target(name="Everybody", position=2)
    urgent = a_target(
        name="Urgent", position=1, first_minutes=30,
        condition={"field": "priority", "op": "any_of", "value": ["3"]},
    )  # fmt: skip
    talk = a_conversation()
    assert clock(talk, "first").target == everybody

    set_priority(talk, 3, by=CLOCK, at=FRIDAY + MINUTE)

    assert clock(talk, "first").target == urgent
    assert due(talk, "first") == FRIDAY + 30 * MINUTE
    order_targets([everybody.pk, urgent.pk], by=CLOCK)
    set_priority(talk, 2, by=CLOCK, at=FRIDAY + MINUTE)
    assert clock(talk, "first").target == everybody


def test_a_target_can_be_for_certain_customers_and_tags(business: Any) -> None:
    a_target(name="Rest", position=3)
    a_target(
        name="Advocates",
        position=1,
        first_minutes=60,
        people={"field": "stage", "op": "is", "value": "advocate"},
    )
    a_person("Ada", email="ada@example.com", stage="advocate")
    a_person("Bo", email="bo@example.com")

    hers, his = a_conversation(), a_conversation(raw=a_mail(from_="bo@example.com"))

    assert [clock(one, "first").target.name for one in (hers, his)] == ["Advocates", "Rest"]
    tag = tag_conversation(his, ["Wholesale"], by=CLOCK, at=FRIDAY)[0]
    wholesale = a_target(name="Wholesale", position=2, first_minutes=90)
    change_target(
        wholesale, {"condition": {"field": "tags", "op": "has_any", "value": [str(tag.pk)]}}, by=CLOCK
    )
    tag_conversation(his, ["Loud"], by=CLOCK, at=FRIDAY)
    assert clock(his, "first").target == wholesale


def test_a_warning_and_the_breach_are_said_once_at_their_second(
    business: Any, max_: Member, aino: Member
) -> None:
    target = a_target(first_minutes=30, resolution_minutes=None, warn_minutes=10)
    change_target(target, {"notified": [aino.pk]}, by=CLOCK)
    a_person("Ada", email="ada@example.com")
    talk = a_conversation()

    assert next_moment(at=FRIDAY) == FRIDAY + 20 * MINUTE
    assert warn_of_targets(by=CLOCK, at=FRIDAY + 20 * MINUTE - timedelta(seconds=1)) == 0
    assert warn_of_targets(by=CLOCK, at=FRIDAY + 20 * MINUTE + timedelta(seconds=3)) == 1
    assert warn_of_targets(by=CLOCK, at=FRIDAY + 25 * MINUTE) == 0
    assert miss_targets(by=CLOCK, at=FRIDAY + 30 * MINUTE) == 1
    assert miss_targets(by=CLOCK, at=FRIDAY + 31 * MINUTE) == 0

    one = clock(talk, "first")
    assert (one.warned_at, one.missed_at) == (FRIDAY + 20 * MINUTE, FRIDAY + 30 * MINUTE)
    assert list(Touchpoint.objects.filter(kind="target.missed").values_list("occurred_at", "person_id")) == [
        (FRIDAY + 30 * MINUTE, talk.person_id)
    ]
    assert [note.member_id for note in Notice.objects.all()] == [aino.pk, aino.pk]


def test_a_broken_promise_hands_the_conversation_on(business: Any, max_: Member) -> None:
    a_target(first_minutes=30, escalate_to=max_.pk)
    talk = a_conversation()

    miss_targets(by=CLOCK, at=FRIDAY + 31 * MINUTE)
    hear_everything()

    talk.refresh_from_db()
    assert talk.assignee_id == max_.pk


def test_who_answers_before_the_loop_looked_still_missed_it(business: Any) -> None:
    a_target(first_minutes=30)
    talk = a_conversation()

    answer(talk, FRIDAY + 31 * MINUTE)

    one = clock(talk, "first")
    assert (one.missed_at, one.is_kept, miss_targets(by=CLOCK, at=FRIDAY + 32 * MINUTE)) == (
        FRIDAY + 30 * MINUTE, False, 0,
    )  # fmt: skip


def test_an_answer_in_the_last_second_is_in_time(business: Any) -> None:
    a_target(first_minutes=30)
    talk = a_conversation()

    answer(talk, FRIDAY + 30 * MINUTE)

    assert clock(talk, "first").is_kept


def test_public_holidays_and_own_days_count(business: Any) -> None:
    hours = office(country="FI")
    a_target(hours=hours, first_minutes=60)
    assert hours.days.get(on=date(2026, 12, 6)).name
    set_day(hours, date(2026, 11, 30), name="Stocktaking", times="12–13", by=CLOCK, at=FRIDAY)

    talk = a_conversation()

    assert due(talk, "first") == datetime(2026, 11, 30, 10, 50, tzinfo=UTC)
    remove_day(hours.days.get(on=date(2026, 11, 30)), by=CLOCK, at=FRIDAY)
    assert due(a_conversation(), "first") == datetime(2026, 11, 30, 7, 50, tzinfo=UTC)


def test_a_public_holiday_can_be_worked(business: Any) -> None:
    hours = office(country="FI")
    christmas = hours.days.get(on=date(2026, 12, 25))

    remove_day(christmas, by=CLOCK, at=FRIDAY)

    day = hours.days.get(on=date(2026, 12, 25))
    assert (day.is_own, day.openings) == (True, [[540, 1020]])


def test_hours_without_any_hours_are_never_due(business: Any) -> None:
    a_target(hours=office(week=[""] * 7))

    talk = a_conversation()

    assert (due(talk, "first"), miss_targets(by=CLOCK, at=FRIDAY + timedelta(days=900))) == (None, 0)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("9–25", "25:00"),
        ("09:00–09:00", "same time"),
        ("9–12, 11–13", "overlaps"),
        ("at noon", "written like"),
    ],
)
def test_times_without_sense_are_refused_with_the_day_named(business: Any, day: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        office(week=[day, *OFFICE[1:]])

    assert why in str(refused.value.fields["day_0"])


def test_only_one_set_of_hours_is_the_default(business: Any) -> None:
    first, second = office(), office(name="Night", is_default=True)

    first.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)


def test_an_answer_that_was_taken_back_meets_no_promise(business: Any, aino: Member) -> None:
    a_target(hours=office())
    a_person("Ada", email="ada@example.com")
    talk = a_conversation()
    by = Actor("member", aino.pk, "Aino", member_id=aino.pk)
    before = due(talk, "first")
    answered = answer_conversation(talk, OutgoingLetter(text="Yes."), by=by, at=FRIDAY + 3 * MINUTE)

    take_answer_back(talk, answered.message, answered.before, by=by, at=FRIDAY + 3 * MINUTE)

    first = clock(talk, "first")
    assert (first.is_open, first.due_at, Clock.objects.filter(kind="first").count()) == (True, before, 1)


def test_what_is_merged_away_is_promised_nothing_and_the_survivor_keeps_its_clocks(business: Any) -> None:
    a_target(hours=office())
    a_person("Ada", email="ada@example.com")
    gone, kept = a_conversation(), a_conversation()

    merge_conversations(gone, into=kept, by=CLOCK, at=FRIDAY + MINUTE)

    assert {one.is_open for one in Clock.objects.filter(conversation=gone)} == {False}
    assert {one.is_open for one in Clock.objects.filter(conversation=kept)} == {True}


def test_who_may_not_answer_any_more_is_handed_nothing(business: Any, max_: Member) -> None:
    a_target(first_minutes=30, escalate_to=max_.pk)
    talk = a_conversation()
    Member.objects.filter(pk=max_.pk).update(role="analyst")

    miss_targets(by=CLOCK, at=FRIDAY + 31 * MINUTE)

    assert not escalate(talk.pk, by=CLOCK, at=FRIDAY + 31 * MINUTE)


def test_what_is_due_is_found_by_its_index_however_many_clocks_there_are(business: Any) -> None:
    talk = a_conversation()
    old = [
        Clock(
            conversation=talk, kind="next", started_at=FRIDAY, due_at=FRIDAY, missed_at=FRIDAY, done_at=FRIDAY
        )
        for _clock in range(3_000)
    ]
    Clock.objects.bulk_create(old)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inbox_clock")
    rows: Any = Clock.objects.filter(due_at__lte=FRIDAY, missed_at=None)

    assert "clock_due" in rows.running_or_standing().order_by("due_at").explain()


def test_a_closing_taken_back_is_not_a_resolution_and_not_a_reopening(business: Any) -> None:
    a_target(hours=office())
    talk = a_conversation()
    before = due(talk, "resolution")
    talk.refresh_from_db()
    close_conversation(talk, by=CLOCK, at=FRIDAY + MINUTE)

    put_back(talk, "open", waiting_since=FRIDAY, until=None, by=CLOCK, at=FRIDAY + MINUTE)

    assert [(one.done_at, one.due_at) for one in Clock.objects.filter(kind="resolution")] == [(None, before)]
    assert [one.is_open for one in Clock.objects.filter(kind="first")] == [True]
    assert due(talk, "first") == datetime(2026, 11, 30, 10, 50, tzinfo=UTC)
