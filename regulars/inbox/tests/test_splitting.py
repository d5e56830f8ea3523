"""Splitting a conversation in the inbox: what moves, what stays, what both are promised, and taking it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.inbox.actions import (
    answer_conversation,
    close_conversation,
    keep_draft,
    reopen_conversation,
    write_conversation_note,
)
from regulars.inbox.actions.arriving import take_failure
from regulars.inbox.actions.parting import EverythingChosen, split_conversation
from regulars.inbox.models import Clock, Conversation, Draft
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import Message
from regulars.people.models import Person, Tag
from regulars.team.actions.keys import create_api_key
from regulars.team.models import AuditEntry, Member, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]
CLOCK = Actor.clock("test")


@pytest.fixture
def ada(north: Team) -> Person:
    return a_person("Ada Lovelace", email="ada@example.com", team=north)


@pytest.fixture
def office(olga: Member, signed_in: SignIn) -> Client:
    return signed_in(olga)


def by(member: Member) -> Actor:
    return Actor("member", member.pk, str(member), None, "test", member.pk)


def written(*texts: str, ago: timedelta = timedelta(hours=6)) -> tuple[Conversation, list[Message]]:
    """A conversation of letters that came an hour after one another."""
    letters: list[Message] = []
    for number, text in enumerate(texts):
        more = {"In_Reply_To": "<a1@x>"} if number else {"Message_ID": "<a1@x>", "Subject": "Beans"}
        letters.append(a_message(a_mail(text, **more), at=now() - ago + timedelta(hours=number)))
        hear_everything()
    return Conversation.objects.get(pk=letters[0].thread_id), letters


def seen(conversation: Conversation, *names: str) -> tuple[Any, ...]:
    conversation.refresh_from_db()
    return tuple(getattr(conversation, name) for name in names)


def told(answer: Any, event: str = "toast") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.headers["HX-Trigger"])[event]
    return found


def test_chosen_messages_begin_a_conversation_of_their_own_and_undo_brings_them_back(
    office: Client, olga: Member, max_: Member, ada: Person
) -> None:
    found, (first, second, third) = written("Where are my beans?", "And the invoice?", "The invoice, please")
    tag = Tag.objects.create(name="late")
    Conversation.objects.filter(pk=found.pk).update(assignee=max_, priority=3, tag_ids=[tag.pk])
    keep_draft(found, olga, {"text": "Dear Ada"}, at=now())
    write_conversation_note(found, "She likes oats", by=by(olga), at=now())
    page = office.get(f"/inbox/{found.pk}/splitting/").content.decode()
    assert page.index("The invoice, please") < page.index("Where are my beans?")

    values = {"messages": [second.pk, third.pk], "subject": "The invoice"}
    answer = office.post(f"/inbox/{found.pk}/splitting/", values, headers={"HX-Request": "true"})

    made = Conversation.objects.exclude(pk=found.pk).get()
    assert told(answer, "inbox-open") == {"id": made.pk}
    names = ("state", "subject", "assignee", "priority", "tag_ids", "person", "beginning", "waiting_since")
    kept = ("open", "The invoice", max_, 3, [tag.pk], ada)
    assert seen(made, *names) == (*kept, "The invoice, please", second.received_at)
    assert seen(found, "state", "beginning", "waiting_since") == (
        "open",
        "Where are my beans?",
        first.received_at,
    )
    assert [one.text for one in made.thread.messages.order_by("pk")] == [
        "And the invoice?",
        "The invoice, please",
    ]
    assert Draft.objects.get().conversation == found and found.notes.count() == 1
    started = dict(Clock.objects.filter(kind="first").values_list("conversation", "started_at"))
    assert started == {found.pk: first.received_at, made.pk: second.received_at}
    assert "split “The invoice” off" in office.get(f"/inbox/{found.pk}/thread/").content.decode()
    assert AuditEntry.objects.filter(action="conversation.split").exists()

    # An answer to what moved follows it.
    a_message(a_mail("Well?", In_Reply_To=f"<{third.message_id}>"))
    hear_everything()
    assert seen(made, "beginning") == ("Well?",) and seen(found, "beginning") == ("Where are my beans?",)

    office.post(told(answer)["undo"])
    page = office.get(f"/inbox/{found.pk}/").content.decode()
    assert all(words in page for words in ("beans?", "And the invoice?", "Well?"))
    assert seen(found, "state", "waiting_since") == ("open", first.received_at)


def test_what_stays_answered_waits_for_the_customer(olga: Member, ada: Person) -> None:
    found, _letters = written("Where are my beans?")
    answer_conversation(found, OutgoingLetter("On their way."), by=by(olga), at=now() - timedelta(hours=2))
    late = a_message(a_mail("Another thing", In_Reply_To="<a1@x>"), at=now() - timedelta(hours=1))
    hear_everything()

    made = split_conversation(found, [late.pk], by=by(olga), at=now())

    assert seen(found, "state", "waiting_since") == ("waiting", None)
    assert seen(made, "state", "waiting_since", "first_answered_at") == ("open", late.received_at, None)


def test_something_has_to_stay_and_something_to_move(office: Client, ada: Person) -> None:
    found, letters = written("One", "Two")
    with pytest.raises(EverythingChosen):
        split_conversation(found, [one.pk for one in letters], by=CLOCK, at=now())

    all_ = office.post(f"/inbox/{found.pk}/splitting/", {"messages": [one.pk for one in letters]})
    none = office.post(f"/inbox/{found.pk}/splitting/", {})

    assert (all_.status_code, none.status_code) == (422, 422)
    assert "has to stay here" in all_.content.decode()
    assert Conversation.objects.count() == 1


def test_programs_split_too(by_olga: Actor, ada: Person) -> None:
    found, letters = written("One", "Two")
    _key, secret = create_api_key("Robot", role="owner", by=by_olga)
    call = Client(headers={"Authorization": f"Bearer {secret}"})

    made = call.post(
        f"/api/v1/conversations/{found.pk}/splitting",
        {"messages": [letters[1].pk]},
        content_type="application/json",
    )

    assert (made.status_code, made.json()["beginning"]) == (201, "Two")
    keep_draft(found, Member.objects.get(), {"text": "Dear Ada"}, at=now())
    drafts = call.get(f"/api/v1/conversations/{found.pk}/drafts").json()["items"]
    assert [(one["author"], one["text"], one["is_open"]) for one in drafts] == [("Olga", "", False)]


# --- Since when somebody waits ------------------------------------------------------------------------------------


def test_reopened_they_wait_since_their_message_and_the_promise_begins_anew(
    olga: Member, ada: Person
) -> None:
    found, (letter,) = written("Where are my beans?")
    close_conversation(found, by=by(olga), at=now() - timedelta(hours=1))
    at = now()

    reopen_conversation(found, by=by(olga), at=at)

    assert seen(found, "waiting_since") == (letter.received_at,)
    assert Clock.objects.filter(kind="first", cancelled_at=None).get().started_at == at


def test_reopened_after_an_answer_nobody_waits(olga: Member, ada: Person) -> None:
    found, _letters = written("Where are my beans?")
    answer_conversation(found, OutgoingLetter("Here."), by=by(olga), at=now())

    reopen_conversation(found, by=by(olga), at=now())

    assert seen(found, "waiting_since") == (None,)


def test_an_answer_that_did_not_arrive_answered_nothing(olga: Member, ada: Person) -> None:
    found, (letter, _second) = written("Where are my beans?", "Hello?")
    sent = answer_conversation(found, OutgoingLetter("Here."), by=by(olga), at=now()).message

    take_failure(sent.pk, "ada@example.com", "No such mailbox", by=CLOCK, at=now())

    assert seen(found, "state", "waiting_since") == ("open", letter.received_at)
