"""Mail is fetched from a real server: nothing lost, nothing doubled, nothing marked, whatever happens in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import fetching, rounds
from regulars.messaging.actions.fetching import headers_with_a_note, look_into
from regulars.messaging.actions.intake import read_everything
from regulars.messaging.actions.mailboxes import add_mailbox, change_mailbox, pause_mailbox, remove_mailbox
from regulars.messaging.engine.imap import Folder, Trouble
from regulars.messaging.models import Arrival, Mailbox, Message, RawLetter
from regulars.messaging.tests.dovecot import PASSWORD, Dovecot, Wire, running
from tests.cast import a_mail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.slow]
BY = Actor.clock("test")


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running() as server:
        yield server


@pytest.fixture
def wire(dovecot: Dovecot) -> Iterator[Wire]:
    line = Wire(dovecot.port)
    yield line
    line.close()


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A mailbox that no other test knows."""
    return f"u{abs(hash(request.node.nodeid))}"


@pytest.fixture(autouse=True)
def data_folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path


def a_mailbox(dovecot: Dovecot, user: str, **values: Any) -> Mailbox:
    said = {
        "channel": "Mail", "host": "127.0.0.1", "port": dovecot.port, "security": "none", "user": user,
        "auth": "password", "password": PASSWORD, "folder": "INBOX", **values,
    }  # fmt: skip
    return add_mailbox(said, by=BY, at=now())


def look(mailbox: Mailbox) -> Mailbox:
    """Look into it as a new process does that knows only the database."""
    found = Mailbox.objects.select_related("channel").get(pk=mailbox.pk)
    look_into(found)
    found.refresh_from_db()
    return found


def texts() -> list[str]:
    read_everything()
    return sorted(Message.objects.values_list("text", flat=True))


