"""The outbox against a real mail server: what is due leaves once, and every refusal and silence is told apart."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.secrets import encrypt
from regulars.messaging.actions import channel_named, start_thread, take_back, write_message
from regulars.messaging.actions.outbox import claim, deliver_due, deliver_everything, recover_interrupted
from regulars.messaging.engine.outgoing import OutgoingLetter, Recipient
from regulars.messaging.engine.reading import read_mail
from regulars.messaging.models import Channel, Message, Outlet, Sending, Suppression
from regulars.people.models import Identity
from regulars.team.models import Member, Notice
from regulars.timeline.models import Touchpoint
from tests.cast import a_mail, a_message, a_person
from tests.mail_server import MailServer

pytestmark = pytest.mark.slow
BY = Actor.clock("test")
NO_HOLD = timedelta(0)


@pytest.fixture
def desk(db: None, mail_server: MailServer) -> Channel:
    return a_desk(mail_server)


def a_desk(server: MailServer, **values: Any) -> Channel:
    channel = channel_named("", by=BY, at=now(), address="desk@aalto.example")
    given = {"host": "127.0.0.1", "port": server.port, "security": "none", **values}
    Outlet.objects.create(channel=channel, **given)
    return channel


def a_letter(channel: Channel, *to: str, by: Actor = BY, **values: Any) -> Message:
    person = a_person(email=to[0]) if not Identity.objects.filter(value=to[0]).exists() else None
    thread = start_thread(subject="Coffee", person=person, channel=channel, by=BY, at=now())
    letter = OutgoingLetter("Hello.", to=tuple(Recipient(one) for one in to), subject="Coffee")
    return write_message(thread, channel, letter, **{"by": by, "at": now(), "hold": NO_HOLD, **values})


def states() -> dict[str, str]:
    return dict(Sending.objects.values_list("email", "state"))


def test_what_is_due_leaves_once_with_its_id(desk: Channel, mail_server: MailServer) -> None:
    message = a_letter(desk, "ada@example.com")

    deliver_everything()
    deliver_everything()

    ((recipient, raw),) = mail_server.taken
    letter = read_mail(raw).letter
    assert (recipient, letter.message_id, letter.text.strip()) == (
        "ada@example.com",
        message.message_id,
        "Hello.",
    )
    assert letter.reply_to[0].email.startswith("desk+r1")
    sending = Sending.objects.get()
    assert (sending.state, sending.tries, sending.claimed_by) == ("sent", 1, None)
    told = Touchpoint.objects.get(kind="message.sent")
    assert (told.person_id, told.payload["message_id"]) == (message.thread.person_id, message.pk)


def test_what_is_held_or_planned_stays(desk: Channel, mail_server: MailServer) -> None:
    a_letter(desk, "ada@example.com", hold=timedelta(seconds=10))
    a_letter(desk, "bob@example.com", due_at=now() + timedelta(hours=1))
    take_back(a_letter(desk, "cy@example.com", hold=timedelta(seconds=10)), by=BY, at=now())

    deliver_everything()

    assert mail_server.taken == []
    assert states() == {"ada@example.com": "held", "bob@example.com": "held", "cy@example.com": "cancelled"}


def test_each_recipient_has_a_fate_of_its_own(desk: Channel, mail_server: MailServer) -> None:
    answers = {"bob@example.com": "550 5.1.1 no such user", "cy@example.com": "451 4.7.1 come back later"}
    mail_server.says = lambda step, who: answers.get(who, "") if step == "RCPT" else ""
    message = a_letter(desk, "ada@example.com", "bob@example.com", "cy@example.com")

    deliver_everything()

    assert states() == {"ada@example.com": "sent", "bob@example.com": "failed", "cy@example.com": "waiting"}
    waiting = message.sendings.get(email="cy@example.com")
    assert waiting.reason == "server:451 4.7.1 come back later"
    assert timedelta(seconds=50) < waiting.due_at - now() <= timedelta(minutes=1)
    failed = message.sendings.get(email="bob@example.com")
    assert failed.reason == "server:550 5.1.1 no such user"
    assert [one for one, _raw in mail_server.taken] == ["ada@example.com"]
    assert Touchpoint.objects.filter(kind="message.sent").count() == 1
    assert Touchpoint.objects.get(kind="message.failed").payload["email"] == "bob@example.com"


def test_an_address_that_does_not_exist_is_not_written_to_again(
    desk: Channel, mail_server: MailServer
) -> None:
    mail_server.says = lambda step, _who: "550 5.1.1 no such user" if step == "RCPT" else ""
    a_letter(desk, "ada@example.com")
    deliver_everything()

    again = a_letter(desk, "ada@example.com")

    assert Suppression.objects.get().reason == "bounced"
    assert Identity.objects.get(value="ada@example.com").bounced_at is not None
    assert [(one.state, one.reason) for one in again.sendings.all()] == [("suppressed", "suppressed:bounced")]


def test_who_writes_from_a_dead_address_gets_an_answer_all_the_same(
    desk: Channel, mail_server: MailServer
) -> None:
    mail_server.says = lambda step, _who: "550 5.1.1 no such user" if step == "RCPT" else ""
    a_letter(desk, "ada@example.com")
    deliver_everything()
    thread = a_message(a_mail("I am here.")).thread

    answer = write_message(thread, desk, OutgoingLetter("Good."), by=BY, at=now())

    assert answer.sendings.get().state == "held"


def test_a_refusal_of_the_letter_is_none_of_the_address(desk: Channel, mail_server: MailServer) -> None:
    mail_server.says = lambda step, _who: "554 5.7.1 looks like spam" if step == "DATA" else ""
    a_letter(desk, "ada@example.com")

    deliver_everything()

    assert states() == {"ada@example.com": "failed"}
    assert not Suppression.objects.exists()


def test_a_server_that_stays_busy_is_tried_ever_more_rarely_and_given_up(
    desk: Channel, mail_server: MailServer
) -> None:
    mail_server.says = lambda step, _who: "421 4.3.2 busy" if step == "MAIL" else ""
    a_letter(desk, "ada@example.com")
    rests = []
    for _try in range(9):
        deliver_due()
        sending = Sending.objects.get()
        rests.append(round((sending.due_at - now()).total_seconds() / 60))
        Sending.objects.update(due_at=now())

    assert rests[:8] == [1, 5, 15, 60, 180, 360, 720, 1440]
    assert (sending.state, sending.reason) == ("failed", "gave_up:421 4.3.2 busy")


def test_silence_after_the_letter_is_doubt_and_is_never_sent_twice(
    desk: Channel, mail_server: MailServer
) -> None:
    mail_server.drops_after_data = True
    a_letter(desk, "ada@example.com")

    deliver_everything()
    Sending.objects.update(due_at=now())
    deliver_everything()

    assert len(mail_server.taken) == 1
    sending = Sending.objects.get()
    assert (sending.state, sending.reason.partition(":")[0]) == ("uncertain", "silence")


def test_a_server_that_is_away_leaves_no_doubt(desk: Channel, mail_server: MailServer) -> None:
    mail_server.stop()
    a_letter(desk, "ada@example.com", "bob@example.com")

    deliver_everything()

    found = Sending.objects.first()
    assert states() == {"ada@example.com": "held", "bob@example.com": "held"}
    assert found is not None
    assert (found.tries, found.reason.partition(":")[0]) == (0, "unreachable")
    assert "Nothing answers at 127.0.0.1" in Outlet.objects.get().problem
    mail_server.start()
    Outlet.objects.update(port=mail_server.port)
    Sending.objects.update(due_at=now())
    deliver_everything()
    assert states() == {"ada@example.com": "sent", "bob@example.com": "sent"}
    assert Outlet.objects.get().problem == ""


def test_without_a_way_out_it_waits_and_says_so(db: None) -> None:
    channel = channel_named("", by=BY, at=now(), address="desk@aalto.example")
    a_letter(channel, "ada@example.com")

    deliver_everything()

    assert [(one.state, one.reason) for one in Sending.objects.all()] == [("held", "no_outlet")]


def test_the_installations_own_server_is_used_where_a_channel_has_none(
    db: None, mail_server: MailServer, settings: Any
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", mail_server.port, False
    a_letter(channel_named("", by=BY, at=now(), address="desk@aalto.example"), "ada@example.com")

    deliver_everything()

    assert [one for one, _raw in mail_server.taken] == ["ada@example.com"]


def test_no_more_leaves_in_a_minute_than_was_said(desk: Channel, mail_server: MailServer) -> None:
    Outlet.objects.update(per_domain_minute=2)
    for number in range(4):
        a_letter(desk, f"c{number}@slow.example")
    a_letter(desk, "ada@example.com")

    deliver_everything()

    assert Counter(one.partition("@")[2] for one, _raw in mail_server.taken) == {
        "slow.example": 2,
        "example.com": 1,
    }
    waiting = Sending.objects.filter(state="held")
    assert {(one.reason, one.due_at > now()) for one in waiting} == {("throttled", True)}


def test_answers_leave_before_everything_else(desk: Channel, mail_server: MailServer, settings: Any) -> None:
    settings.PUBLIC_URL = "https://care.aalto.example"
    a_letter(desk, "ada@example.com", message_class="service")
    a_letter(desk, "bob@example.com")

    deliver_everything()

    assert [one for one, _raw in mail_server.taken] == ["bob@example.com", "ada@example.com"]


def test_who_declined_meanwhile_gets_nothing(desk: Channel, mail_server: MailServer, settings: Any) -> None:
    from regulars.messaging.actions.suppressing import suppress

    settings.PUBLIC_URL = "https://care.aalto.example"
    a_letter(desk, "ada@example.com", message_class="service")
    suppress("ada@example.com", "unsubscribed", by=BY, at=now())

    deliver_everything()

    assert (mail_server.taken, states()) == ([], {"ada@example.com": "suppressed"})


def test_the_author_is_told_of_a_failure(
    desk: Channel, mail_server: MailServer, by_olga: Actor, olga: Member
) -> None:
    mail_server.says = lambda step, _who: "554 5.7.1 no" if step == "DATA" else ""
    a_letter(desk, "ada@example.com", by=by_olga)

    deliver_everything()

    assert (
        "“Coffee” to ada@example.com: The server said: 554 5.7.1 no" in Notice.objects.get(member=olga).text
    )


def test_what_a_dead_worker_had_in_hand_is_uncertain(desk: Channel, mail_server: MailServer) -> None:
    message = a_letter(desk, "ada@example.com")
    claim(message.sendings.get().pk, 12345)

    assert recover_interrupted() == 1

    sending = Sending.objects.get()
    assert (sending.state, sending.reason) == ("uncertain", "interrupted")
    assert deliver_everything() == 0
    assert Touchpoint.objects.filter(kind="message.failed").count() == 1


def test_a_letter_is_signed_where_there_is_a_key(desk: Channel, mail_server: MailServer) -> None:
    import dkim
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()  # fmt: skip
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    Outlet.objects.update(dkim_domain="aalto.example", dkim_selector="s1", sealed_dkim_key=encrypt(private))
    a_letter(desk, "ada@example.com")

    deliver_everything()

    import base64

    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    ((_who, raw),) = mail_server.taken
    assert raw.startswith(b"DKIM-Signature:")
    assert dkim.verify(
        raw, dnsfunc=lambda name, timeout=5: record if name == b"s1._domainkey.aalto.example." else b""
    )


def test_a_letter_that_cannot_be_signed_has_not_left(desk: Channel, mail_server: MailServer) -> None:
    Outlet.objects.update(dkim_domain="aalto.example", dkim_selector="s1", sealed_dkim_key=encrypt("no key"))
    a_letter(desk, "ada@example.com")

    deliver_everything()

    sending = Sending.objects.get()
    assert (sending.state, sending.reason.partition(":")[0], mail_server.taken) == ("failed", "unready", [])


@pytest.mark.django_db(transaction=True)
def test_several_workers_never_send_one_twice(mail_server: MailServer) -> None:
    channel = a_desk(mail_server, per_domain_minute=10_000, per_minute=10_000)
    for number in range(40):
        a_letter(channel, f"c{number}@example.com")

    def work(_number: int) -> None:
        try:
            deliver_everything()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert Counter(one for one, _raw in mail_server.taken) == {
        f"c{number}@example.com": 1 for number in range(40)
    }
    assert set(states().values()) == {"sent"}
