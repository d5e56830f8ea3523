"""Threads that belong together become one, whichever mail comes first; what was joined can be parted, and split again."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named, join_threads, part_thread, split_thread, take_in
from regulars.messaging.actions.intake import read_everything
from regulars.messaging.actions.joining import NothingBefore, NotJoined, SameThread
from regulars.messaging.models import Message, MissedParent, Participant, Thread
from regulars.messaging.queries.robots import may_answer_automatically
from regulars.messaging.queries.story import messages_of
from regulars.people.models import Person
from regulars.team.models import AuditEntry, Member
from tests.cast import a_mail, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BY = Actor.clock("test")
DESK = "desk@aalto.example"


def ours(text: str, **headers: str) -> bytes:
    """Write a mail that a colleague sent with another program, with us in copy."""
    return a_mail(text, from_="Aino <aino@aalto.example>", To="ada@example.com", Cc=DESK, **headers)


def chain() -> list[bytes]:
    """Write a conversation in which each mail names only the one before."""
    return [
        a_mail("One", Message_ID="<1@x>", Date="Mon, 2 Mar 2026 10:00:00 +0000"),
        ours("Two", Message_ID="<2@x>", In_Reply_To="<1@x>", Date="Mon, 2 Mar 2026 11:00:00 +0000"),
        a_mail("Three", Message_ID="<3@x>", In_Reply_To="<2@x>", Date="Mon, 2 Mar 2026 12:00:00 +0000"),
    ]


def whole(thread: Thread) -> list[str]:
    return [one.text for one in messages_of(thread)[0]]


@pytest.mark.parametrize("is_together", [True, False])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_in_whatever_order_mails_come_they_are_one_thread(
    aino: Member, order: tuple[int, ...], is_together: bool
) -> None:
    mails = chain()
    channel = channel_named(address=DESK, by=BY, at=now())

    for place in order:
        take_in(mails[place], channel, by=BY, at=now())
        if not is_together:
            read_everything()
    read_everything()

    threads = Thread.objects.filter(merged_into=None)
    assert [whole(one) for one in threads] == [["One", "Two", "Three"]]
    assert threads.get().person == Person.objects.get(name="Ada")


def test_a_stranger_who_names_an_id_in_advance_joins_nothing(db: None) -> None:
    eve = a_message(a_mail("Let me in", from_="eve@evil.example", To=DESK, In_Reply_To="<later@x>"))

    ada = a_message(a_mail("Secret", Message_ID="<later@x>"))

    assert ada.thread != eve.thread
    assert Thread.objects.filter(merged_into=None).count() == 2
    assert MissedParent.objects.get().missing == "later@x"


def test_joined_threads_are_shown_as_one_and_parted_again(db: None) -> None:
    first, second = a_message(a_mail("First")), a_message(a_mail("Second", from_="bo@else.example"))

    survivor = join_threads(second.thread, first.thread, by=BY, at=now())
    assert (survivor, whole(survivor)) == (first.thread, ["First", "Second"])
    assert Participant.objects.filter(thread=survivor, email="bo@else.example").exists()
    assert AuditEntry.objects.filter(action="thread.joined").count() == 1
    with pytest.raises(SameThread):
        join_threads(first.thread, second.thread, by=BY, at=now())

    part_thread(Thread.objects.get(pk=second.thread_id), by=BY, at=now())
    assert (whole(first.thread), whole(second.thread)) == (["First"], ["Second"])
    assert not Participant.objects.filter(thread=first.thread, email="bo@else.example").exists()
    with pytest.raises(NotJoined):
        part_thread(Thread.objects.get(pk=second.thread_id), by=BY, at=now())


def test_threads_joined_one_after_another_stay_whole(db: None) -> None:
    one, two, three = (a_message(a_mail(name, from_=f"{name}@x.example")).thread for name in ("a", "b", "c"))

    join_threads(one, two, by=BY, at=now())
    join_threads(two, three, by=BY, at=now())

    assert sorted(whole(three)) == ["a", "b", "c"]


def test_a_thread_is_split_where_something_new_begins(db: None) -> None:
    first = a_message(a_mail("Beans", Message_ID="<1@x>", Date="Mon, 2 Mar 2026 10:00:00 +0000"))
    news = a_message(
        a_mail(
            "By the way",
            Subject="Invoice",
            In_Reply_To="<1@x>",
            Message_ID="<2@x>",
            Date="Mon, 2 Mar 2026 11:00:00 +0000",
        )
    )
    with pytest.raises(NothingBefore):
        split_thread(first, by=BY, at=now())

    made = split_thread(news, by=BY, at=now())

    assert (whole(first.thread), whole(made), made.subject) == (["Beans"], ["By the way"], "Invoice")
    assert (
        a_message(a_mail("More", In_Reply_To="<2@x>", Date="Mon, 2 Mar 2026 12:00:00 +0000")).thread == made
    )
    join_threads(made, first.thread, by=BY, at=now())
    assert whole(first.thread) == ["Beans", "By the way", "More"]


def test_the_pages_join_part_and_split(olga: Member, signed_in: Callable[[Member], Client]) -> None:
    olgas, first = signed_in(olga), a_message(a_mail("First", Message_ID="<1@x>"))
    apart = a_message(a_mail("Apart", from_="eve@else.example", In_Reply_To="<1@x>"))
    page = olgas.get(f"/messages/threads/{apart.thread_id}/").content.decode()
    assert f"/messages/threads/{apart.thread_id}/join/{first.thread_id}/" in page

    answer = olgas.post(f"/messages/threads/{apart.thread_id}/join/{first.thread_id}/", follow=True)
    assert whole(first.thread) == ["First", "Apart"]
    assert f"/messages/threads/{apart.thread_id}/parting/" in answer.content.decode()
    olgas.post(f"/messages/threads/{apart.thread_id}/parting/")
    assert whole(first.thread) == ["First"]

    later = a_message(a_mail("Later", In_Reply_To="<1@x>", Date="Tue, 3 Mar 2026 10:00:00 +0000"))
    olgas.post(f"/messages/{later.pk}/split/")
    assert whole(first.thread) == ["First"]


def test_who_may_not_change_people_joins_nothing(ana: Member, signed_in: Callable[[Member], Client]) -> None:
    first, second = a_message(), a_message()

    answer = signed_in(ana).post(f"/messages/threads/{first.thread_id}/join/{second.thread_id}/")

    assert answer.status_code == 403
    assert not Thread.objects.exclude(merged_into=None).exists()


@pytest.mark.parametrize("from_", ["Shop form <desk@aalto.example>", "noreply@forms.example"])
def test_a_web_form_is_from_whoever_filled_it_in(from_: str) -> None:
    message = a_message(a_mail("I want beans", from_=from_, Reply_To="Ada <ada@example.com>"))

    assert (message.kind, message.sender_email, message.sender_name) == ("human", "ada@example.com", "Ada")
    assert message.person == Person.objects.get(name="Ada")


def test_a_form_opens_no_thread_of_whom_it_names(db: None) -> None:
    first = a_message(a_mail("Hello", Message_ID="<1@x>"))

    forged = a_message(
        a_mail(
            "Me again",
            from_="noreply@forms.example",
            Reply_To="ada@example.com",
            In_Reply_To="<1@x>",
            To="eve@evil.example",
        )
    )

    assert (forged.thread == first.thread, forged.threading) == (False, "kept_apart")


@pytest.mark.parametrize("headers", [{"List_Unsubscribe": "<https://x.example>"}, {}])
def test_a_newsletter_is_no_form(headers: dict[str, str]) -> None:
    reply_to = "support@shop.example" if not headers else "ada@example.com"
    message = a_message(a_mail("News", from_="no-reply@shop.example", Reply_To=reply_to, **headers))

    assert (message.kind, message.sender_email) == ("list", "no-reply@shop.example")


def test_robots_of_ours_answer_seldom(db: None) -> None:
    at = now()

    def may(sender: str = "ada@example.com", **more: Any) -> bool:
        return may_answer_automatically(sender, at + timedelta(**more))

    message = a_message(at=at)
    assert (may(), may("no-reply@x.example"), may(DESK), may("")) == (True, False, False, False)

    for _mail in range(19):
        a_message(at=at)
    assert (may(minutes=1), may(hours=3)) == (False, True)

    Message.objects.create(
        thread=message.thread,
        channel=message.channel,
        direction="out",
        kind="auto_reply",
        content_key="k",
        sent_at=at,
        received_at=at,
    )
    assert (may(hours=3), may(hours=25)) == (False, True)
    a_message(a_mail("Away", Auto_Submitted="auto-replied"), at=at + timedelta(hours=25))
    assert not may(hours=26)
