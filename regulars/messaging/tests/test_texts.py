"""Texts by providers, out and in, against a local server that speaks as they do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.messaging.actions import take_back, write_message
from regulars.messaging.actions.connections import check_connection, connect, reconnect
from regulars.messaging.actions.intake import read_everything
from regulars.messaging.actions.outbox import deliver_everything
from regulars.messaging.actions.remote_files import fetch_file
from regulars.messaging.actions.text_checks import WindowOver
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.engine.providers.values import Webhook
from regulars.messaging.models import Arrival, Connection, Message, MessageFile, Sending, Suppression, Thread
from regulars.messaging.tests.test_engine_providers import (
    GREETING,
    META,
    sign_meta,
    sign_telegram,
    sign_twilio,
    whatsapp,
)
from regulars.people.models import Person
from regulars.team.models import Business, Member
from regulars.timeline.models import Touchpoint
from tests.cast import a_person
from tests.text_provider import TextProvider, text_provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TELEGRAM = {"token": "123:bot-secret", "secret": "hook-secret"}
NUMBER = "106540352242922"


@pytest.fixture
def server() -> Iterator[TextProvider]:
    with text_provider() as running:
        yield running


@pytest.fixture
def telegram(server: TextProvider, business: Business, by_olga: Actor) -> Connection:
    return connect("telegram", "Bot", TELEGRAM | {"host": server.url}, by=by_olga, at=now())


@pytest.fixture
def whats(server: TextProvider, business: Business, by_olga: Actor) -> Connection:
    settings = META | {"number_id": NUMBER, "host": server.url}
    return connect("whatsapp", "WhatsApp", settings, by=by_olga, at=now())


def a_chat(number: int, text: str, *, at: int = 1_700_000_000, **more: Any) -> bytes:
    person = {"id": 42, "is_bot": False, "first_name": "Jonas", "username": "jonas_k", "language_code": "lt"}
    said = {
        "message_id": number,
        "date": at,
        "chat": {"id": 42, "type": "private"},
        "text": text,
        "from": person,
    }
    return json.dumps({"update_id": number, "message": said | more}).encode()


def post(connection: Connection, hook: Webhook) -> Any:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in hook.headers.items()}
    address = reverse("messaging:hook", args=[connection.hook_key])
    return Client().post(address, hook.body, content_type="application/json", **headers)


def leave_now() -> None:
    Sending.objects.all().update(due_at=now())
    deliver_everything()


def test_a_text_comes_in_and_its_answer_goes_out_to_who_wrote_it(
    telegram: Connection, server: TextProvider, by_olga: Actor
) -> None:
    assert post(telegram, sign_telegram(a_chat(5, "Ar dirbate?"))).status_code == 200
    read_everything()

    message = Message.objects.get()
    assert (message.person.name, message.text, message.channel.kind) == ("Jonas", "Ar dirbate?", "telegram")
    assert Touchpoint.objects.filter(kind="message.received", person=message.person).exists()
    server.answer((200, {"ok": True, "result": {"message_id": 6}}))
    write_message(message.thread, telegram.channel, OutgoingLetter(text="Taip!"), by=by_olga, at=now())
    leave_now()

    assert server.asked[0][1] == "/bot123:bot-secret/sendMessage"
    assert server.said()["text"] == "Taip!"
    assert server.said()["reply_parameters"]["message_id"] == 5
    sending = Sending.objects.get()
    assert (sending.state, sending.provider_id) == ("sent", "42:6")


def test_what_is_told_twice_or_out_of_order_is_there_once_and_in_order(telegram: Connection) -> None:
    second, first = a_chat(6, "Second", at=1_700_000_060), a_chat(5, "First", at=1_700_000_000)
    for body in (second, first, second, first, second):
        post(telegram, sign_telegram(body))
    read_everything()

    thread = Thread.objects.get()
    assert list(thread.messages.order_by("sent_at").values_list("text", flat=True)) == ["First", "Second"]
    assert Person.objects.count() == 1
    assert Arrival.objects.filter(state="read").count() == 5


def test_a_forged_call_is_refused_and_leaves_nothing(telegram: Connection) -> None:
    hook = sign_telegram(a_chat(5, "Hello"))

    answer = post(telegram, Webhook("POST", "", {"x-telegram-bot-api-secret-token": "guess"}, hook.body))

    assert (answer.status_code, Arrival.objects.count()) == (403, 0)
    assert Client().post("/hooks/no-such-key/", b"{}", content_type="application/json").status_code == 404


def test_a_known_number_is_the_same_person_by_sms_and_by_whatsapp(
    whats: Connection, server: TextProvider, by_olga: Actor
) -> None:
    kata = a_person("Kata", phone="+16315551181")
    settings = {"account": "AC1", "token": "twilio-secret", "number": "+358401234567", "host": server.url}
    sms = connect("sms_twilio", "SMS", settings, by=by_olga, at=now())

    post(whats, sign_meta(whatsapp(messages=[GREETING])))
    hook = sign_twilio(b"")
    body = b"MessageSid=SM1&From=%2B16315551181&Body=Hello+again&NumMedia=0"
    address = reverse("messaging:hook", args=[sms.hook_key])
    signed = _sign_for(f"http://testserver{address}", body)
    Client().post(
        address,
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signed},
    )
    read_everything()

    assert hook.method == "POST"
    assert {one.person for one in Message.objects.all()} == {kata}
    assert Message.objects.count() == 2


def _sign_for(url: str, body: bytes) -> str:
    import base64
    import hashlib
    import hmac
    from urllib.parse import parse_qsl

    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    words = (url + "".join(name + fields[name] for name in sorted(fields))).encode()
    return base64.b64encode(hmac.new(b"twilio-secret", words, hashlib.sha1).digest()).decode()


def test_what_became_of_ours_is_kept_and_somebody_who_wants_none_is_left_in_peace(
    whats: Connection, server: TextProvider, by_olga: Actor
) -> None:
    recent = GREETING | {"timestamp": str(int(now().timestamp()) - 60)}
    post(whats, sign_meta(whatsapp(messages=[recent])))
    read_everything()
    thread = Thread.objects.get()
    server.answer((200, {"messages": [{"id": "wamid.2"}]}), (200, {"messages": [{"id": "wamid.3"}]}))
    for words in ("One", "Two"):
        write_message(thread, whats.channel, OutgoingLetter(text=words), by=by_olga, at=now())
    leave_now()

    failed = {"id": "wamid.3", "status": "failed", "errors": [{"code": 131050, "title": "User stopped"}]}
    for status in ({"id": "wamid.2", "status": "read"}, failed, {"id": "wamid.2", "status": "delivered"}):
        post(whats, sign_meta(whatsapp(statuses=[status])))
    read_everything()

    assert list(Sending.objects.order_by("pk").values_list("state", flat=True)) == ["delivered", "failed"]
    assert Suppression.objects.get().channel_kind == "whatsapp"
    assert Touchpoint.objects.filter(kind="message.failed").count() == 1


def test_a_closed_window_is_said_before_anything_is_written(whats: Connection, by_olga: Actor) -> None:
    post(whats, sign_meta(whatsapp(messages=[GREETING])))
    read_everything()

    with pytest.raises(WindowOver):
        write_message(Thread.objects.get(), whats.channel, OutgoingLetter(text="Late"), by=by_olga, at=now())

    assert not Sending.objects.exists()


def test_a_broken_line_is_uncertain_a_busy_provider_is_tried_again(
    telegram: Connection, server: TextProvider, by_olga: Actor
) -> None:
    post(telegram, sign_telegram(a_chat(5, "Hello")))
    read_everything()
    thread = Thread.objects.get()
    server.answer(None, (429, {"ok": False, "error_code": 429, "description": "Too Many Requests"}))
    for words in ("One", "Two"):
        write_message(thread, telegram.channel, OutgoingLetter(text=words), by=by_olga, at=now())

    leave_now()

    states = list(Sending.objects.order_by("pk").values_list("state", "reason"))
    assert [state for state, _reason in states] == ["uncertain", "waiting"]
    assert "Too Many Requests" in states[1][1]
    server.answer((200, {"ok": True, "result": {"message_id": 8}}))
    leave_now()
    assert list(Sending.objects.order_by("pk").values_list("state", flat=True)) == ["uncertain", "sent"]
    assert len(server.asked) == 3


def test_a_picture_is_fetched_from_the_provider_after_its_text_was_filed(
    telegram: Connection, server: TextProvider
) -> None:
    post(telegram, sign_telegram(a_chat(5, "", photo=[{"file_id": "small"}, {"file_id": "large"}])))
    read_everything()
    file = MessageFile.objects.get()
    assert (file.size, file.remote_key) == (0, "large")

    server.answer((200, {"ok": True, "result": {"file_path": "photos/1.jpg"}}), (200, b"\xff\xd8picture"))
    fetch_file(file.pk)
    fetch_file(file.pk)

    file.refresh_from_db()
    assert (bytes(file.content), file.size, file.remote_key) == (b"\xff\xd8picture", 9, "")
    assert len(server.asked) == 2


def test_a_text_can_be_taken_back_while_it_is_held(
    telegram: Connection, server: TextProvider, by_olga: Actor
) -> None:
    post(telegram, sign_telegram(a_chat(5, "Hello")))
    read_everything()
    written = write_message(
        Thread.objects.get(), telegram.channel, OutgoingLetter(text="Oops"), by=by_olga, at=now()
    )

    take_back(written, by=by_olga, at=now())
    leave_now()

    assert server.asked == []


def test_connecting_says_what_is_missing_keeps_secrets_and_tells_whether_it_works(
    telegram: Connection, server: TextProvider, by_olga: Actor
) -> None:
    with pytest.raises(Invalid) as problem:
        connect("whatsapp", "W", {"number_id": "1"}, by=by_olga, at=now())
    assert set(problem.value.fields) == {"token", "app_secret", "verify_token"}
    assert "bot-secret" not in telegram.sealed_settings
    server.answer((200, {"ok": True, "result": {"username": "shop_bot"}}))
    assert check_connection(telegram, at=now()) == "@shop_bot"
    server.answer((401, {"ok": False, "error_code": 401, "description": "Unauthorized"}))
    with pytest.raises(Invalid):
        check_connection(telegram, at=now())
    telegram.refresh_from_db()
    assert telegram.problem == "Unauthorized"

    reconnect(telegram, "Bot two", {"host": server.url}, is_active=False, by=by_olga)

    telegram.refresh_from_db()
    assert (telegram.settings["token"], telegram.is_active) == ("123:bot-secret", False)


def test_the_pages_connect_check_and_never_show_a_secret(
    server: TextProvider, business: Business, olga: Member
) -> None:
    desk = Client()
    desk.force_login(olga)
    new = reverse("messaging:new_connection", args=["telegram"])
    assert desk.post(new, {"name": "Bot"}).status_code == 422

    made = desk.post(new, {"name": "Bot", "host": server.url, **TELEGRAM})

    found = Connection.objects.get()
    page = desk.get(made["Location"]).content.decode()
    assert found.hook_key in page
    assert "bot-secret" not in page
    assert "Bot" in desk.get(reverse("messaging:connections")).content.decode()
    server.answer((200, {"ok": True, "result": {"username": "shop_bot"}}))
    answer = desk.post(reverse("messaging:check_connection", args=[found.pk]), follow=True)
    assert "@shop_bot" in answer.content.decode()


def test_a_call_is_written_down_and_stands_on_the_timeline(business: Business, olga: Member) -> None:
    ada = a_person("Ada")
    desk = Client()
    desk.force_login(olga)
    address = reverse("messaging:log", args=[ada.pk])
    said = {
        "kind": "phone",
        "direction": "in",
        "happened_at": "2026-01-05T10:30",
        "minutes": "12",
        "text": "Asked for oats",
    }
    assert "Call or visit" in desk.get(address).content.decode()
    assert desk.post(address, said | {"happened_at": "2999-01-01T00:00"}).status_code == 422
    assert desk.post(address, said | {"text": " "}).status_code == 422

    assert desk.post(address, said).status_code == 204

    message = Message.objects.get()
    assert (message.person, message.channel.kind, message.minutes) == (ada, "phone", 12)
    assert Touchpoint.objects.filter(kind="contact.logged", person=ada, channel="phone").exists()
    assert "Asked for oats" in desk.get(f"/people/{ada.pk}/").content.decode()
