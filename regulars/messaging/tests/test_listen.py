"""Mail that other servers bring: by SMTP, by LMTP, and posted by mail services."""

from __future__ import annotations

import asyncio
import base64
import json
import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named, raw_bytes
from regulars.messaging.actions.intake import read_everything
from regulars.messaging.commands import listen
from regulars.messaging.commands.listen import factory
from regulars.messaging.engine.threads import reply_address
from regulars.messaging.models import Arrival, Channel, Message
from regulars.messaging.queries.placing import thread_secret
from regulars.messaging.views.posts import key_of
from regulars.people.models import Identity
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BY = Actor.clock("test")


@pytest.fixture
def desk(settings: Any, tmp_path: Any) -> Channel:
    settings.DATA_DIR = tmp_path
    return channel_named(address="desk@aalto.example", by=BY, at=now())


@contextmanager
def listening(*, is_lmtp: bool = False, largest: int = 1_000_000) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(factory(is_lmtp=is_lmtp, largest=largest), "127.0.0.1", 0)
    )
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def texts() -> list[str]:
    read_everything()
    return sorted(Message.objects.values_list("text", flat=True))


def test_mail_to_us_is_taken_and_no_other(desk: Channel) -> None:
    with listening() as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("ada@example.com", ["Desk@aalto.example"], a_mail("To the desk"))
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail("ada@example.com", ["ada@else.example"], a_mail("To others"))

    assert refused.value.recipients["ada@else.example"][0] == 550
    assert texts() == ["To the desk"]
    assert raw_bytes(Arrival.objects.get()).startswith(b"Return-Path: <ada@example.com>")


def test_an_answer_to_our_marked_address_finds_its_thread(desk: Channel) -> None:
    first = a_message(a_mail("First"))
    address = reply_address("desk@aalto.example", first.thread_id, thread_secret())

    with listening() as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("ada@example.com", [address], a_mail("Second", To="undisclosed-recipients:;"))

    read_everything()
    assert Message.objects.get(text="Second").thread == first.thread


def test_a_bounce_shows_by_its_empty_envelope(desk: Channel) -> None:
    with listening() as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail(
            "",
            ["desk@aalto.example"],
            a_mail("x", from_="MAILER-DAEMON@mx.example", Subject="failure notice"),
        )

    read_everything()
    assert Message.objects.get().is_automatic


def test_what_is_too_large_is_refused_before_it_comes(desk: Channel) -> None:
    with (
        listening(largest=2_000) as port,
        smtplib.SMTP("127.0.0.1", port) as client,
        pytest.raises(smtplib.SMTPException),
    ):
        client.sendmail("ada@example.com", ["desk@aalto.example"], a_mail("x" * 3_000))

    assert texts() == []


@pytest.mark.parametrize("is_lmtp", [False, True])
def test_while_the_database_is_away_the_other_server_keeps_the_mail(
    desk: Channel, is_lmtp: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_more: Any) -> list[bool]:
        raise OSError("gone")

    monkeypatch.setattr(listen, "receive", away)
    kind = smtplib.LMTP if is_lmtp else smtplib.SMTP
    with listening(is_lmtp=is_lmtp) as port, kind("127.0.0.1", port) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("ada@example.com")
        client.rcpt("desk@aalto.example")
        assert client.data(a_mail("Not now"))[0] == 451

    assert texts() == []


def test_lmtp_answers_for_each_recipient(desk: Channel) -> None:
    channel_named("Sales", address="sales@aalto.example", by=BY, at=now())
    with listening(is_lmtp=True) as port, smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("ada@example.com")
        codes = [
            client.rcpt(one)[0] for one in ("desk@aalto.example", "no@aalto.example", "sales+x@aalto.example")
        ]
        first = client.data(a_mail("Both"))
        second = client.getreply()

    assert codes == [250, 550, 250]
    assert [first[0], second[0]] == [250, 250]
    assert texts() == ["Both", "Both"]


def test_long_lines_and_dots_arrive_as_they_were(desk: Channel) -> None:
    with listening() as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("ada@example.com", ["desk@aalto.example"], a_mail("x" * 20_000 + "\n.\n..end"))

    assert texts() == ["x" * 20_000 + "\n.\n..end"]


def test_what_services_post_is_taken_in_as_it_came(desk: Channel) -> None:
    mail = a_mail("Posted", Message_ID="<posted@x>")
    place = f"/posts/mail/{{}}/{desk.pk}/{key_of(desk)}/"
    relay = {"email_rfc822": base64.b64encode(mail).decode(), "email_rfc822_is_base64": True}
    posts: list[tuple[str, Callable[[str], Any]]] = [
        (
            "mailgun",
            lambda url: Client().post(url, {"body-mime": mail.decode(), "recipient": "desk@aalto.example"}),
        ),
        ("sendgrid", lambda url: Client().post(url, {"email": mail.decode(), "envelope": "{}"})),
        (
            "postmark",
            lambda url: Client().post(url, json.dumps({"RawEmail": mail.decode()}), "application/json"),
        ),
        (
            "sparkpost",
            lambda url: Client().post(
                url, json.dumps([{"msys": {"relay_message": {"content": relay}}}]), "application/json"
            ),
        ),
    ]

    answers = [post(place.format(service)).status_code for service, post in posts]

    assert answers == [204] * 4
    assert texts() == ["Posted"]
    assert Arrival.objects.filter(is_duplicate=True).count() == 3


def test_a_mail_posted_in_pieces_is_put_together(desk: Channel) -> None:
    said = {
        "FromFull": {"Email": "ada@example.com", "Name": "Ada"}, "ToFull": [{"Email": "desk@aalto.example", "Name": ""}],
        "Subject": "Pieces", "TextBody": "In pieces", "Headers": [{"Name": "Message-ID", "Value": "<p@x>"}],
        "Date": "Mon, 2 Mar 2026 10:00:00 +0200", "CcFull": [], "BccFull": [], "Attachments": [], "From": "ada@example.com",
        "To": "desk@aalto.example", "ReplyTo": "", "MessageID": "m",
    }  # fmt: skip

    Client().post(f"/posts/mail/postmark/{desk.pk}/{key_of(desk)}/", json.dumps(said), "application/json")

    assert texts() == ["In pieces"]
    assert Message.objects.get().sender_email == "ada@example.com"


def test_who_does_not_know_the_secret_posts_nothing(desk: Channel) -> None:
    for path in (
        f"mail/postmark/{desk.pk}/guess/",
        f"reports/postmark/{desk.pk}/guess/",
        f"mail/other/{desk.pk}/{key_of(desk)}/",
    ):
        assert Client().post(f"/posts/{path}", "{}", "application/json").status_code == 404

    assert (
        Client().post(f"/posts/mail/postmark/{desk.pk}/{key_of(desk)}/", "[]", "application/json").status_code
        == 400
    )
    assert not Arrival.objects.exists()


def test_what_a_service_reports_marks_the_address(desk: Channel) -> None:
    ada = a_person("Ada", email="ada@example.com")
    said = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "TypeCode": 1,
        "MessageID": "m",
        "Email": "Ada@example.com",
        "BouncedAt": "2026-03-02T10:00:00Z",
        "Description": "No such user",
    }

    answer = Client().post(
        f"/posts/reports/postmark/{desk.pk}/{key_of(desk)}/", json.dumps(said), "application/json"
    )

    assert answer.status_code == 204
    assert Identity.objects.get(person=ada).bounced_at is not None
