"""The figures: counted by hand once, told apart, opened, and given as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.inbox.actions.hours import create_hours
from regulars.inbox.actions.satisfaction import say_how_it_went
from regulars.inbox.actions.targets import create_target
from regulars.inbox.actions.work import close_conversation, mark_spam, reopen_conversation, tag_conversation
from regulars.inbox.actions.writing import answer_conversation
from regulars.inbox.models import Conversation, Satisfaction
from regulars.inbox.queries.reports import (
    BY,
    MEASURES,
    Period,
    by_day,
    contacts_per_order,
    conversations_behind,
    figures_by,
    period_of,
    spread_of,
    whole_and_by,
)
from regulars.kit.actor import Actor
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import Channel
from regulars.team.models import Member
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]
CLOCK = Actor.clock("test")
# A Monday, ten in the morning in Helsinki.
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
WEEK = Period(date(2026, 11, 16), date(2026, 11, 22), "Europe/Helsinki")
HOUR = timedelta(hours=1)


def a_conversation(at: datetime = MONDAY, **headers: str) -> Conversation:
    message = a_message(a_mail(**headers), at=at)
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def by(member: Member) -> Actor:
    return Actor("member", member.pk, member.name, member_id=member.pk)


@pytest.fixture
def a_week(business: Any, aino: Member, max_: Member) -> list[Conversation]:
    """Three conversations: answered in one and in three hours and over a night, one kept, one late, one reopened."""
    hours = create_hours(
        {"name": "Office", "time_zone": "Europe/Helsinki", "week": ["9–17"] * 5 + ["", ""]},
        by=CLOCK,
        at=MONDAY,
    )
    create_target({"name": "Two hours", "first_minutes": 120, "hours": hours}, by=CLOCK, at=MONDAY)
    a_person("Ada", email="ada@example.com")
    first, second, third = a_conversation(), a_conversation(), a_conversation(MONDAY + 6 * HOUR)
    answer_conversation(first, OutgoingLetter(text="Yes."), by=by(aino), at=MONDAY + HOUR)
    answer_conversation(second, OutgoingLetter(text="No."), by=by(max_), at=MONDAY + 3 * HOUR)
    # Four in the afternoon; closed from five until nine.
    answer_conversation(third, OutgoingLetter(text="So."), by=by(aino), at=MONDAY + 24 * HOUR)
    for talk in (first, second):
        close_conversation(talk, by=by(aino), at=MONDAY + 4 * HOUR)
    reopen_conversation(second, by=by(aino), at=MONDAY + 5 * HOUR)
    spam = a_conversation()
    mark_spam(spam, by=CLOCK, at=MONDAY)
    return [first, second, third]


def test_the_figures_of_a_week_are_those_counted_by_hand(a_week: list[Conversation]) -> None:
    whole = figures_by(WEEK)[0]

    counted = {
        name: whole.counts[name] for name in ("began", "messages_in", "messages_out", "resolved", "reopened")
    }
    assert counted == {"began": 3, "messages_in": 3, "messages_out": 3, "resolved": 2, "reopened": 1}
    assert (whole.counts["promised"], whole.counts["kept"], whole.counts["missed"]) == (3, 2, 1)
    assert whole.counts["backlog"] == 2
    first = whole.time("first")
    # One, two (one on Monday and one on Tuesday) and three open hours; by the calendar eighteen instead of two.
    assert (first.count, first.median, first.calendar_median) == (3, 2 * 3600, 3 * 3600)
    assert first.ninth == pytest.approx(2.8 * 3600)
    assert whole.kept == pytest.approx(2 / 3)


def test_the_whole_beside_the_groups_is_the_whole_on_its_own(a_week: list[Conversation]) -> None:
    tag_conversation(a_week[0], ["Delivery", "Late"], by=CLOCK, at=MONDAY)
    alone = figures_by(WEEK)[0]

    for by in BY:
        whole, groups = whole_and_by(WEEK, by)
        assert (whole.counts, whole.times, whole.score) == (alone.counts, alone.times, alone.score)
        assert groups == figures_by(WEEK, by)


def test_answers_count_for_whoever_gave_them(a_week: list[Conversation], aino: Member, max_: Member) -> None:
    found = {one.label: (one.time("first").count, one.counts["missed"]) for one in figures_by(WEEK, "member")}

    assert (found["Aino"], found["Max"]) == ((2, 0), (1, 1))


def test_hours_and_tags_and_channels_tell_the_figures_apart(a_week: list[Conversation]) -> None:
    tag_conversation(a_week[0], ["Delivery"], by=CLOCK, at=MONDAY)

    hours = {one.label: one.counts["began"] for one in figures_by(WEEK, "hour") if one.counts["began"]}
    tags = {one.label: one.counts["began"] for one in figures_by(WEEK, "tag")}
    channels = {one.label: one.counts["began"] for one in figures_by(WEEK, "channel")}

    assert hours == {"10–11": 2, "16–17": 1}
    assert tags == {"Delivery": 1}
    assert channels == {Channel.objects.get().name: 3}


def test_every_figure_opens_exactly_the_conversations_it_counts(
    a_week: list[Conversation], aino: Member
) -> None:
    first, second, third = a_week

    def behind(*args: str) -> set[int]:
        return {one.pk for one in conversations_behind(args[0], WEEK, *args[1:])}

    assert behind("began") == {first.pk, second.pk, third.pk}
    assert behind("reopened") == {second.pk}
    assert behind("missed") == {second.pk}
    assert behind("backlog") == {second.pk, third.pk}
    assert behind("first", "member", str(aino.pk)) == {first.pk, third.pk}
    assert behind("began", "hour", "16") == {third.pk}
    assert behind("began", "team", "none") == {first.pk, second.pk, third.pk}


def test_satisfaction_is_an_average_with_how_many_were_asked(a_week: list[Conversation]) -> None:
    for talk, score in zip(a_week, (5, 2, None), strict=True):
        one = Satisfaction.objects.create(
            conversation=talk, person=talk.person, secret=str(talk.pk), created_at=MONDAY, asked_at=MONDAY
        )
        if score:
            say_how_it_went(one, score=score, at=MONDAY + HOUR)

    whole = figures_by(WEEK)[0]

    assert (whole.score, whole.counts["asked"], whole.counts["said"], whole.happy) == (3.5, 3, 2, 0.5)


def test_contacts_are_set_beside_the_orders_of_the_period(a_week: list[Conversation]) -> None:
    for _order in range(2):
        an_order(at=MONDAY)
    an_order(at=MONDAY - timedelta(days=30))

    assert contacts_per_order(WEEK, 3).per_order == 1.5


def test_days_without_anything_are_there_with_nothing(a_week: list[Conversation]) -> None:
    days = by_day(WEEK)

    assert days["days"][0] == "2026-11-16"
    assert (days["began"], days["resolved"]) == ([3, 0, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0])
    assert days["first"][:3] == [120.0, 120.0, None]


def test_the_period_ends_where_the_business_s_day_ends(business: Any) -> None:
    a_person("Ada", email="ada@example.com")
    # Half past eleven at night on Sunday in Helsinki, and half past midnight.
    a_conversation(datetime(2026, 11, 22, 21, 30, tzinfo=UTC))
    a_conversation(datetime(2026, 11, 22, 22, 30, tzinfo=UTC))

    assert figures_by(WEEK)[0].counts["began"] == 1


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        (("7", "", ""), "2026-11-18", "2026-11-24"),
        (("month", "", ""), "2026-11-01", "2026-11-24"),
        (("last_month", "", ""), "2026-10-01", "2026-10-31"),
        (("own", "2026-03-05", "2026-03-01"), "2026-03-01", "2026-03-05"),
        (("own", "nonsense", ""), "2026-10-26", "2026-11-24"),
        (("-3", "", ""), "2026-10-26", "2026-11-24"),
    ],
)
def test_any_period_can_be_asked_for(asked: tuple[str, str, str], first: str, last: str) -> None:
    found = period_of(*asked, today=date(2026, 11, 24), zone="UTC")

    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_the_spread_is_how_many_times_the_lowest_the_highest_is() -> None:
    assert spread_of([1.0, None, 3.0]).times == 3.0  # type: ignore[union-attr]
    assert spread_of([1.0]) is None
    assert spread_of([0.0, 2.0]).times is None  # type: ignore[union-attr]


def test_the_page_links_every_number_and_each_link_answers(
    a_week: list[Conversation], ana: Member, signed_in: SignIn
) -> None:
    client = signed_in(ana)
    about = {"period": "own", "from": "2026-11-16", "to": "2026-11-22"}

    page = client.get("/inbox/reports/", {**about, "by": "member"}).content.decode()

    assert "2 h" in page and "67 %" in page
    for measure in MEASURES:
        assert client.get(f"/inbox/reports/{measure}/", about).status_code == 200
    assert client.get("/inbox/reports/nonsense/").status_code == 404


def test_the_file_holds_the_same_figures(a_week: list[Conversation], ana: Member, signed_in: SignIn) -> None:
    about = {"period": "own", "from": "2026-11-16", "to": "2026-11-22", "by": "member"}

    text = b"".join(signed_in(ana).get("/inbox/reports/figures.csv", about).streaming_content).decode()  # type: ignore[attr-defined]

    rows = {row["member"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (rows["Max"]["first_median_minutes"], rows["Max"]["missed"]) == ("180.0", "1")


def test_who_answers_does_not_see_the_figures_of_the_others(aino: Member, signed_in: SignIn) -> None:
    assert signed_in(aino).get("/inbox/reports/").status_code == 403


def test_more_groups_ask_no_more_questions(
    a_week: list[Conversation], ana: Member, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20):
        figures_by(WEEK, "member")
