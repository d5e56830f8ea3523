"""Answers by other channels than mail: to whoever wrote, by the way they wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from regulars.inbox.actions.arriving import take_message
from regulars.inbox.models import Conversation, Satisfaction
from regulars.inbox.queries.writing import answering_channel
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.connections import connect
from regulars.messaging.actions.hooks import hear_hook
from regulars.messaging.actions.intake import read_everything
from regulars.messaging.actions.outbox import deliver_everything
from regulars.messaging.models import Channel, Message, Outlet, Sending
from regulars.messaging.tests.test_engine_providers import META, sign_meta, sign_telegram, whatsapp
from regulars.messaging.tests.test_texts import GREETING, TELEGRAM, a_chat
from regulars.team.models import Business, Member
from tests.text_provider import TextProvider, text_provider

pytestmark = pytest.mark.django_db
BY = Actor.clock("test")


@pytest.fixture
def server() -> Iterator[TextProvider]:
    with text_provider() as running:
        yield running


@pytest.fixture
def desk(olga: Member) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def arrived() -> Conversation:
    read_everything()
    found = take_message(Message.objects.latest("pk").pk, by=BY, at=now())
    assert found is not None
    return found


def test_a_telegram_message_is_answered_from_the_inbox(
    business: Business, server: TextProvider, desk: Client
) -> None:
    bot = connect("telegram", "Bot", TELEGRAM | {"host": server.url}, by=BY, at=now())
    hear_hook(bot, sign_telegram(a_chat(5, "Ar dirbate?")), by=BY, at=now())
    found = arrived()
    page = desk.get(reverse("inbox:conversation", args=[found.pk])).content.decode()
    assert 'name="cc"' not in page

    server.answer((200, {"ok": True, "result": {"message_id": 6}}))
    answer = desk.post(
        reverse("inbox:reply", args=[found.pk]),
        {"text": "Taip, iki *šešių*.", "sequence": str(found.sequence)},
    )
    Sending.objects.update(due_at=now())
    deliver_everything()

    assert answer.status_code < 300
    assert server.said()["text"] == "Taip, iki *šešių*."
    assert Sending.objects.get().state == "sent"


def test_the_composer_says_that_a_channel_is_closed_before_anybody_types(
    business: Business, server: TextProvider, desk: Client
) -> None:
    settings = META | {"number_id": "106540352242922", "host": server.url}
    phone = connect("whatsapp", "WhatsApp", settings, by=BY, at=now())
    hear_hook(phone, sign_meta(whatsapp(messages=[GREETING])), by=BY, at=now())
    found = arrived()

    page = desk.get(reverse("inbox:conversation", args=[found.pk])).content.decode()
    answer = desk.post(
        reverse("inbox:reply", args=[found.pk]), {"text": "Hello", "sequence": str(found.sequence)}
    )

    assert 'id="tab-reply"' not in page
    assert reverse("inbox:approved", args=[found.pk]) in page
    assert (answer.status_code, Sending.objects.count()) == (422, 0)


def test_what_a_form_brought_is_answered_by_mail(business: Business) -> None:
    form = Channel.objects.create(kind="form", name="Form", created_at=now())
    quiet = Channel.objects.create(kind="email", name="Old", address="old@aalto.example", created_at=now())
    able = Channel.objects.create(kind="email", name="Mail", address="care@aalto.example", created_at=now())
    Outlet.objects.create(channel=able, host="mail.example")
    found = Conversation(channel=form)

    assert answering_channel(found) == able
    Outlet.objects.all().delete()
    assert answering_channel(found) == quiet
    assert not Satisfaction.objects.exists()
