"""Mails that Mailgun and Mailjet post in pieces, as their documentation shows it: nothing is lost, nothing is there twice."""

from __future__ import annotations

import base64
import json
from email import message_from_bytes
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.keeping import read_kept
from regulars.messaging.actions import channel_named
from regulars.messaging.actions.intake import read_everything
from regulars.messaging.engine.mail_pieces import Piece, Pieces, form_fields, mailgun_pieces, rebuilt
from regulars.messaging.engine.reading import read_mail
from regulars.messaging.models import Arrival, Channel, Message
from regulars.messaging.models.messages import FILES
from regulars.messaging.views.posts import key_of

BY = Actor.clock("test")
HEADERS = [
    ["Received", "by luna.mailgun.net with SMTP mgrt 8734663311733; Fri, 03 May 2026 18:26:27 +0000"],
    ["Received", "from [10.20.76.69] (Unknown [50.56.129.169]) by mxa.mailgun.org"],
    ["Message-Id", "<517ACC75.5010709@mailgun.org>"], ["Date", "Fri, 03 May 2026 18:26:27 +0000"],
    ["From", "Ädä Lovelace <ada@example.com>"], ["To", "desk@aalto.example"], ["Subject", "Re: Näyte"],
    ["Content-Type", 'multipart/mixed; boundary="------------020601070403020003080006"'], ["Mime-Version", "1.0"],
    ["In-Reply-To", "<517AC78B.5060404@mailgun.org>"], ["X-Mailgun-Variables", '{"my_var_1": "Mailgun Variable #1"}'],
]  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n\x00\r\n--fake\r\n\xff"


def multipart(*parts: tuple[str, bytes, bytes]) -> tuple[str, bytes]:
    """Return a form as a service posts it: (disposition, type, content) each."""
    mark = b"a1b2c3"
    body = b"".join(
        b"--%s\r\nContent-Disposition: form-data; %s\r\n%s\r\n%s\r\n"
        % (mark, place.encode(), b"Content-Type: %s\r\n" % kind if kind else b"", content)
        for place, kind, content in parts
    )
    return f"multipart/form-data; boundary={mark.decode()}", body + b"--%s--\r\n" % mark


def mailgun(*files: tuple[str, bytes, bytes], **fields: str) -> tuple[str, bytes]:
    said = {
        "recipient": "desk@aalto.example", "sender": "ada@example.com", "from": "ada@example.com", "timestamp": "1777831587",
        "body-plain": "Terve!\n", "message-headers": json.dumps(HEADERS), "token": "t", "signature": "s", **fields,
    }  # fmt: skip
    return multipart(*((f'name="{name}"', b"", value.encode()) for name, value in said.items()), *files)


def mailjet(**more: Any) -> dict[str, Any]:
    return {
        "Sender": "ada@example.com", "Recipient": "desk@aalto.example", "Date": "20260504T121303", "From": "Ada <ada@example.com>",
        "Subject": "Hello", "CustomID": "", "Payload": "", "SpamAssassinScore": "0.602",
        "Headers": {
            "Return-Path": ["<ada@example.com>"], "Received": ["by 10.1.2.3", "by 10.1.2.4"], "Date": ["Mon, 4 May 2026 12:13:03 +0200"],
            "From": "Ada <ada@example.com>", "To": "desk@aalto.example", "Subject": "Hello", "Message-ID": "<mj1@example.com>",
            "Content-Type": ['multipart/mixed; boundary="001a"'], "Mime-Version": ["1.0"],
        },
        "Parts": [
            {"Headers": {"Content-Type": "text/plain; charset=UTF-8"}, "ContentRef": "Text-part"},
            {"Headers": {"Content-Type": "text/html; charset=UTF-8", "Content-Transfer-Encoding": "quoted-printable"}, "ContentRef": "Html-part"},
            {"Headers": {"Content-Type": ['application/pdf; name="lasku ä.pdf"'], "Content-Disposition": "attachment; filename=\"lasku.pdf\"", "Content-Transfer-Encoding": "base64"}, "ContentRef": "Attachment1"},
            {"Headers": {"Content-Type": "image/png", "Content-ID": "<logo@x>", "Content-Disposition": "inline"}, "ContentRef": "InlineAttachment1"},
        ],
        "Text-part": "Hi,\nwhere is my parcel?", "Html-part": '<p>Hi, where is my parcel? <img src="cid:logo@x"></p>',
        "Attachment1": base64.b64encode(b"%PDF-1.7 \x00\xff").decode(), "InlineAttachment1": base64.b64encode(PNG).decode(), **more,
    }  # fmt: skip


@pytest.fixture
def desk(db: None) -> Channel:
    return channel_named("", by=BY, at=now(), address="desk@aalto.example")


def post(desk: Channel, service: str, body: bytes, content_type: str = "application/json") -> int:
    address = f"/posts/mail/{service}/{desk.pk}/{key_of(desk)}/"
    return Client().post(address, body, content_type=content_type).status_code


def files_of(message: Message) -> dict[str, bytes]:
    return {one.name: read_kept(FILES, one.kept) for one in message.files.all()}