def eventually(check: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, "It did not come about in time."
        time.sleep(0.05)


def test_a_mailbox_takes_mail_from_now_on_and_marks_nothing(dovecot: Dovecot, user: str) -> None:
    dovecot.put(user, a_mail("Long ago"))
    mailbox = look(a_mailbox(dovecot, user))
    assert (texts(), mailbox.state, mailbox.highest_uid) == ([], "fine", 1)

    dovecot.put(user, a_mail("One"), a_mail("Two"))
    mailbox = look(look(mailbox))

    assert texts() == ["One", "Two"]
    assert (mailbox.highest_uid, Arrival.objects.count()) == (3, 2)
    assert Arrival.objects.earliest("pk").transport_key == f"{mailbox.pk}:{mailbox.uid_validity}:2"
    reader = dovecot.user(user)
    assert reader.uid("SEARCH", "UNSEEN")[1] == [b"1 2 3"]
    reader.logout()


def test_the_mail_of_the_last_days_comes_when_it_is_asked_for(dovecot: Dovecot, user: str) -> None:
    dovecot.put(user, a_mail("Old"), when='"02-Mar-2026 10:00:00 +0000"')
    dovecot.put(user, a_mail("Fresh"))

    mailbox = look(a_mailbox(dovecot, user, days=3))

    assert (texts(), mailbox.highest_uid) == (["Fresh"], 2)
    dovecot.put(user, a_mail("Moved here"), when='"02-Mar-2026 10:00:00 +0000"')
    look(mailbox)
    assert texts() == ["Fresh", "Moved here"]


def test_what_was_read_or_deleted_elsewhere_changes_nothing(dovecot: Dovecot, user: str) -> None:
    mailbox = look(a_mailbox(dovecot, user))
    dovecot.put(user, a_mail("Read"), a_mail("Deleted"), a_mail("Last"))
    reader = dovecot.user(user)
    reader.uid("STORE", "1", "+FLAGS", "(\\Seen)")
    reader.uid("STORE", "2", "+FLAGS", "(\\Deleted)")
    reader.expunge()
    reader.logout()

    look(look(mailbox))

    assert texts() == ["Last", "Read"]


def test_a_mail_deleted_between_listing_and_fetching_is_passed_over(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = look(a_mailbox(dovecot, user))
    dovecot.put(user, a_mail("One"), a_mail("Two"))
    fetched = Folder.mail
    monkeypatch.setattr(Folder, "mail", lambda self, uid: None if uid == 1 else fetched(self, uid))

    mailbox = look(mailbox)

    assert (texts(), mailbox.highest_uid, mailbox.state) == (["Two"], 2, "fine")


def test_numbers_given_out_anew_double_nothing_and_lose_nothing(dovecot: Dovecot, user: str) -> None:
    mailbox = look(a_mailbox(dovecot, user))
    dovecot.put(user, a_mail("One"), a_mail("Two"))
    before = look(mailbox).uid_validity
    time.sleep(1.1)
    dovecot.number_anew(user)
    dovecot.put(user, a_mail("Three"))

    mailbox = look(mailbox)
    dovecot.put(user, a_mail("Four"))
    look(mailbox)

    assert texts() == ["Four", "One", "Three", "Two"]
    assert mailbox.uid_validity != before
    assert Arrival.objects.filter(is_duplicate=True).count() == 2


def test_a_scan_finds_what_the_cursor_passed_over(dovecot: Dovecot, user: str) -> None:
    mailbox = look(a_mailbox(dovecot, user))
    dovecot.put(user, a_mail("Late"), a_mail("Early"))
    # The server showed the second before the first.
    Mailbox.objects.update(highest_uid=1, scanned_at=now())
    assert (look(mailbox), texts())[1] == ["Early"]

    Mailbox.objects.update(scanned_at=now() - timedelta(days=1, minutes=1))
    look(mailbox)

    assert texts() == ["Early", "Late"]
    assert Arrival.objects.count() == 2


def test_two_mailboxes_that_get_the_same_mail(dovecot: Dovecot, user: str) -> None:
    same, other = a_mailbox(dovecot, user), a_mailbox(dovecot, f"{user}b")
    desk = a_mailbox(dovecot, f"{user}c", channel="Sales")
    mail = a_mail("To all")
    for one in (same, other, desk):
        look(one)
        dovecot.put(one.user, mail)

    for one in (same, other, desk):
        look(one)

    # Once in each channel; the bytes once for all.
    assert texts() == ["To all", "To all"]
    assert (RawLetter.objects.count(), Arrival.objects.count()) == (1, 3)


def test_one_mail_the_server_withholds_stops_nothing_and_comes_later(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = look(a_mailbox(dovecot, user))
    dovecot.put(user, a_mail("Broken"), a_mail("Whole"))
    fetched = Folder.mail

    def withheld(self: Folder, uid: int) -> bytes | None:
        if uid == 1:
            raise Trouble("withheld", "[SERVERBUG] Internal error")
        return fetched(self, uid)

    with monkeypatch.context() as broken:
        broken.setattr(Folder, "mail", withheld)
        look(mailbox)
    assert texts() == ["Whole"]
    aside = Arrival.objects.get(state="quarantined")
    assert "SERVERBUG" in aside.reason

    Mailbox.objects.update(scanned_at=None)
    look(mailbox)

    assert texts() == ["Broken", "Whole"]
    assert not Arrival.objects.filter(state="quarantined").exists()


def test_of_a_mail_too_large_the_headers_come_with_a_note(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 2_000)
    mailbox = look(a_mailbox(dovecot, user))
    dovecot.put(user, a_mail("x" * 3_000, Subject="Large"), a_mail("Small", Subject="Small"))

    look(mailbox)

    assert texts()[0] == "Small"
    large = Message.objects.get(subject="Large")
    assert large.text.startswith("This mail is too large to be fetched")
    assert large.sender_email == "ada@example.com"


def test_a_note_stands_under_no_header_of_another_body() -> None:
    head = b"Subject: A\r\nContent-Type: multipart/mixed;\r\n boundary=b\r\nMIME-Version: 1.0\r\nFrom: a@b.example\r\n\r\n"

    assert headers_with_a_note(head, 60_000_000).decode().split("\r\n")[:4] == [
        "Subject: A",
        "From: a@b.example",
        "Content-Type: text/plain; charset=utf-8",
        "",
    ]


@pytest.mark.parametrize(
    ("values", "problem", "state"),
    [
        ({"password": "wrong"}, "refused", "refused"),
        ({"folder": "Nowhere"}, "folder", "refused"),
        ({"port": 1}, "no_server", "trouble"),
        ({"security": "tls"}, "tls", "trouble"),
        ({"host": "nowhere.invalid"}, "no_such_host", "trouble"),
    ],
)
def test_what_is_wrong_is_said_and_tried_again_later(
    dovecot: Dovecot,
    user: str,
    values: dict[str, Any],
    problem: str,
    state: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "host" in values:
        import socket

        def unknown(*_args: object, **_more: object) -> None:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "create_connection", unknown)
    mailbox = look(a_mailbox(dovecot, user, **values))

    assert (mailbox.problem, mailbox.state, mailbox.failures) == (problem, state, 1)
    assert mailbox.next_try_at is not None
    assert mailbox.last_error
    assert str(mailbox.get_problem_display())
    assert not mailbox.is_due(now())
    first_rest = mailbox.next_try_at - now()
    mailbox = look(mailbox)
    assert mailbox.next_try_at is not None
    assert mailbox.next_try_at - now() >= first_rest

    change_mailbox(
        mailbox,
        {
            "password": PASSWORD,
            "host": "127.0.0.1",
            "port": dovecot.port,
            "security": "none",
            "folder": "INBOX",
        },
        by=BY,
        at=now(),
    )
    monkeypatch.undo()
    assert look(mailbox).state == "fine"


@pytest.fixture
def worker() -> Iterator[None]:
    """What the worker's loop does, again and again."""
    try:
        yield
    finally:
        rounds.end_rounds()


def test_the_server_says_that_mail_came_and_it_is_filed_within_seconds(
    dovecot: Dovecot, user: str, worker: None
) -> None:
    mailbox = a_mailbox(dovecot, user)
    rounds.keep_rounds()
    eventually(lambda: Mailbox.objects.get(pk=mailbox.pk).state == "fine")
    time.sleep(0.5)

    dovecot.put(user, a_mail("Quick"))

    # The slow look would only come after minutes.
    eventually(lambda: texts() == ["Quick"])
    assert look(mailbox).state == "fine"
    assert Message.objects.count() == 1


def test_a_connection_that_is_cut_is_opened_again(
    dovecot: Dovecot, user: str, wire: Wire, worker: None
) -> None:
    mailbox = a_mailbox(dovecot, user, port=wire.port)
    rounds.keep_rounds()
    eventually(lambda: Mailbox.objects.get(pk=mailbox.pk).state == "fine")

    wire.cut()
    eventually(lambda: Mailbox.objects.get(pk=mailbox.pk).state == "trouble")
    dovecot.put(user, a_mail("Meanwhile"))

    eventually(lambda: texts() == ["Meanwhile"], 30)
    eventually(lambda: Mailbox.objects.get(pk=mailbox.pk).state == "fine")


def test_cut_again_and_again_nothing_is_lost_or_doubled(
    dovecot: Dovecot, user: str, wire: Wire, worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "RESTS", (timedelta(0), timedelta(0)))
    monkeypatch.setattr(rounds, "REST_SECONDS", 0.05)
    mailbox = a_mailbox(dovecot, user, port=wire.port)
    rounds.keep_rounds()
    eventually(lambda: Mailbox.objects.get(pk=mailbox.pk).state == "fine")

    for start in range(0, 60, 20):
        dovecot.put(user, *(a_mail(f"{number:02}") for number in range(start, start + 20)))
        for _cut in range(3):
            time.sleep(0.1)
            wire.cut()

    eventually(lambda: texts() == [f"{number:02}" for number in range(60)], 60)
    assert Arrival.objects.count() == 60


def test_a_paused_mailbox_rests_and_goes_on_where_it_was(dovecot: Dovecot, user: str, worker: None) -> None:
    mailbox = look(a_mailbox(dovecot, user))
    rounds.keep_rounds()
    pause_mailbox(mailbox, is_paused=True, by=BY, at=now())
    rounds.keep_rounds()
    rounds.end_rounds()
    dovecot.put(user, a_mail("While away"))
    assert (rounds.keep_rounds(), texts()) == (False, [])

    pause_mailbox(mailbox, is_paused=False, by=BY, at=now())
    rounds.keep_rounds()

    eventually(lambda: texts() == ["While away"])


def test_of_two_workers_one_has_a_mailbox(dovecot: Dovecot, user: str) -> None:
    mailbox = a_mailbox(dovecot, user)
    second = rounds.Round(mailbox.pk, mailbox.changed_at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [rounds.PLACE, mailbox.pk])

    second.start()
    time.sleep(1)
    second.end()
    second.join(10)

    assert Mailbox.objects.get(pk=mailbox.pk).state == "new"


def test_a_removed_mailbox_leaves_its_mail(dovecot: Dovecot, user: str) -> None:
    mailbox = look(a_mailbox(dovecot, user))
    dovecot.put(user, a_mail("Stays"))
    look(mailbox)

    remove_mailbox(mailbox, by=BY)

    assert (texts(), Mailbox.objects.exists()) == (["Stays"], False)
