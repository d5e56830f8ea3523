"""Approved texts in an answer: when free words may not be sent any more, a text the provider approved still may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.inbox.models import Conversation, Draft
from regulars.inbox.tests.test_channels import arrived
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.connections import connect
from regulars.messaging.actions.hooks import hear_hook
from regulars.messaging.actions.outbox import deliver_everything
from regulars.messaging.actions.text_templates import fetch_templates
from regulars.messaging.models import Message, MessageTemplate, Sending, TextTemplate
from regulars.messaging.tests.test_engine_providers import META, sign_meta, whatsapp
from regulars.messaging.tests.test_text_templates import NAMED, READY, page
from regulars.messaging.tests.test_texts import GREETING
from regulars.people.models import Person
from regulars.team.actions.keys import create_api_key
from regulars.team.models import Business, Member
from tests.text_provider import TextProvider, text_provider

pytestmark = pytest.mark.django_db
BY = Actor.clock("test")
ENGLISH = {**READY, "id": "15", "language": "en", "components": [{"type": "BODY", "text": "Order {{1}} is ready."}]}  # fmt: skip


@pytest.fixture
def server() -> Iterator[TextProvider]:
    with text_provider() as running:
        yield running


@pytest.fixture
def late(server: TextProvider, business: Business) -> Conversation:
    """Somebody wrote by WhatsApp, years ago."""
    settings = META | {"number_id": "106540352242922", "business_id": "77", "host": server.url}
    phone = connect("whatsapp", "WhatsApp", settings, by=BY, at=now())
    server.answer(page(READY, NAMED, ENGLISH))
    fetch_templates(phone, at=now())
    hear_hook(phone, sign_meta(whatsapp(messages=[GREETING])), by=BY, at=now())
    return arrived()


@pytest.fixture
def desk(olga: Member) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def send(desk: Client, late: Conversation, template: TextTemplate, **gaps: str) -> Any:
    late.refresh_from_db()
    values = {f"gap.{name.replace('_', '.', 1)}": value for name, value in gaps.items()}
    return desk.post(
        reverse("inbox:approved", args=[late.pk]), {"was": template.pk, "sequence": late.sequence, **values}
    )


def test_the_picker_offers_the_languages_and_says_how_it_reads(desk: Client, late: Conversation) -> None:
    Person.objects.filter(pk=late.person_id).update(language="fi", first_name="Ada")
    pane = desk.get(reverse("inbox:conversation", args=[late.pk])).content.decode()
    address = reverse("inbox:approved", args=[late.pk])

    first = desk.get(address, {"name": "order_ready"}).content.decode()
    other = desk.get(address, {"name": "order_ready", "language": "en"}).content.decode()
    hello = desk.get(address, {"name": "hello"}).content.decode()

    assert address in pane
    # There is no place for words that may not be sent, but for a note, and for words that wait there already.
    assert 'id="tab-reply"' not in pane
    assert 'id="tab-note"' in pane
    Draft.objects.create(
        conversation=late, author=Member.objects.get(name="Olga"), text="See you!", updated_at=now()
    )
    assert 'id="tab-reply"' in desk.get(reverse("inbox:conversation", args=[late.pk])).content.decode()
    assert 'name="gap.body.2"' in first
    assert "3 gaps are empty" not in first
    assert "4 gaps are empty" in first
    assert "Order {{1}} is ready." in other
    assert "Hi Ada!" in hello


def test_a_chosen_text_leaves_with_what_fills_it(
    desk: Client, late: Conversation, server: TextProvider
) -> None:
    template = TextTemplate.objects.get(language="en")
    server.answer((200, {"messages": [{"id": "wamid.9"}]}))

    answer = send(desk, late, template, body_1="1001")
    Sending.objects.update(due_at=now())
    deliver_everything()

    assert answer.status_code == 204
    assert Message.objects.latest("pk").text == "Order 1001 is ready."
    said = server.said()
    assert said["template"] == {
        "name": "order_ready", "language": {"code": "en"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "1001"}]}],
    }  # fmt: skip
    assert (Sending.objects.get().state, Conversation.objects.get().state) == ("sent", "waiting")


def test_missing_values_hold_it_back_and_so_does_what_happened_meanwhile(
    desk: Client, late: Conversation, everybody: dict[str, Member]
) -> None:
    template = TextTemplate.objects.get(language="en")

    empty = send(desk, late, template, body_1="  ")
    colleague = Client()
    colleague.force_login(everybody["manager"])
    colleague.post(reverse("inbox:priority", args=[late.pk]), {"priority": "2"})
    stale = desk.post(
        reverse("inbox:approved", args=[late.pk]), {"was": template.pk, "sequence": 1, "gap.body.1": "7"}
    )

    assert (empty.status_code, "Fill in what is missing: 1." in empty.content.decode()) == (422, True)
    assert (stale.status_code, "somebody was here" in stale.content.decode()) == (422, True)
    assert not Sending.objects.exists()


def test_taking_it_back_leaves_no_draft_that_could_not_be_sent(desk: Client, late: Conversation) -> None:
    answer = send(desk, late, TextTemplate.objects.get(language="en"), body_1="7")
    undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]

    desk.post(undo)

    assert Sending.objects.get().state == "cancelled"
    assert (Draft.objects.count(), Conversation.objects.get().state) == (0, "open")


def test_programs_list_and_send_them_by_the_same_rules(late: Conversation, server: TextProvider) -> None:
    _key, secret = create_api_key("test", role="owner", by=BY)
    key = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    client, address = Client(), f"/api/v1/conversations/{late.pk}/approved-texts"

    listed = client.get(address, **key).json()["items"]
    english = next(one for one in listed if one["language"] == "en")
    empty = client.post(f"{address}/{english['id']}", {"values": {}}, content_type="application/json", **key)
    sent = client.post(
        f"{address}/{english['id']}", {"values": {"body.1": "7"}}, content_type="application/json", **key
    )

    assert [one["name"] for one in listed] == ["hello", "order_ready", "order_ready"]
    assert (empty.status_code, empty.json()["gaps"]) == (422, ["body.1"])
    assert (sent.status_code, MessageTemplate.objects.get().pk) == (201, sent.json()["message"])
