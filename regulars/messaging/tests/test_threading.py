"""A mail joins the thread it answers when its sender takes part there; whoever guesses begins one of their own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit.clock import now
from regulars.messaging.engine.threads import message_id, reply_address, token
from regulars.messaging.models import Message, Participant, Thread
from regulars.messaging.queries.placing import survivor_of, thread_secret
from regulars.people.models import Identity
from regulars.team.models import Member
from tests.cast import a_mail, a_message, a_person

pytestmark = pytest.mark.django_db
DESK = "desk@aalto.example"


@pytest.fixture
def first(db: None) -> Any:
    return a_message(a_mail(Message_ID="<1@x>", Cc="cc@else.example", Subject="Beans"))


def answer(**headers: str) -> Any:
    return a_message(a_mail(**headers))


@pytest.mark.parametrize(
    ("headers", "how"),
    [
        ({"In_Reply_To": "<1@X>"}, "in_reply_to"),
        ({"References": "<0@x> < 1@x > <2@x>"}, "references"),
        ({"To": "{address}"}, "token_in_address"),
        ({"To": DESK, "Delivered_To": "{address}"}, "token_in_address"),
        ({"In_Reply_To": "<{id}>"}, "token_in_message_id"),
        ({"text": "Yes.\n> {token}"}, "token_in_body"),
    ],
)
def test_a_mail_finds_its_thread_by_each_sign(first: Any, headers: dict[str, str], how: str) -> None:
    number, secret = first.thread_id, thread_secret()
    words = {
        "address": reply_address(DESK, number, secret), "id": message_id(number, secret, "n", "aalto.example"),
        "token": token(number, secret),
    }  # fmt: skip

    found = answer(**{name: value.format(**words) for name, value in headers.items()})

    assert (found.thread, found.threading) == (first.thread, how)
    assert Thread.objects.get().last_message_at == found.sent_at


@pytest.mark.parametrize(
    "from_",
    [
        "ada@example.com",
        "cc@else.example",
        "Other <mo@example.com>",
        "ada@home.example",
        "aino@aalto.example",
    ],
)
def test_those_who_take_part_join_and_so_do_their_house_and_our_colleagues(
    first: Any, aino: Member, from_: str
) -> None:
    Identity.objects.create(
        person=first.person, kind="email", value="ada@home.example", created_at=first.sent_at
    )

    assert answer(from_=from_, In_Reply_To="<1@x>").thread == first.thread


@pytest.mark.parametrize("to", [DESK, "{address}"])
def test_a_stranger_is_kept_apart_whatever_they_know(first: Any, to: str) -> None:
    address = reply_address(DESK, first.thread_id, thread_secret())

    found = answer(from_="eve@evil.example", In_Reply_To="<1@x>", To=to.format(address=address))

    assert (found.thread == first.thread, found.threading, found.could_join) == (
        False,
        "kept_apart",
        first.thread,
    )
    assert not Participant.objects.filter(thread=first.thread, email="eve@evil.example").exists()


def test_the_same_free_mail_house_means_nothing(db: None) -> None:
    first = a_message(a_mail(from_="ada@gmail.com", Message_ID="<1@x>"))

    assert answer(from_="eve@gmail.com", In_Reply_To="<1@x>").thread != first.thread


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.integers(1, 300),
    tail=st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"), min_size=16, max_size=24),
)
def test_guessed_numbers_and_tokens_open_nothing(first: Any, number: int, tail: str) -> None:
    guesses = f"desk+{number}@aalto.example, desk+r1{tail}@aalto.example"

    found = answer(to_be="x", To=guesses, In_Reply_To=f"<{number}@aalto.example> <r1{tail}.n@aalto.example>")

    assert found.thread != first.thread


def test_a_bounce_that_holds_our_seal_comes_back_to_its_thread(first: Any) -> None:
    ours = message_id(first.thread_id, thread_secret(), "n", "aalto.example")
    raw = f"From: MAILER-DAEMON@mx.example\nSubject: failure notice\nIn-Reply-To: <{ours}>\n\nI was unable to deliver your message.\n<ada@example.com>: 550 5.1.1 user unknown\n"

    found = a_message(raw.encode())

    assert (found.thread, found.kind) == (first.thread, "hard_bounce")
    assert not Participant.objects.filter(email="mailer-daemon@mx.example").exists()


def test_a_merged_thread_leads_to_the_one_it_became_part_of(first: Any) -> None:
    other = a_message(a_mail(Subject="More beans")).thread
    Thread.objects.filter(pk=first.thread_id).update(merged_into=other)

    assert answer(In_Reply_To="<1@x>").thread == other


def test_threads_that_were_merged_in_a_circle_end_somewhere(first: Any) -> None:
    other = a_message().thread
    Thread.objects.filter(pk=first.thread_id).update(merged_into=other)
    Thread.objects.filter(pk=other.pk).update(merged_into=first.thread)

    assert survivor_of(Thread.objects.get(pk=other.pk)).pk in (other.pk, first.thread_id)


def test_an_answer_of_the_same_subject_alone_is_only_a_suggestion(first: Any) -> None:
    Thread.objects.update(last_message_at=now())
    ada, eve = answer(Subject="Re: Beans"), answer(from_="eve@evil.example", Subject="Re: Beans")

    assert (ada.threading, ada.could_join, ada.thread == first.thread) == ("new", first.thread, False)
    assert (eve.threading, eve.could_join) == ("new", None)


def test_the_thread_of_nobody_becomes_that_of_the_first_person_who_answers(db: None, aino: Member) -> None:
    first = a_message(a_mail(from_=aino.email, To="ada@example.com", Message_ID="<1@x>"))
    assert first.thread.person is None
    ada = a_person("Ada", email="ada@example.com")

    assert answer(In_Reply_To="<1@x>").thread == first.thread
    assert Thread.objects.get().person == ada
    assert Message.objects.filter(thread=first.thread).count() == 2
