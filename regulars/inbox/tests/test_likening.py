"""What was once answered to like questions: learned by night from our own answers, ranked together with full text."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.inbox.actions import likening
from regulars.inbox.actions.likening import find_for_open_ones, find_like_questions, learn_likeness
from regulars.inbox.actions.templates import create_template
from regulars.inbox.actions.writing import answer_conversation
from regulars.inbox.engine.vectors import Space, fused, learn, nearest
from regulars.inbox.models import Conversation, Likeness, LikeQuestions
from regulars.inbox.queries.suggestions import suggested
from regulars.inbox.queries.templates import offered
from regulars.inbox.tests.test_templates import a_conversation, by
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import Message
from regulars.people.actions import erase_people
from regulars.team.actions.keys import create_api_key
from regulars.team.models import Member
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CLOCK = Actor.clock("test")
ASKED = {
    "Your refund is on its way.": ["I want my money back", "please refund my order", "refunding the money for the broken mug", "can I get the money refunded"],
    "The parcel comes tomorrow.": ["where is my parcel", "my parcel is late", "when will the delivery come", "delivery of the parcel delayed"],
    "We changed the address.": ["change my address please", "I moved, new address", "wrong street in my address", "address for delivery changed"],
}  # fmt: skip


@pytest.fixture
def history(aino: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likening, "LEAST_ANSWERS", 6)
    likening._loaded.cache_clear()
    for answer, questions in ASKED.items():
        for place, question in enumerate(questions):
            talk = a_conversation(question, From=f"p{place}-{len(answer)}@example.com", Subject="Hello")
            answer_conversation(talk, OutgoingLetter(answer), by=by(aino), at=now())
    hear_everything()


def texts(found: list[Any]) -> list[str]:
    return [one.text for one in found]


def test_inflected_and_mistyped_questions_find_what_full_text_does_not(history: None, aino: Member) -> None:
    talk = a_conversation("Refundd?? mony plz", Subject="hm")
    assert suggested(talk, aino) == []

    assert learn_likeness(at=now()) is not None
    find_like_questions(talk.pk)

    assert texts(suggested(talk, aino))[0] == "Your refund is on its way."


def test_a_new_question_is_looked_up_by_the_worker_and_an_old_look_up_is_not_shown(
    history: None, aino: Member, django_capture_on_commit_callbacks: Any
) -> None:
    learn_likeness(at=now())
    talk = a_conversation("parcells delayd", Subject="hm")
    assert find_for_open_ones() >= 1
    assert LikeQuestions.objects.filter(pk=talk.pk).exists()

    before = LikeQuestions.objects.get(pk=talk.pk).question_id
    message = Message.objects.get(pk=before)
    a_message(a_mail("refundd mony", In_Reply_To=f"<{message.message_id}>", Subject="Re: hm", From=message.sender_email))  # fmt: skip
    hear_everything()

    assert "The parcel comes tomorrow." not in texts(suggested(talk, aino))[:1]
    find_like_questions(talk.pk)
    assert texts(suggested(talk, aino))[0] == "Your refund is on its way."


def test_too_few_answers_leave_full_text_alone(aino: Member) -> None:
    talk = a_conversation("where is my parcel")
    answer_conversation(talk, OutgoingLetter("It comes tomorrow."), by=by(aino), at=now())
    hear_everything()
    other = a_conversation("my parcel, where is my parcel", From="x@example.com")

    assert learn_likeness(at=now()) is None
    assert find_like_questions(other.pk) is None
    assert texts(suggested(other, aino)) == ["It comes tomorrow."]


def test_templates_that_speak_of_it_come_first(history: None, aino: Member) -> None:
    for name, body in (
        ("Thanks", "Thank you for the kind words."),
        ("Refund", "We refund the money for your order."),
    ):
        create_template({"name": name, "texts": {"en": body}}, by=CLOCK, at=now())
    learn_likeness(at=now())
    talk = a_conversation("refund of my money", Subject="hm")
    found = find_like_questions(talk.pk)
    assert found is not None

    like = [number for what, number, _cosine in found.found if what == "template"]

    assert [one.name for one in offered(aino, "", like)] == ["Refund", "Thanks"]


def test_only_the_newest_is_kept_and_what_was_erased_is_not_suggested(history: None, aino: Member) -> None:
    learn_likeness(at=now())
    learn_likeness(at=now())
    assert Likeness.objects.count() == 1
    talk = a_conversation("refunding mony", Subject="hm")
    find_like_questions(talk.pk)
    assert texts(suggested(talk, aino)) == ["Your refund is on its way."]

    owners = Conversation.objects.exclude(pk=talk.pk).values_list("person", flat=True)
    erase_people(list(owners), by=CLOCK, at=now())
    hear_everything()

    assert suggested(talk, aino) == []


def test_what_one_person_alone_wrote_is_never_learned() -> None:
    texts = ["kowalczyk 4711 wants a refund", "kowalczyk 4711 wants tea", "a refund please", "tea please"]

    space = learn(texts, [1, 1, 2, 3])

    assert space is not None
    terms = {term for places in space.places for term in places}
    assert "refund" in terms
    assert not any("kowal" in term or "4711" in term for term in terms)


def test_programs_get_the_same_suggestions(history: None) -> None:
    learn_likeness(at=now())
    talk = a_conversation("refundd mony", Subject="hm")
    find_like_questions(talk.pk)
    _key, secret = create_api_key("test", role="owner", by=CLOCK)

    answer = Client().get(
        f"/api/v1/conversations/{talk.pk}/suggestions", headers={"Authorization": f"Bearer {secret}"}
    )

    first = answer.json()["items"][0]
    assert (first["source"], first["text"]) == ("past_answers", "Your refund is on its way.")


WORDS = st.lists(
    st.sampled_from(["tea", "mug", "late", "parcel", "refund", "money", "card", "gift"]),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=25)
@given(st.lists(WORDS, min_size=6, max_size=12))
def test_what_is_stored_is_what_was_learned(said: list[list[str]]) -> None:
    texts = [" ".join(words) for words in said]
    space = learn(texts, list(range(len(texts))))
    if space is None:
        return

    again = Space.from_bytes(space.to_bytes())
    vectors = space.vectors(texts)

    assert again.places == space.places
    assert abs(again.vectors(texts) - vectors).max() < 0.01
    lengths = (vectors**2).sum(axis=1)
    assert all(abs(one - 1) < 1e-4 or one == 0 for one in lengths)
    best = nearest(vectors, vectors[0], 1)
    assert best == [] or best[0][1] >= float(vectors[0] @ vectors[0]) - 1e-4


@given(st.lists(st.lists(st.integers(0, 9), unique=True), max_size=4))
def test_ranking_together_loses_nobody_and_keeps_what_all_agree_on(rankings: list[list[int]]) -> None:
    together = fused(*rankings)

    assert sorted(together) == sorted({one for ranking in rankings for one in ranking})
    if rankings and all(ranking == rankings[0] for ranking in rankings):
        assert together == rankings[0]
