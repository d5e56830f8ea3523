"""What becomes of a message that came."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from regulars.inbox.actions.arriving import adopt_threads, take_message
from regulars.inbox.actions.work import (
    close_conversation,
    mark_spam,
    snooze_conversation,
    wake_snoozed,
)
from regulars.inbox.models import Conversation
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.erasing import forget_mail
from regulars.messaging.actions.logging import Contact, log_contact
from regulars.people.actions import erase_people
from regulars.people.actions.removal import delete_person
from regulars.team.models import Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = pytest.mark.django_db
CLOCK = Actor.clock("test")


def a_conversation(raw: bytes | None = None, at: datetime | None = None) -> Conversation:
    message = a_message(raw, at=at)
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def seen(conversation: Conversation, *names: str) -> tuple[Any, ...]:
    conversation.refresh_from_db()
    return tuple(getattr(conversation, name) for name in names)


def test_a_mail_begins_a_conversation_of_its_sender(north: Team) -> None:
    ada = a_person("Ada", email="ada@example.com", team=north)
    at = now()

    found = a_conversation(a_mail("Where is\n\nmy order?", Subject="Order 7", Message_ID="<1@x>"), at)

    names = (
        "state",
        "person_id",
        "team_id",
        "assignee_id",
        "subject",
        "sender",
        "beginning",
        "waiting_since",
    )
    assert seen(found, *names) == ("open", ada.pk, north.pk, None, "Order 7", "Ada", "Where is my order?", at)
    assert [line.kind for line in found.lines.all()] == ["opened"]


def test_the_same_message_heard_twice_changes_nothing() -> None:
    found = a_conversation()
    before = seen(found, "sequence")

    take_message(found.last_message_id, by=CLOCK, at=now())

    assert seen(found, "sequence") == before


def test_who_waits_is_waited_for_since_the_first_message_without_an_answer() -> None:
    at = now() - timedelta(hours=5)
    found = a_conversation(a_mail(Message_ID="<1@x>"), at)

    a_conversation(a_mail("Hello?", In_Reply_To="<1@x>"), at + timedelta(hours=2))

    assert seen(found, "waiting_since", "beginning", "last_message_at") == (
        at,
        "Hello?",
        at + timedelta(hours=2),
    )


def test_a_reply_within_the_window_reopens_and_counts() -> None:
    found = a_conversation(a_mail(Message_ID="<1@x>"))
    close_conversation(found, by=CLOCK, at=now() - timedelta(days=13))

    a_conversation(a_mail("Still broken", In_Reply_To="<1@x>"))

    assert seen(found, "state", "closed_at", "reopened_count") == ("open", None, 1)


def test_a_later_reply_begins_a_conversation_that_follows() -> None:
    found = a_conversation(a_mail(Message_ID="<1@x>", Subject="Beans"))
    close_conversation(found, by=CLOCK, at=now() - timedelta(days=15))

    a_message(a_mail("Another thing", In_Reply_To="<1@x>", Message_ID="<2@x>"))
    hear_everything()
    follower = Conversation.objects.get(follows=found)
    a_message(a_mail("And one more", In_Reply_To="<1@x>"))
    a_message(a_mail("And a last", In_Reply_To="<2@x>"))
    hear_everything()

    assert seen(found, "state", "beginning") == ("closed", "Good morning.")
    assert seen(follower, "state", "subject", "beginning") == ("open", "Beans", "And a last")
    assert follower.thread.messages.count() == 3
    assert Conversation.objects.count() == 2


def test_a_robot_neither_opens_nor_reopens() -> None:
    robot = a_conversation(a_mail(from_="robot@shop.example", Auto_Submitted="auto-generated"))
    assert seen(robot, "state", "waiting_since") == ("closed", None)

    found = a_conversation(a_mail(Message_ID="<1@x>"))
    close_conversation(found, by=CLOCK, at=now())
    a_conversation(
        a_mail("I am away", In_Reply_To="<1@x>", Auto_Submitted="auto-replied", Subject="Out of office")
    )

    assert seen(found, "state") == ("closed",)


def test_spam_stays_spam() -> None:
    found = a_conversation(a_mail(Message_ID="<1@x>"))
    mark_spam(found, by=CLOCK, at=now())

    a_conversation(a_mail("Buy", In_Reply_To="<1@x>"))

    assert seen(found, "state", "waiting_since") == ("spam", None)


def test_a_snoozed_one_wakes_by_the_clock_or_by_a_reply() -> None:
    at = now()
    by_clock, by_reply = a_conversation(), a_conversation(a_mail(Message_ID="<1@x>"))
    for one in (by_clock, by_reply):
        snooze_conversation(one, until=at + timedelta(hours=1), by=CLOCK, at=at)

    assert wake_snoozed(by=CLOCK, at=at + timedelta(minutes=59)) == 0
    a_conversation(a_mail("Sooner", In_Reply_To="<1@x>"))
    assert seen(by_reply, "state", "snoozed_until") == ("open", None)
    assert wake_snoozed(by=CLOCK, at=at + timedelta(hours=1)) == 1
    assert seen(by_clock, "state", "snoozed_until") == ("open", None)


def test_threads_nobody_listened_to_are_adopted() -> None:
    message = a_message()
    assert not Conversation.objects.exists()

    assert adopt_threads(by=CLOCK, at=now()) == 1

    assert Conversation.objects.get().pk == message.thread_id
    assert adopt_threads(by=CLOCK, at=now()) == 0


def test_a_call_that_was_written_down_and_what_was_erased_begin_nothing() -> None:
    ada, bea = a_person("Ada"), a_person("Bea", email="bea@example.com")
    log_contact(ada, Contact("phone", "in", "Asked for oats", now()), by=CLOCK, at=now())
    a_message(a_mail(from_="bea@example.com"))
    forget_mail([bea.pk], at=now())

    assert adopt_threads(by=CLOCK, at=now()) == 0
    assert not Conversation.objects.exists()


def test_threads_from_before_the_inbox_become_conversations(north: Team) -> None:
    ada = a_person("Ada", email="ada@example.com", team=north)
    fresh = a_message(a_mail("New\n\n  one", Message_ID="<1@x>"))
    old = a_message(a_mail("Old"), at=now() - timedelta(days=40))
    robot = a_message(a_mail(from_="robot@shop.example", Auto_Submitted="auto-generated"))
    migration = import_module("regulars.inbox.migrations.0002_existing_threads")

    for _twice in range(2):
        migration.make_conversations(None, SimpleNamespace(connection=connection))

    rows = Conversation.objects.in_bulk()
    assert {number: one.state for number, one in rows.items()} == {
        fresh.thread_id: "open",
        old.thread_id: "closed",
        robot.thread_id: "closed",
    }
    first = rows[fresh.thread_id]
    assert (first.person_id, first.team_id, first.beginning) == (ada.pk, north.pk, "New one")
    assert first.waiting_since == fresh.received_at
    hear_everything()
    assert Conversation.objects.get(pk=first.pk).sequence == 1


def test_erased_means_forgotten_here_too(by_olga: Actor) -> None:
    ada = a_person("Ada", email="ada@example.com")
    found = a_conversation(a_mail("My secret", Subject="Secret"))
    delete_person(ada, by=by_olga, at=now())

    erase_people([ada.pk], by=by_olga, at=now())
    hear_everything()

    assert seen(found, "subject", "sender", "beginning") == ("", "", "")
