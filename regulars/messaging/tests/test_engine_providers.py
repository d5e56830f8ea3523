"""Every built-in provider passes the kit that plug-ins run, with the examples of its own documentation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from regulars.messaging.engine.providers import (
    BUILT_IN,
    Gateway,
    Instagram,
    Messenger,
    Telegram,
    Twilio,
    WhatsApp,
)
from regulars.messaging.engine.providers.conformance import Examples, check_provider, drive
from regulars.messaging.engine.providers.values import (
    Answer,
    Filling,
    Forged,
    NotAccepted,
    OutgoingText,
    PartlySent,
    Provider,
    RemoteFile,
    Template,
    Webhook,
    WindowClosed,
)

HERE = "https://care.example/messaging/hook/7/"
META = {"token": "EAAG-secret", "app_secret": "app-secret", "verify_token": "verify-secret"}
TWILIO = {"account": "AC123", "token": "twilio-secret", "number": "+358401234567"}
WHATSAPP = META | {"number_id": "106540352242922"}
MESSENGER = META | {"page_id": "1906385232743451"}
INSTAGRAM = META | {"page_id": "17841405309211844"}
TELEGRAM = {"token": "123:bot-secret", "secret": "hook-secret"}
GATEWAY = {
    "url": "https://sms.example/send?to={to}",
    "body": '{"text": "{text}"}',
    "secret": "gateway-secret",
    "id_path": "data.id",
}


def said(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


def sign_meta(body: bytes) -> Webhook:
    seal = hmac.new(META["app_secret"].encode(), body, hashlib.sha256).hexdigest()
    return Webhook("POST", HERE, {"x-hub-signature-256": f"sha256={seal}"}, body)


def sign_twilio(body: bytes) -> Webhook:
    fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    words = (HERE + "".join(name + fields[name] for name in sorted(fields))).encode("utf-8", "replace")
    seal = base64.b64encode(hmac.new(TWILIO["token"].encode(), words, hashlib.sha1).digest()).decode()
    return Webhook("POST", HERE, {"x-twilio-signature": seal}, body)


def sign_telegram(body: bytes) -> Webhook:
    return Webhook("POST", HERE, {"x-telegram-bot-api-secret-token": TELEGRAM["secret"]}, body)


def sign_gateway(body: bytes) -> Webhook:
    seal = hmac.new(GATEWAY["secret"].encode(), body, hashlib.sha256).hexdigest()
    return Webhook("POST", HERE, {"x-signature-256": f"sha256={seal}"}, body)


def whatsapp(**value: Any) -> bytes:
    whole = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": WHATSAPP["number_id"]}, **value}
    entry = {"id": "0", "changes": [{"field": "messages", "value": whole}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def messenger(page: str, kind: str, **entry: Any) -> bytes:
    return json.dumps({"object": kind, "entry": [{"id": page, "time": 1_700_000_000, **entry}]}).encode()


def graph_error(code: int, subcode: int = 0, status: int = 400) -> Answer:
    return said({"error": {"message": "No.", "code": code, "error_subcode": subcode}}, status)


GREETING = {
    "from": "16315551181", "id": "wamid.1", "timestamp": "1504902988", "type": "text", "text": {"body": "Is it open?"},
}  # fmt: skip
PRIVATE = {
    "sender": {"id": "psid-9"}, "recipient": {"id": MESSENGER["page_id"]}, "timestamp": 1_700_000_000_123,
    "message": {"mid": "m_1", "text": "Hello"},
}  # fmt: skip
EXAMPLES: dict[str, tuple[Provider, Examples]] = {
    "twilio": (
        Twilio(),
        Examples(
            TWILIO, sign_twilio,
            urlencode({"MessageSid": "SM1", "From": "+358501112223", "To": TWILIO["number"], "Body": "Moi äö", "NumMedia": "0"}).encode(),
            "SM1", "+358501112223", "Moi äö",
            [said({"sid": "SM2", "status": "queued", "error_code": None}, 201)], "SM2", OutgoingText("+358501112223", "Moi!"),
            refused=said({"code": 21211, "message": "Invalid 'To'."}, 400),
            access_ended=said({"code": 20003, "message": "Authenticate"}, 401),
            blocked=said({"code": 21610, "message": "Attempt to send to unsubscribed recipient"}, 400),
            event=urlencode({"MessageSid": "SM2", "MessageStatus": "delivered", "To": "+358501112223"}).encode(),
            event_key="SM2", event_state="delivered",
        ),
    ),
    "gateway": (
        Gateway(),
        Examples(
            GATEWAY, sign_gateway, b'{"id": "g1", "from": "+3725551234", "text": "Tere", "at": 1700000000}', "g1", "+3725551234", "Tere",
            [said({"data": {"id": 77}})], "77", OutgoingText("+3725551234", "Tere!"),
            refused=said({"error": "bad number"}, 400), access_ended=said({}, 401),
            event=b'{"id": "77", "status": "DELIVERED"}', event_key="77", event_state="delivered",
        ),
    ),
    "whatsapp": (
        WhatsApp(),
        Examples(
            WHATSAPP, sign_meta,
            whatsapp(contacts=[{"profile": {"name": "Kerry"}, "wa_id": "16315551181"}], messages=[GREETING]),
            "wamid.1", "+16315551181", "Is it open?",
            [said({"messages": [{"id": "wamid.2"}]})], "wamid.2", OutgoingText("+16315551181", "Until six.", since_theirs=60),
            refused=graph_error(131026), access_ended=graph_error(190, status=401), blocked=graph_error(131050),
            window_closed=graph_error(131047),
            event=whatsapp(statuses=[{"id": "wamid.2", "status": "read", "timestamp": "1504902999"}]),
            event_key="wamid.2", event_state="read",
        ),
    ),
    "messenger": (
        Messenger(),
        Examples(
            MESSENGER, sign_meta, messenger(MESSENGER["page_id"], "page", messaging=[PRIVATE]), "m_1", "psid-9", "Hello",
            [said({"recipient_id": "psid-9", "message_id": "m_2"})], "m_2", OutgoingText("psid-9", "Hi!", since_theirs=60),
            refused=graph_error(100), access_ended=graph_error(190), blocked=graph_error(551), window_closed=graph_error(10, 2018278),
            event=messenger(MESSENGER["page_id"], "page", messaging=[{"delivery": {"mids": ["m_2"], "watermark": 1_700_000_000_000}}]),
            event_key="m_2", event_state="delivered",
        ),
    ),
    "instagram": (
        Instagram(),
        Examples(
            INSTAGRAM, sign_meta,
            messenger(INSTAGRAM["page_id"], "instagram", changes=[
                {"field": "comments", "value": {"id": "17865", "text": "Price?", "from": {"id": "5", "username": "kata"}, "media": {"id": "8"}}},
            ]),
            "comment:17865", "5", "Price?",
            [said({"id": "17866"})], "comment:17866", OutgoingText("", "Ten euros.", answers="comment:17865", is_public=True),
            refused=graph_error(100), access_ended=graph_error(190),
        ),
    ),
    "telegram": (
        Telegram(),
        Examples(
            TELEGRAM, sign_telegram,
            json.dumps({"update_id": 1, "message": {
                "message_id": 5, "date": 1_700_000_000, "chat": {"id": 42, "type": "private"}, "text": "Labas",
                "from": {"id": 42, "is_bot": False, "first_name": "Jonas", "last_name": "K", "language_code": "lt"},
            }}).encode(),
            "42:5", "42", "Labas",
            [said({"ok": True, "result": {"message_id": 6}})], "42:6", OutgoingText("42", "Labas!", answers="42:5"),
            refused=said({"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}, 400),
            access_ended=said({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401),
            blocked=said({"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}, 403),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_built_in_provider_passes_the_kit(name: str) -> None:
    check_provider(*EXAMPLES[name])


def test_there_is_an_example_for_each() -> None:
    assert {one.kind for one in BUILT_IN} == {provider.kind for provider, _examples in EXAMPLES.values()}


def test_a_handshake_is_answered_only_to_who_knows_the_word() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": META["verify_token"], "hub.challenge": "1158201444"}

    assert WhatsApp().hear(WHATSAPP, Webhook("GET", HERE, {}, b"", query)).reply == "1158201444"
    with pytest.raises(Forged):
        WhatsApp().hear(WHATSAPP, Webhook("GET", HERE, {}, b"", query | {"hub.verify_token": "guess"}))


def test_a_closed_window_is_known_before_anything_is_sent_and_a_template_still_goes() -> None:
    late = OutgoingText("+358", "Still there?", since_theirs=25 * 3600)
    with pytest.raises(WindowClosed):
        drive(WhatsApp().send(WHATSAPP, late), [])
    with pytest.raises(WindowClosed):
        drive(Messenger().send(MESSENGER, OutgoingText("psid", "Hi", since_theirs=8 * 86_400)), [])

    approved = OutgoingText(
        "+358",
        "",
        template=Template("order_ready", "fi", (Filling("body", "", "Ada"), Filling("body", "", "17"))),
    )
    key, calls = drive(WhatsApp().send(WHATSAPP, approved), [said({"messages": [{"id": "wamid.9"}]})])

    body = json.loads(calls[0].body)
    assert (key, body["type"], body["template"]["language"]) == ("wamid.9", "template", {"code": "fi"})
    assert [one["text"] for one in body["template"]["components"][0]["parameters"]] == ["Ada", "17"]


def test_an_answer_after_a_day_goes_as_one_of_a_human_agent() -> None:
    _key, calls = drive(
        Messenger().send(MESSENGER, OutgoingText("psid", "Hi", since_theirs=2 * 86_400)),
        [said({"message_id": "m"})],
    )

    assert json.loads(calls[0].body)["tag"] == "HUMAN_AGENT"


def test_what_went_out_in_part_is_not_sent_again_as_a_whole() -> None:
    text = OutgoingText("42", "See the file", file_links=("https://care.example/f/1",))

    with pytest.raises(PartlySent) as problem:
        drive(Telegram().send(TELEGRAM, text), [said({"ok": True, "result": {"message_id": 6}}), Answer(502)])

    assert problem.value.key == "42:6"


def test_our_own_words_written_elsewhere_come_as_an_echo() -> None:
    echo = {
        "sender": {"id": MESSENGER["page_id"]}, "recipient": {"id": "psid-9"}, "timestamp": 1_700_000_000_123,
        "message": {"mid": "m_3", "text": "From the app", "is_echo": True},
    }  # fmt: skip

    heard = Messenger().hear(MESSENGER, sign_meta(messenger(MESSENGER["page_id"], "page", messaging=[echo])))

    assert [(one.is_echo, one.sender) for one in heard.texts] == [(True, "psid-9")]


def test_texts_of_another_number_of_the_same_account_are_left_out() -> None:
    heard = WhatsApp().hear(WHATSAPP | {"number_id": "other"}, sign_meta(whatsapp(messages=[GREETING])))

    assert (heard.texts, heard.left_out) == ((), 1)


def test_a_file_is_fetched_from_the_providers_own_hosts_only() -> None:
    asking = WhatsApp().fetch(WHATSAPP, RemoteFile("media-1"))
    assert next(asking).url.endswith("/media-1")
    with pytest.raises(NotAccepted):
        asking.send(said({"url": "http://169.254.169.254/latest/"}))
    with pytest.raises(NotAccepted):
        next(Messenger().fetch(MESSENGER, RemoteFile("https://evil.example/x")))
    elsewhere = next(Twilio().fetch(TWILIO, RemoteFile("https://evil.example/x")))
    assert "Authorization" not in elsewhere.headers


def test_words_fill_a_gateways_pattern_without_breaking_out_of_it() -> None:
    nasty = OutgoingText('+1"&to=+2', 'He said "{to}" \\ & left\n')

    _key, calls = drive(Gateway().send(GATEWAY, nasty), [said({"data": {"id": 1}})])

    assert calls[0].url == "https://sms.example/send?to=%2B1%22%26to%3D%2B2"
    assert json.loads(calls[0].body) == {"text": 'He said "{to}" \\ & left\n'}


def test_twilio_knows_its_mark_although_a_proxy_names_the_port() -> None:
    hook = sign_twilio(b"MessageSid=SM9&From=%2B1&Body=x")
    behind = Webhook("POST", HERE.replace("care.example", "care.example:443"), hook.headers, hook.body)

    assert Twilio().hear(TWILIO, behind).texts[0].key == "SM9"
