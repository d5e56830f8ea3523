"""Conversations for programs: the same rules and deeds as the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.inbox.models import Conversation
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.models import Message
from regulars.people.models import Person
from regulars.team.actions.keys import create_api_key
from regulars.team.models import Team
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Call = Callable[..., Any]


@pytest.fixture
def ada(north: Team) -> Person:
    return a_person("Ada", email="ada@example.com", team=north)


@pytest.fixture
def call(by_olga: Actor) -> Call:
    _key, secret = create_api_key("test", role="owner", by=by_olga)

    def send(method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        client = getattr(Client(), method)
        path = f"/api/v1/conversations{path}"
        if body is None:
            return client(path, headers=headers)
        return client(path, headers=headers, data=body, content_type="application/json")

    return send


def a_conversation(text: str = "Good morning.", **headers: str) -> Conversation:
    message = a_message(a_mail(text, **headers))
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def test_conversations_are_listed_by_a_filter_and_read(call: Call, ada: Person) -> None:
    found, _other = a_conversation(Subject="Beans"), a_conversation(Subject="Cups")

    rows = call("get", '?filter={"field":"subject","op":"contains","value":"bean"}').json()
    one = call("get", f"/{found.pk}").json()

    assert [row["id"] for row in rows["items"]] == [found.pk]
    assert (one["subject"], one["state"], one["person"], one["sequence"]) == ("Beans", "open", ada.pk, 1)
    assert call("get", "/999999").status_code == 404


def test_a_conversation_is_changed(call: Call, ada: Person, north: Team) -> None:
    found = a_conversation()
    until = (now() + timedelta(days=1)).isoformat()

    changed = call(
        "patch",
        f"/{found.pk}",
        {"priority": 3, "tags": ["late"], "team": north.pk, "state": "snoozed", "snoozed_until": until},
    ).json()

    assert (changed["priority"], changed["tags"], changed["team"], changed["state"]) == (
        3,
        ["late"],
        north.pk,
        "snoozed",
    )
    assert call("patch", f"/{found.pk}", {"tags": []}).json()["tags"] == []
    assert call("patch", f"/{found.pk}", {"state": "closed"}).json()["state"] == "closed"
    assert call("patch", f"/{found.pk}", {"state": "closed"}).status_code == 409
    assert call("patch", f"/{found.pk}", {"state": "snoozed"}).status_code == 422
    assert call("patch", f"/{found.pk}", {"assignee": 999_999}).status_code == 422
    assert call("patch", f"/{found.pk}", {"colour": "red"}).status_code == 422


def test_an_answer_and_a_note_are_written(call: Call, ada: Person) -> None:
    found = a_conversation("Where is it?")

    sent = call("post", f"/{found.pk}/messages", {"text": "On its way", "sequence": found.sequence})
    late = call("post", f"/{found.pk}/messages", {"text": "Twice", "to": "nonsense"})
    note = call("post", f"/{found.pk}/notes", {"text": "She likes oats"})
    letters = call("get", f"/{found.pk}/messages").json()["items"]

    assert (sent.status_code, late.status_code, note.status_code) == (201, 422, 201)
    assert sent.json()["recipients"] == [{"email": "ada@example.com", "role": "to", "state": "held"}]
    assert {(one["direction"], one["text"]) for one in letters} == {
        ("in", "Where is it?"),
        ("out", "On its way"),
    }
    assert found.notes.get().body == "She likes oats"


def test_an_answer_to_what_moved_meanwhile_is_refused(call: Call, ada: Person) -> None:
    found = a_conversation(Message_ID="<1@x>")
    a_conversation("Wait", In_Reply_To="<1@x>")

    refused = call("post", f"/{found.pk}/messages", {"text": "Too early", "sequence": 1})

    assert refused.status_code == 409
    assert refused.json()["code"] == "moved_meanwhile"
    assert not Message.objects.filter(direction="out").exists()
