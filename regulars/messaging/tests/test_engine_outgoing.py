"""Letters as they leave: what mail programs thread by, what people read, and nothing that can break a header."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from regulars.messaging.engine.outgoing import (
    Footing,
    OutgoingFile,
    Recipient,
    Written,
    as_bytes,
    marked,
    new_message_id,
    reference_chain,
)
from regulars.messaging.engine.reading import read_mail
from regulars.messaging.engine.threads import How, clues, token

SECRET = b"tests"
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def a_letter(**values: Any) -> Written:
    given = {
        "message_id": "<r1a.b@aalto.example>", "sent_at": AT, "sender": Recipient("desk@aalto.example", "Kahvila Aalto"),
        "subject": "Coffee", "text": "Good morning.", "to": (Recipient("ada@example.com", "Ada"),),
    }  # fmt: skip
    return Written(**{**given, **values})


def test_what_is_written_is_what_is_read() -> None:
    raw = as_bytes(
        a_letter(
            subject="Hyvää päivää, " * 12,
            text="Päivää\n.dots stay\n" + "long " * 400,
            html="<p>Päivää</p>",
            sender=Recipient("desk@aalto.example", "Kahvila, Aalto"),
            to=(Recipient("ada@exämple.com", "Åda Lövelace"), Recipient("bob@example.com")),
            cc=(Recipient("c@example.com", "C, with a comma"),),
            files=(OutgoingFile("kuitti ä.pdf", "application/pdf", b"%PDF\0"),),
        )
    )

    letter = read_mail(raw).letter
    assert letter.subject == ("Hyvää päivää, " * 12).strip()
    assert letter.text.startswith("Päivää\n.dots stay\nlong long")
    assert letter.html.startswith("<p>Päivää</p>")
    assert (letter.sender.name, letter.sender.email) == ("Kahvila, Aalto", "desk@aalto.example")  # type: ignore[union-attr]
    assert [(one.name, one.email) for one in (*letter.to, *letter.cc)] == [
        ("Åda Lövelace", "ada@xn--exmple-cua.com"),
        ("", "bob@example.com"),
        ("C, with a comma", "c@example.com"),
    ]
    assert [(one.name, one.content) for one in letter.attachments] == [("kuitti ä.pdf", b"%PDF\0")]
    assert (letter.sent_at, letter.message_id, letter.defects) == (AT, "r1a.b@aalto.example", ())
    assert all(len(line) <= 998 and b"\n" not in line for line in raw.split(b"\r\n"))


def test_long_ids_are_never_put_into_encoded_words() -> None:
    ids = [f"{number}{'x' * 120}@mail.example" for number in range(5)]

    raw = as_bytes(a_letter(references=reference_chain(ids, ids[-1]), in_reply_to=ids[-1]))

    letter = read_mail(raw).letter
    assert (list(letter.references), list(letter.in_reply_to)) == (ids, [ids[-1]])
    assert b"=?" not in raw.partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize("field", ["subject", "in_reply_to", "reply_to", "unsubscribe_url"])
def test_nothing_that_is_written_begins_another_header(field: str) -> None:
    raw = as_bytes(a_letter(**{field: "x\r\nBcc: everybody@example.com\r\n\r\nbody"}))

    head = raw.partition(b"\r\n\r\n")[0]
    assert not [line for line in head.split(b"\r\n") if line.startswith(b"Bcc")]


def test_a_name_or_a_file_begins_no_header_either() -> None:
    evil = "x\r\nBcc: everybody@example.com"

    raw = as_bytes(a_letter(to=(Recipient("a@b.example", evil),), files=(OutgoingFile(evil, evil, b"1"),)))

    assert b"\r\nBcc" not in raw


def test_answers_find_their_thread_by_address_and_by_id() -> None:
    seal = token(17, SECRET)
    answer = read_mail(
        f"From: ada@example.com\r\nTo: {marked('desk+old@aalto.example', seal)}\r\n"
        f"In-Reply-To: {new_message_id(seal, 'ff', 'aalto.example')}\r\n\r\nYes".encode()
    )

    found = [(clue.how, clue.thread) for clue in clues(answer.letter, SECRET)]

    assert found[:2] == [(How.ADDRESS, 17), (How.MESSAGE_ID, 17)]


def test_references_name_each_letter_once_and_the_answered_one_last() -> None:
    assert reference_chain(["<a@x>", "b@x", "", "a@x", "c@x"], "<b@x>") == ("<a@x>", "<c@x>", "<b@x>")


def test_a_very_long_thread_keeps_its_first_and_its_newest() -> None:
    chain = reference_chain([f"{number}@x" for number in range(500)], "")

    assert (len(chain), chain[0], chain[1], chain[-1]) == (100, "<0@x>", "<401@x>", "<499@x>")


def test_automatic_mail_says_so() -> None:
    raw = as_bytes(a_letter(is_automatic=True))

    assert b"\r\nAuto-Submitted: auto-replied\r\n" in raw
    assert read_mail(raw).kind.name == "own_loop"
    assert b"\r\nAuto-Submitted" not in as_bytes(a_letter())


def test_what_may_be_unsubscribed_from_carries_one_click_and_links_under_both_bodies() -> None:
    raw = as_bytes(
        a_letter(
            html="<html><body><p>Hello</p></body></html>",
            unsubscribe_url="https://aalto.example/u/1",
            footing=(Footing("Unsubscribe", "https://aalto.example/u/1?a=1&b=2"),),
        )
    )

    letter = read_mail(raw).letter
    assert letter.header("list-unsubscribe") == "<https://aalto.example/u/1>"
    assert letter.header("list-unsubscribe-post") == "List-Unsubscribe=One-Click"
    assert "Unsubscribe: https://aalto.example/u/1?a=1&b=2" in letter.text
    assert '<a href="https://aalto.example/u/1?a=1&amp;b=2">Unsubscribe</a></p></body>' in letter.html


def test_blind_copies_are_named_nowhere() -> None:
    assert b"\r\nTo: undisclosed-recipients:;\r\n" in as_bytes(a_letter(to=()))


def test_a_mail_as_a_file_travels_as_plain_bytes() -> None:
    raw = as_bytes(a_letter(files=(OutgoingFile("old.eml", "message/rfc822", b"From: a\r\n\r\nb"),)))

    assert [one.content for one in read_mail(raw).letter.attachments] == [b"From: a\r\n\r\nb"]
