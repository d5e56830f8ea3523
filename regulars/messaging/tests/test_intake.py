"""Mail comes in: stored first, read then, none lost and none doubled; what cannot be read waits aside."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.keeping import IN_DATABASE
from regulars.messaging.actions import (
    MailTooLarge,
    NotPutAside,
    channel_named,
    filing,
    intake,
    raw_bytes,
    read_arrival,
    read_waiting,
    retry_arrival,
    take_in,
)
from regulars.messaging.models import Arrival, ArrivalState, Channel, Message, MessageFile, RawLetter, Thread
from regulars.people.models import Identity, Person
from regulars.team.models import AuditEntry, Member
from regulars.timeline.models import Touchpoint
from tests.cast import a_mail, a_message, a_person

BY = Actor.clock("test")
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None, settings: Any, tmp_path: Path) -> Channel:
    settings.DATA_DIR = tmp_path
    return channel_named(address="desk@aalto.example", by=BY, at=now())


def arrive(raw: bytes, channel: Channel, key: str = "") -> Arrival:
    return take_in(raw, channel, transport_key=key, by=BY, at=now())


def test_taking_in_parses_nothing_and_reading_files_it(
    desk: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = a_person("Ada", email="ada@example.com")
    raw = a_mail("A kilo of beans, please.\n\n-- \nAda", Subject="Re: Beans")

    with monkeypatch.context() as broken:
        broken.setattr(intake, "read_mail", None)
        arrival = arrive(raw, desk)
    assert (arrival.state, raw_bytes(arrival), Message.objects.count()) == ("waiting", raw, 0)

    arrival = read_arrival(arrival, by=BY)

    message = Message.objects.get()
    assert (arrival.state, arrival.message, arrival.is_duplicate) == ("read", message, False)
    assert (message.person, message.kind, message.text) == (ada, "human", "A kilo of beans, please.")
    assert (message.subject, message.thread.subject, message.signature) == ("Re: Beans", "Beans", "--\nAda")
    assert message.thread.person == ada
    told = Touchpoint.objects.get(kind="message.received")
    assert (told.person, told.label, told.channel) == (ada, "Re: Beans · A kilo of beans, please.", "email")
    assert (told.subject_type, told.subject_id, told.occurred_at) == (
        "thread",
        message.thread_id,
        message.sent_at,
    )
    assert not AuditEntry.objects.filter(action__startswith="message.").exists()


def test_the_same_mail_twice_is_one_message(desk: Channel) -> None:
    raw = a_mail()
    first, again = (read_arrival(arrive(raw, desk), by=BY) for _time in range(2))
    relayed = read_arrival(arrive(b"Received: by another way\r\n" + raw, desk), by=BY)

    assert [one.is_duplicate for one in (first, again, relayed)] == [False, True, True]
    assert {one.message for one in (first, again, relayed)} == {Message.objects.get()}
    assert RawLetter.objects.count() == 2
    assert Touchpoint.objects.filter(kind="message.received").count() == 1


def test_a_mail_without_an_id_is_taken_once_and_never_dropped(desk: Channel) -> None:
    one, other = a_mail("One", Message_ID="", Subject="A"), a_mail("Other", Message_ID="", Subject="A")

    messages = [read_arrival(arrive(raw, desk), by=BY).message for raw in (one, other, one)]

    assert messages[0] == messages[2] != messages[1]


def test_what_the_way_in_fetches_twice_arrives_once(desk: Channel) -> None:
    raw = a_mail()

    assert arrive(raw, desk, "1:7") == arrive(raw, desk, "1:7")
    assert arrive(raw, desk, "1:8") != arrive(raw, channel_named("Shop", by=BY, at=now()), "1:8")
    assert (Arrival.objects.count(), RawLetter.objects.count()) == (3, 1)


def test_one_mail_to_two_channels_is_a_message_in_each(desk: Channel) -> None:
    raw = a_mail()

    assert a_message(raw).pk != a_message(raw, channel="Shop").pk


def test_large_mails_lie_in_the_data_folder_and_larger_ones_are_refused(
    desk: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = a_mail("x" * (IN_DATABASE + 1))
    arrival = read_arrival(arrive(large, desk), by=BY)

    assert arrival.raw is not None
    assert (arrival.state, arrival.raw.content, raw_bytes(arrival)) == ("read", None, large)
    monkeypatch.setattr(intake, "LARGEST", 10)
    with pytest.raises(MailTooLarge):
        arrive(large, desk)


def test_a_bad_mail_is_put_aside_with_its_reason_and_the_next_is_read(
    desk: Channel, monkeypatch: pytest.MonkeyPatch, by_olga: Actor
) -> None:
    whole = filing._words

    def words(read: Any) -> Any:
        if read.letter.subject == "Bad":
            raise ZeroDivisionError("a bug of ours")
        return whole(read)

    bad, good, empty = arrive(a_mail(Subject="Bad"), desk), arrive(a_mail(), desk), arrive(b" \r\n", desk)
    with monkeypatch.context() as broken:
        broken.setattr(filing, "_words", words)
        assert read_waiting() == 3
    bad, good, empty = (Arrival.objects.get(pk=one.pk) for one in (bad, good, empty))

    assert (bad.state, bad.summary) == ("quarantined", "ZeroDivisionError: a bug of ours")
    assert (good.state, empty.state, empty.reason) == ("read", "quarantined", "This mail is empty.")
    assert Message.objects.get() == good.message

    retry_arrival(bad, by=by_olga, at=now())
    assert read_waiting() == 1
    assert Arrival.objects.get(pk=bad.pk).state == ArrivalState.READ
    assert AuditEntry.objects.filter(action="arrival.retried").count() == 1
    with pytest.raises(NotPutAside):
        retry_arrival(bad, by=by_olga, at=now())


def test_a_mail_that_ends_the_program_is_read_alone_and_at_last_not_at_all(desk: Channel) -> None:
    killer, others = arrive(a_mail(), desk), [arrive(a_mail(), desk) for _mail in range(2)]
    Arrival.objects.filter(pk=killer.pk).update(tries=intake.SUSPICIOUS)
    assert intake._begin(50) == [killer.pk]

    Arrival.objects.filter(pk=killer.pk).update(tries=intake.MOST_TRIES)

    assert intake._begin(50) == [one.pk for one in others]
    assert Arrival.objects.get(pk=killer.pk).summary.startswith("EndedTheProgram")


def test_somebody_unknown_who_writes_becomes_a_person_and_a_robot_does_not(
    desk: Channel, aino: Member
) -> None:
    new = a_message(a_mail(from_="Bo Berg <BO@example.org>"))
    robot = a_message(a_mail(from_="Shop <no-reply@shop.example>", Auto_Submitted="auto-generated"))
    colleague = a_message(a_mail(from_=f"Aino <{aino.email}>"))
    nobody = a_message(a_mail(from_="undisclosed"))

    assert (new.person.name, new.person.identities.get().value) == ("Bo Berg", "bo@example.org")
    assert [one.person for one in (robot, colleague, nobody)] == [None, None, None]
    assert Person.objects.count() == 1
    assert Touchpoint.objects.get(kind="message.automatic").person is None


def test_an_address_that_several_share_makes_nobody_new(desk: Channel) -> None:
    for _person in range(2):
        a_person(email="info@example.org").identities.update(is_shared=True)

    assert a_message(a_mail(from_="info@example.org")).person is None
    assert Person.objects.count() == 2


def test_a_hard_bounce_marks_the_address_it_is_about_and_a_soft_one_does_not(desk: Channel) -> None:
    ada = a_person("Ada", email="ada@example.com")
    report = "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\nI was unable to deliver your message.\n<ada@example.com>: {}\n"

    soft = a_message(report.format("452 mailbox is full, try again later").encode())
    assert (soft.kind, ada.identities.get().bounced_at) == ("soft_bounce", None)
    hard = a_message(report.format("550 5.1.1 user unknown").encode())

    assert (hard.kind, hard.person) == ("hard_bounce", None)
    assert Identity.objects.get().bounced_at is not None


def test_a_wrong_clock_does_not_put_a_mail_on_top_for_ever(desk: Channel) -> None:
    at = now()
    tomorrow = f"{at + timedelta(days=400):%a, %d %b %Y %H:%M:%S +0000}"

    assert a_message(a_mail(Date=tomorrow), at=at).sent_at == at
    assert a_message(a_mail(Date="Thu, 1 Jan 1970 00:00:00 +0000"), at=at).sent_at == at


def test_what_the_database_cannot_hold_does_not_stop_a_mail(desk: Channel) -> None:
    raw = a_mail("Nul \0 here", Subject="Nul \0 here") + b"\xff\xed\xb3\xa4 end"

    message = a_message(raw)

    assert message.text
    assert "\0" not in message.text + message.subject


def test_files_are_kept_with_their_message(desk: Channel) -> None:
    raw = a_mail(
        "--b\nContent-Type: text/plain\n\nLook.\n--b\nContent-Type: image/png; name=cat.png\n"
        'Content-Disposition: attachment; filename="cat.png"\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--b--',
        MIME_Version="1.0", Content_Type="multipart/mixed; boundary=b",
    )  # fmt: skip

    message = a_message(raw)

    file = MessageFile.objects.get(message=message)
    assert (message.text, file.name, file.size, bytes(file.content or b"")) == (
        "Look.",
        "cat.png",
        5,
        b"hello",
    )


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_in_is_committed_before_it_is_read() -> None:
    channel = channel_named(by=BY, at=now())
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        arrive(a_mail(), channel)

    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_delivered_by_many_at_once_is_one_message_of_one_person() -> None:
    channel = channel_named(by=BY, at=now())
    raw, other = a_mail(), a_mail()
    barrier, done = threading.Barrier(6), []

    def deliver(mail: bytes) -> None:
        try:
            barrier.wait()
            done.append(read_arrival(arrive(mail, channel), by=BY))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=deliver, args=[mail]) for mail in (raw,) * 4 + (other,) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.is_duplicate for one in done) == [False] * 2 + [True] * 4
    assert {one.state for one in done} == {"read"}
    assert (Message.objects.count(), Thread.objects.count(), Person.objects.count()) == (2, 2, 1)
    assert Touchpoint.objects.filter(kind="message.received").count() == 2