def test_mailguns_pieces_are_one_mail_with_every_file(desk: Channel) -> None:
    kind, body = mailgun(
        ('name="attachment-1"; filename="crabby.png"', b"image/png", PNG),
        ('name="attachment-2"; filename=""', b"application/pdf", b"%PDF-1.7"),
        ('name="attachment-3"; filename="../"', b"text/calendar", b"BEGIN:VCALENDAR"),
        **{"body-html": '<p>Terve! <img src="cid:crab@x"></p>', "attachment-count": "3", "content-id-map": '{"<crab@x>": "attachment-1"}'},
    )  # fmt: skip

    statuses = [post(desk, "mailgun", body, kind), post(desk, "mailgun", body, kind)]
    read_everything()

    message = Message.objects.get()
    assert statuses == [204, 204]
    assert (message.text, message.subject, message.sender_name) == ("Terve!", "Re: Näyte", "Ädä Lovelace")
    assert message.message_id == "517ACC75.5010709@mailgun.org"
    assert sorted(files_of(message).values()) == sorted([PNG, b"%PDF-1.7", b"BEGIN:VCALENDAR"])
    assert [one.cid.strip("<>") for one in message.files.exclude(cid="")] == ["crab@x"]


def test_mailjets_pieces_are_one_mail_with_every_file(desk: Channel) -> None:
    statuses = [post(desk, "mailjet", json.dumps(mailjet()).encode()) for _time in range(2)]
    read_everything()

    message = Message.objects.get()
    assert statuses == [204, 204]
    assert (message.text, message.sender_email, message.message_id) == ("Hi,\nwhere is my parcel?", "ada@example.com", "mj1@example.com")  # fmt: skip
    files = files_of(message)
    assert files["lasku.pdf"] == b"%PDF-1.7 \x00\xff"
    assert PNG in files.values()


def test_a_mail_without_an_id_told_twice_is_there_once(desk: Channel) -> None:
    headers = {"From": "Ada <ada@example.com>", "Subject": "Hello"}

    for _time in range(2):
        post(desk, "mailjet", json.dumps(mailjet(Headers=headers)).encode())
    read_everything()

    assert (Message.objects.count(), Arrival.objects.count()) == (1, 2)


def test_a_bounce_in_pieces_is_known_as_one() -> None:
    report = (
        b"Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; bo@example.com\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\n"
    )
    headers = [
        ("From", "MAILER-DAEMON@mx.example.com"), ("Subject", "Undelivered Mail Returned to Sender"),
        ("Content-Type", 'multipart/report; report-type=delivery-status; boundary="x"'), ("Return-Path", "<>"),
    ]  # fmt: skip
    files = [
        Piece(report, "message/delivery-status"),
        Piece(b"Message-ID: <ours@aalto.example>\r\nSubject: Hi\r\n\r\nHello", "message/rfc822"),
    ]

    read = read_mail(rebuilt(Pieces(headers, "This is the mail system.", files=files)))

    assert read.kind.name == "hard_bounce"


@pytest.mark.slow
def test_a_large_mail_in_pieces_comes_in_whole(desk: Channel) -> None:
    large = b"\x00\xff" * 15_000_000

    status = post(desk, "mailjet", json.dumps(mailjet(Attachment1=base64.b64encode(large).decode())).encode())
    read_everything()

    assert status == 204
    assert len(files_of(Message.objects.get())["lasku.pdf"]) == len(large)


@pytest.mark.parametrize("body", [b"", b"[]x", b"{}", b'{"Parts": 3}', b'{"Headers": {}}'])
def test_what_is_no_mail_is_refused_so_that_the_service_says_so(desk: Channel, body: bytes) -> None:
    assert post(desk, "mailjet", body) == 400
    assert post(desk, "mailgun", body, "application/x-www-form-urlencoded") == 400
    assert not Arrival.objects.exists()


def test_mailguns_small_form_is_understood_too() -> None:
    body = b"from=Ada+%3Cada%40example.com%3E&subject=Hi&body-plain=%C3%A4%C3%B6&Message-Id=%3Cq%40x%3E"

    read = read_mail(rebuilt(mailgun_pieces(form_fields("application/x-www-form-urlencoded", body))))

    assert (read.letter.text.strip(), read.sender, read.letter.message_id) == ("äö", "ada@example.com", "q@x")


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=200)


@given(TEXT, TEXT, st.lists(st.tuples(st.binary(max_size=200), TEXT, st.booleans()), max_size=4), TEXT)
def test_whatever_the_pieces_are_all_of_it_is_there(
    text: str, html: str, files: list[tuple[bytes, str, bool]], subject: str
) -> None:
    pieces = [Piece(content, "image/png", name, f"<c{place}@x>" if is_inline else "") for place, (content, name, is_inline) in enumerate(files)]  # fmt: skip
    raw = rebuilt(Pieces([("From", "ada@example.com"), ("Subject", subject)], text, html, pieces))

    parts = [one for one in message_from_bytes(raw).walk() if not one.is_multipart()]
    words = [one.get_payload(decode=True).decode() for one in parts if one.get_content_maintype() == "text"]  # type: ignore[union-attr]
    kept = [one.get_payload(decode=True) for one in parts if one.get_content_type() == "image/png"]

    assert words == [one for one in (text, html) if one] or words == [""]
    assert sorted(kept) == sorted(content for content, _name, _is_inline in files)  # type: ignore[type-var]
    assert raw == rebuilt(Pieces([("From", "ada@example.com"), ("Subject", subject)], text, html, pieces))


@given(st.lists(st.tuples(st.binary(max_size=300), st.booleans()), max_size=6))
def test_every_field_of_a_form_comes_through_as_it_is(fields: list[tuple[bytes, bool]]) -> None:
    parts = [
        (
            f'name="f{place}"' + ('; filename="a.bin"' if is_file else ""),
            b"image/png" if is_file else b"",
            content,
        )
        for place, (content, is_file) in enumerate(fields)
        if b"--a1b2c3" not in content
    ]
    kind, body = multipart(*parts)

    assert [one.content for one in form_fields(kind, body)] == [content for _place, _kind, content in parts]
