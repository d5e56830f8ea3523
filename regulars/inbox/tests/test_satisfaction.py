"""After closing: asked once, counted only by the button, shown where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.inbox.actions.following_up import cancel_follow_up, plan_follow_up, remind
from regulars.inbox.actions.satisfaction import (
    TooLateToSay,
    ask_due,
    say_how_it_went,
    set_satisfaction,
)
from regulars.inbox.actions.work import close_conversation, reopen_conversation
from regulars.inbox.actions.writing import answer_conversation
from regulars.inbox.models import Conversation, Satisfaction
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import Message
from regulars.people.actions import erase_people
from regulars.people.actions.removal import delete_person
from regulars.people.models import Person
from regulars.team.models import Member, Notice, Team
from regulars.timeline.actions.hearing import hear_everything
from regulars.timeline.models import Touchpoint
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLOCK = Actor.clock("test")
SignIn = Callable[[Member], Client]


@pytest.fixture
def ada(north: Team) -> Person:
    return a_person("Ada Lovelace", email="ada@example.com", team=north, language="fi")


@pytest.fixture(autouse=True)
def public(settings: Any) -> None:
    settings.PUBLIC_URL = "https://care.example.com"


def asking(**values: Any) -> None:
    set_satisfaction(**{"is_active": True, "wait_hours": 2, "quiet_days": 30, **values}, by=CLOCK)


def a_closed_conversation(*, is_answered: bool = True, **headers: str) -> Conversation:
    message = a_message(a_mail(**headers))
    hear_everything()
    talk = Conversation.objects.get(pk=message.thread_id)
    if is_answered:
        answer_conversation(talk, OutgoingLetter(text="Here you are."), by=CLOCK, at=now())
    close_conversation(talk, by=CLOCK, at=now())
    hear_everything()
    return talk


def a_request(talk: Conversation) -> Satisfaction:
    return Satisfaction.objects.create(
        conversation=talk,
        person=talk.person,
        secret="a-secret",
        created_at=now(),
        asked_at=now(),
        language="fi",
    )


def test_the_request_leaves_after_the_wait_in_the_customers_language(ada: Person) -> None:
    asking()
    talk = a_closed_conversation(Subject="Beans")

    assert ask_due(by=CLOCK, at=now() + timedelta(hours=1)) == 0
    assert ask_due(by=CLOCK, at=now() + timedelta(hours=3)) == 1
    assert ask_due(by=CLOCK, at=now() + timedelta(hours=4)) == 0

    letter, one = Message.objects.get(message_class="service"), Satisfaction.objects.get()
    assert letter.thread_id == talk.pk
    assert "Hei Ada" in letter.text and "Beans" in letter.text
    assert f"https://care.example.com/how/{one.secret}/?score=5" in letter.text
    assert one.asked_at is not None


def test_who_was_asked_lately_is_left_in_peace(ada: Person) -> None:
    asking()
    a_closed_conversation()
    ask_due(by=CLOCK, at=now() + timedelta(hours=3))

    a_closed_conversation()

    assert Satisfaction.objects.count() == 1


def test_nobody_is_asked_who_was_not_answered_or_when_it_is_off(ada: Person) -> None:
    asking(is_active=False)
    a_closed_conversation()
    asking()
    a_closed_conversation(is_answered=False)
    a_closed_conversation(from_="stranger@example.com", Message_ID="<s@x>")

    assert Satisfaction.objects.exclude(person=None).filter(person=ada).count() == 0


def test_what_is_open_again_is_not_asked_about(ada: Person) -> None:
    asking()
    talk = a_closed_conversation()
    reopen_conversation(talk, by=CLOCK, at=now())

    ask_due(by=CLOCK, at=now() + timedelta(hours=3))

    assert (Satisfaction.objects.get().reason, Message.objects.filter(message_class="service").count()) == (
        "open_again",
        0,
    )


def test_without_a_public_address_nothing_leaves_and_the_reason_is_kept(ada: Person, settings: Any) -> None:
    settings.PUBLIC_URL = ""
    asking()
    a_closed_conversation()

    ask_due(by=CLOCK, at=now() + timedelta(hours=3))

    assert Satisfaction.objects.get().reason == "no_public_address"


def test_looking_at_the_link_counts_nothing_and_the_button_counts_once(ada: Person, client: Client) -> None:
    talk = a_closed_conversation()
    one = a_request(talk)

    for _scanner in range(3):
        page = client.get(f"/how/{one.secret}/?score=4")
        assert page.status_code == 200
    one.refresh_from_db()
    assert one.score is None
    assert 'value="4" checked' in page.content.decode()

    for _press in range(2):
        assert client.post(f"/how/{one.secret}/", {"score": "4", "comment": "Kiitos"}).status_code == 200
    one.refresh_from_db()
    assert (one.score, one.comment) == (4, "Kiitos")
    told = Touchpoint.objects.filter(kind="satisfaction.given")
    assert list(told.values_list("person_id", "label")) == [(ada.pk, "4/5 · Kiitos")]


def test_the_page_speaks_the_customers_language_and_wants_a_choice(ada: Person, client: Client) -> None:
    one = a_request(a_closed_conversation())

    page = client.post(f"/how/{one.secret}/", {"comment": "x"})

    assert page.status_code == 422
    assert "Valitse yksi viidestä" in page.content.decode()


def test_a_wrong_link_is_not_there(client: Client, business: Any) -> None:
    assert client.get("/how/nonsense/").status_code == 404


def test_a_score_can_be_changed_for_a_day_only(ada: Person) -> None:
    one = a_request(a_closed_conversation())
    say_how_it_went(one, score=2, at=now())

    say_how_it_went(one, score=4, at=now() + timedelta(hours=23))
    with pytest.raises(TooLateToSay):
        say_how_it_went(one, score=1, at=now() + timedelta(hours=25))

    one.refresh_from_db()
    assert one.score == 4


def test_a_score_outside_the_five_is_refused(ada: Person) -> None:
    one = a_request(a_closed_conversation())

    with pytest.raises(Invalid):
        say_how_it_went(one, score=6, at=now())


def test_what_was_said_stands_in_the_conversation(ada: Person, olga: Member, signed_in: SignIn) -> None:
    talk = a_closed_conversation()
    say_how_it_went(a_request(talk), score=2, comment="Too slow", at=now())

    page = signed_in(olga).get(f"/inbox/{talk.pk}/").content.decode()

    assert "Too slow" in page and "2/5" in page


def test_a_reminder_comes_once_to_its_member_also_when_closed(ada: Person, aino: Member) -> None:
    talk = a_closed_conversation()
    plan_follow_up(talk, aino, due_at=now() + timedelta(days=2), by=CLOCK, at=now())
    plan_follow_up(talk, aino, due_at=now() + timedelta(days=1), note="Did it help?", by=CLOCK, at=now())

    counts = [remind(at=now() + timedelta(days=days)) for days in (0.5, 1.5, 3)]

    assert counts == [0, 1, 0]
    assert [note.text for note in Notice.objects.filter(member=aino)] == ["Look again: Did it help?"]


def test_a_reminder_that_was_taken_back_never_comes(ada: Person, aino: Member) -> None:
    one = plan_follow_up(a_closed_conversation(), aino, due_at=now() + timedelta(days=1), by=CLOCK, at=now())

    cancel_follow_up(one, by=CLOCK, at=now())

    assert remind(at=now() + timedelta(days=2)) == 0


def test_erased_means_forgotten_and_the_score_stays(ada: Person, client: Client) -> None:
    talk = a_closed_conversation()
    one = a_request(talk)
    say_how_it_went(one, score=2, comment="My name is Ada", at=now())
    delete_person(ada, by=CLOCK, at=now())

    erase_people([ada.pk], by=CLOCK, at=now())
    hear_everything()

    one.refresh_from_db()
    assert (one.score, one.comment) == (2, "")
    assert client.get("/how/a-secret/").status_code == 404
