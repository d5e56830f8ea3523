"""Robots told from people: missed bounces hurt the sender's name, false ones lose a customer."""

from pathlib import Path

import pytest

from regulars.messaging.engine.kinds import (
    AUTO_REPLY,
    COMPLAINT,
    HARD_BOUNCE,
    HUMAN,
    LIST,
    OUT_OF_OFFICE,
    OWN_LOOP,
    SOFT_BOUNCE,
    kind_of,
)
from regulars.messaging.engine.mime import read_letter
from regulars.messaging.tests.real_mail import archive, folder_of

RETURNED = {HARD_BOUNCE, SOFT_BOUNCE, COMPLAINT}
# In the collection of bounces, yet none: answers of robots (RFC 3834), a wish to leave a list, and news that a mail arrived.
NO_BOUNCES = ("rfc3834-", "arf-26", "lhost-amazonses-12", "lhost-amazonses-13")


def a_letter(**headers: str) -> bytes:
    given = {"From": "Ada <ada@example.com>", "To": "desk@example.org", "Subject": "Hello", **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    return "\r\n".join([*lines, "", "Good morning."]).encode()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, HUMAN),
        ({"Auto-Submitted": "no"}, HUMAN),
        ({"Auto-Submitted": "auto-replied"}, AUTO_REPLY),
        ({"Auto-Submitted": "auto-replied", "Subject": "Out of office: Hello"}, OUT_OF_OFFICE),
        ({"Subject": "Automaattinen vastaus: Lomalla 12.7. asti"}, OUT_OF_OFFICE),
        ({"Subject": "Automatisk svar: Hello"}, AUTO_REPLY),
        ({"Subject": "About your out of office policy"}, HUMAN),
        ({"X-Autoreply": "yes"}, AUTO_REPLY),
        ({"Precedence": "bulk"}, LIST),
        ({"List-Id": "<riders.example.com>"}, LIST),
        ({"From": "no-reply@example.com"}, LIST),
        ({"Return-Path": "<>"}, AUTO_REPLY),
        ({"From": "desk@example.org"}, OWN_LOOP),
        ({"X-Regulars-Loop": "1"}, OWN_LOOP),
        ({"Subject": "Undelivered parcel, please help"}, HUMAN),
    ],
)
def test_what_headers_say_of_a_mail(headers: dict[str, str], expected: str) -> None:
    assert kind_of(read_letter(a_letter(**headers)), own_addresses={"desk@example.org"}).name == expected


def test_a_full_mailbox_may_take_the_next_mail_an_unknown_one_never_will() -> None:
    report = "From: MAILER-DAEMON@example.com\nSubject: failure notice\n\nI was unable to deliver your message.\n<{}>: {}\n"
    full = kind_of(
        read_letter(report.format("ada@example.com", "452 mailbox is full, try again later").encode())
    )
    unknown = kind_of(read_letter(report.format("bob@example.com", "550 5.1.1 user unknown").encode()))

    assert (full.name, full.about) == (SOFT_BOUNCE, ("ada@example.com",))
    assert (unknown.name, unknown.about) == (HARD_BOUNCE, ("bob@example.com",))


def test_nearly_all_real_bounces_are_known() -> None:
    folder = folder_of("sisimai")
    cases = [
        path
        for path in sorted(folder.rglob("*.eml"))
        if path.parent.name != "not" and not path.name.startswith(NO_BOUNCES)
    ]
    missed = [str(path.relative_to(folder)) for path in cases if name_of(path) not in RETURNED]

    assert len(cases) >= 250
    assert len(missed) <= 0.03 * len(cases), missed


def name_of(path: Path) -> str:
    return kind_of(read_letter(path.read_bytes())).name


@pytest.mark.parametrize("name", ["rfc3834-02", "rfc3834-04"])
def test_an_answer_of_a_robot_is_no_bounce(name: str) -> None:
    assert name_of(folder_of("sisimai/bsd") / f"{name}.eml") in (AUTO_REPLY, OUT_OF_OFFICE)


def test_no_human_mail_is_taken_for_a_bounce() -> None:
    # One of the 760 is a bounce that reached the list: a mailer-daemon returning a mail.
    real_bounce = "easy_ham/01507.e06cf7fcfb3a512f43c827529c19a9e6"
    taken = [
        name
        for packed in ("easy_ham", "hard_ham")
        for name, raw in archive(packed)
        if kind_of(read_letter(raw)).name not in (HUMAN, LIST)
    ]

    assert taken == [real_bounce]
