"""What comes back finds the letter it is about; who forges a bounce silences nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named, start_thread, write_message
from regulars.messaging.actions.minding import (
    NotAsked,
    StillUnwelcome,
    cancel_sending,
    it_arrived,
    send_again,
)
from regulars.messaging.actions.outbox import claim, deliver_everything, recover_interrupted
from regulars.messaging.actions.returns import note_outcome, sendings_named
from regulars.messaging.engine.outgoing import OutgoingLetter, Recipient
from regulars.messaging.models import Message, Outlet, Sending, Suppression
from regulars.team.models import AuditEntry
from regulars.timeline.models import Touchpoint
from tests.cast import a_message, a_person
from tests.mail_server import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BY = Actor.clock("test")


def a_sent_letter(server: MailServer, *to: str) -> Message:
    channel = channel_named("", by=BY, at=now(), address="desk@aalto.example")
    Outlet.objects.get_or_create(
        channel=channel, defaults={"host": "127.0.0.1", "port": server.port, "security": "none"}
    )
    person = a_person("Ada", email="ada@example.com")
    thread = start_thread(subject="Coffee", person=person, channel=channel, by=BY, at=now())
    letter = OutgoingLetter("Hello.", to=tuple(Recipient(one) for one in to or ("ada@example.com",)))
    message = write_message(thread, channel, letter, by=BY, at=now(), hold=timedelta(0))
    deliver_everything()
    return message


def a_bounce(message_id: str, whom: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.com\r\nTo: desk@aalto.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; {whom}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {status} such is life\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: desk@aalto.example\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n"
    ).encode()


def test_a_bounce_is_noted_with_its_letter_and_silences_the_address(mail_server: MailServer) -> None:
    message = a_sent_letter(mail_server, "ada@example.com", "bob@example.com")

    back = a_message(a_bounce(message.message_id, "ada@example.com"))

    assert dict(message.sendings.values_list("email", "state")) == {"ada@example.com": "bounced", "bob@example.com": "sent"}  # fmt: skip
    assert "such is life" in message.sendings.get(email="ada@example.com").reason
    assert list(Suppression.objects.values_list("address", "reason")) == [("ada@example.com", "bounced")]
    assert back.thread_id == message.thread_id
    assert Touchpoint.objects.get(kind="message.failed").payload["state"] == "bounced"


def test_a_forged_bounce_silences_nobody(mail_server: MailServer) -> None:
    message = a_sent_letter(mail_server)

    a_message(a_bounce("guessed.1@aalto.example", "ada@example.com"))

    assert message.sendings.get().state == "sent"
    assert not Suppression.objects.exists()


def test_a_full_mailbox_is_told_but_silences_nobody(mail_server: MailServer) -> None:
    message = a_sent_letter(mail_server)

    a_message(a_bounce(message.message_id, "ada@example.com", "4.2.2"))

    assert message.sendings.get().state == "bounced"
    assert not Suppression.objects.exists()


def test_a_delay_is_only_noted(mail_server: MailServer) -> None:
    message = a_sent_letter(mail_server)

    a_message(a_bounce(message.message_id, "ada@example.com", "4.4.1", "delayed"))

    sending = message.sendings.get()
    assert (sending.state, "such is life" in sending.reason) == ("sent", True)


def test_reports_of_a_provider_find_their_sending(mail_server: MailServer) -> None:
    sending = a_sent_letter(mail_server).sendings.get()
    Sending.objects.update(provider_id="abc-1")

    (found,) = sendings_named(provider_id="abc-1")
    note_outcome(found, "delivered", "", by=BY, at=now())
    assert Sending.objects.get().state == "delivered"
    note_outcome(sending, "complaint", "", by=BY, at=now())
    note_outcome(sending, "delivered", "", by=BY, at=now())

    assert Sending.objects.get().state == "complained"
    assert Suppression.objects.get().reason == "complained"


def test_a_person_decides_what_nobody_knows(mail_server: MailServer, by_olga: Actor) -> None:
    mail_server.drops_after_data = True
    first, second = a_sent_letter(mail_server), a_message().thread
    write_message(second, first.channel, OutgoingLetter("And?"), by=BY, at=now(), hold=timedelta(0))
    claim(Sending.objects.get(state="held").pk, 4711)
    recover_interrupted()
    mail_server.drops_after_data = False
    one, two = Sending.objects.order_by("pk")

    it_arrived(one, by=by_olga, at=now())
    send_again(two, by=by_olga, at=now())
    deliver_everything()

    assert list(Sending.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "sent"]
    assert len(mail_server.taken) == 2
    assert AuditEntry.objects.filter(action="sending.minded", actor_id=by_olga.id).count() == 2
    with pytest.raises(NotAsked):
        it_arrived(one, by=by_olga, at=now())
    with pytest.raises(NotAsked):
        send_again(two, by=by_olga, at=now())
    with pytest.raises(NotAsked):
        cancel_sending(two, by=by_olga, at=now())


def test_no_hand_goes_past_the_list(mail_server: MailServer) -> None:
    mail_server.says = lambda step, _who: "550 5.1.1 no" if step == "RCPT" else ""
    message = a_sent_letter(mail_server)

    with pytest.raises(StillUnwelcome):
        send_again(message.sendings.get(), by=BY, at=now())
