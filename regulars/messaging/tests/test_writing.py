"""Writing: a letter is stored with its id and a sending a recipient; it can be taken back while it is held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.messaging.actions import (
    EmptyLetter,
    NoRecipient,
    TooLate,
    channel_named,
    read_arrival,
    start_thread,
    take_back,
    take_in,
    write_message,
)
from regulars.messaging.engine.outgoing import OutgoingFile, OutgoingLetter, Recipient
from regulars.messaging.engine.threads import thread_of
from regulars.messaging.models import Channel, Message, Participant, Sending
from regulars.messaging.queries.placing import thread_secret
from tests.cast import a_mail, a_message, a_person

pytestmark = pytest.mark.django_db
BY = Actor.clock("test")


def a_channel() -> Channel:
    return channel_named("", by=BY, at=now(), address="desk@aalto.example")


def written(thread: Any, text: str = "Thank you.", **values: Any) -> Message:
    letter = OutgoingLetter(text, **{name: values.pop(name) for name in ("to", "cc", "bcc", "files", "html", "subject") if name in values})  # fmt: skip
    return write_message(thread, a_channel(), letter, **{"by": BY, "at": now(), **values})


def test_an_answer_goes_to_who_wrote_last_and_names_what_it_answers(by_olga: Actor) -> None:
    first = a_message(a_mail(Subject="Coffee", Message_ID="<1@mail.example>"))

    answer = written(first.thread, by=by_olga)

    sending = Sending.objects.get()
    assert (sending.email, sending.name, sending.role, sending.state) == (
        "ada@example.com",
        "Ada",
        "to",
        "held",
    )
    assert (answer.direction, answer.subject, answer.author_label) == ("out", "Re: Coffee", by_olga.label)
    assert (answer.author_id, answer.in_reply_to) == (by_olga.member_id, "1@mail.example")
    assert answer.reference_ids == "<1@mail.example>"
    assert thread_of(answer.message_id.partition(".")[0], thread_secret()) == first.thread_id
    assert answer.sender_email == "desk@aalto.example"


def test_a_new_thread_begins_with_a_person() -> None:
    ada = a_person("Ada", email="ada@example.com")

    thread = start_thread(subject="Re: Your order", person=ada, channel=a_channel(), by=BY, at=now())
    message = written(thread)

    assert (thread.subject, message.subject, message.person) == ("Your order", "Your order", ada)
    assert list(Sending.objects.values_list("email", "name")) == [("ada@example.com", "Ada")]


def test_each_recipient_has_one_sending_and_takes_part() -> None:
    first = a_message()

    written(
        first.thread,
        to=(Recipient("ADA@example.com", "Ada"), Recipient("bob@example.com")),
        cc=(Recipient("ada@example.com"), Recipient("cy@example.com")),
        bcc=(Recipient("di@example.com"),),
    )

    found = Sending.objects.order_by("id").values_list("email", "role")
    assert list(found) == [
        ("ada@example.com", "to"), ("bob@example.com", "to"), ("cy@example.com", "cc"), ("di@example.com", "bcc"),
    ]  # fmt: skip
    part = set(Participant.objects.filter(thread=first.thread).values_list("email", flat=True))
    assert {"bob@example.com", "cy@example.com", "di@example.com"} <= part


def test_the_answer_to_an_answer_comes_into_the_thread() -> None:
    first = a_message()
    ours = written(first.thread)

    theirs = a_message(a_mail("And then?", In_Reply_To=f"<{ours.message_id}>"))

    assert (theirs.thread_id, theirs.threading) == (first.thread_id, "token_in_message_id")


def test_our_own_letter_come_back_is_known(settings: Any) -> None:
    from regulars.messaging.engine.outgoing import as_bytes
    from regulars.messaging.queries.outgoing import written_for

    ours = written(a_message().thread)
    raw = as_bytes(written_for(ours.sendings.get()))

    back = read_arrival(take_in(raw, a_channel(), by=BY, at=now()), by=BY)

    assert (back.message, back.is_duplicate) == (ours, True)


def test_it_is_held_for_a_moment_or_until_it_is_due() -> None:
    at, thread = now(), a_message().thread

    soon, later = written(thread, at=at), written(thread, at=at, due_at=at + timedelta(days=1))

    assert soon.sendings.get().due_at == at + timedelta(seconds=10)
    assert later.sendings.get().due_at == at + timedelta(days=1)


def test_what_is_held_can_be_taken_back() -> None:
    message = written(a_message().thread)

    take_back(message, by=BY, at=now())

    assert message.sendings.get().state == "cancelled"


@pytest.mark.parametrize("state", ["waiting", "sending", "sent", "cancelled", "uncertain"])
def test_what_has_left_cannot_be_taken_back(state: str) -> None:
    message = written(a_message().thread, cc=(Recipient("cy@example.com"),), to=(Recipient("a@b.example"),))
    Sending.objects.filter(email="cy@example.com").update(state=state)

    with pytest.raises(TooLate):
        take_back(message, by=BY, at=now())
    assert Sending.objects.get(email="a@b.example").state == "held"


def test_what_cannot_be_sent_is_refused() -> None:
    nobody = start_thread(subject="x", person=a_person("Ada"), channel=a_channel(), by=BY, at=now())

    with pytest.raises(NoRecipient):
        written(nobody)
    with pytest.raises(EmptyLetter):
        written(nobody, " \n ")
    with pytest.raises(Invalid):
        written(nobody, to=(Recipient("ada@example.com\r\nBcc: x@y.example"),))
    with pytest.raises(Invalid):
        written(nobody, files=(OutgoingFile("x", "x/y", bytes(25_000_001)),), to=(Recipient("a@b.example"),))
    assert not Message.objects.exists()
