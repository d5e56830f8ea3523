"""When the visitor has gone: one mail with what was answered, and what they answer by mail stays in the thread."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from regulars.kit.clock import now
from regulars.messaging.actions import channel_named
from regulars.messaging.actions.chat.forgetting import sweep_visitors
from regulars.messaging.actions.chat.handing_over import mail_unseen_answers
from regulars.messaging.models import ChatVisitor, Message, Sending
from regulars.messaging.tests.chat_world import BY, Browser, a_chat_site, answer
from regulars.team.models import Member
from tests.cast import a_mail, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADA = "ada@example.com"


@pytest.fixture
def browser(olga: Member) -> Browser:
    """A visitor who gave an address, wrote half an hour ago, and left."""
    channel_named("Care", by=BY, at=now(), address="care@aalto.example")
    browser = Browser(a_chat_site())
    browser.enter()
    browser.post("introduction", {"name": "Ada", "email": ADA})
    browser.say("Do you have oats?")
    leave(browser, now() - timedelta(minutes=30))
    return browser


def leave(browser: Browser, at: datetime) -> None:
    ChatVisitor.objects.filter(pk=browser.visitor.pk).update(last_seen_at=at)


def mails() -> list[Message]:
    return list(Message.objects.filter(direction="out", channel__kind="email").order_by("pk"))


def test_unseen_answers_go_in_one_mail_to_whoever_left(browser: Browser, aino: Member) -> None:
    thread, long_ago = browser.visitor.thread, now() - timedelta(minutes=20)
    answer(thread, browser.site, aino, "Yes, we have.", at=long_ago)
    answer(thread, browser.site, aino, "Rolled and whole.", at=long_ago)

    assert mail_unseen_answers(at=now()) == 1
    assert mail_unseen_answers(at=now()) == 0

    (mail,) = mails()
    assert "Aino: Yes, we have.\n\nAino: Rolled and whole." in mail.text
    assert mail.subject == "Kahvila Aalto has answered you"
    assert [one.email for one in Sending.objects.filter(message=mail)] == [ADA]
    assert mail.thread == thread


def test_what_they_answer_by_mail_stays_in_the_thread_and_is_not_shown_to_a_stranger(
    browser: Browser, aino: Member
) -> None:
    answer(browser.visitor.thread, browser.site, aino, at=now() - timedelta(minutes=20))
    mail_unseen_answers(at=now())

    reply = a_message(a_mail("Private words", from_=f"Ada <{ADA}>", In_Reply_To=f"<{mails()[0].message_id}>"))

    assert reply.thread == browser.visitor.thread
    assert reply.threading == "token_in_message_id"
    assert "Private words" not in str(browser.get("messages").json())
    assert "has answered" not in str(browser.get("messages").json())


def test_whoever_is_there_or_saw_it_gets_no_mail(browser: Browser, aino: Member) -> None:
    long_ago = now() - timedelta(minutes=20)
    answer(browser.visitor.thread, browser.site, aino, at=long_ago)
    leave(browser, now())
    assert mail_unseen_answers(at=now()) == 0

    browser.post("reading", {"until": browser.lines()[-1]["number"]})
    leave(browser, long_ago)
    assert mail_unseen_answers(at=now()) == 0


def test_an_answer_fetched_by_a_window_nobody_looks_at_is_mailed_all_the_same(
    browser: Browser, aino: Member
) -> None:
    answer(browser.visitor.thread, browser.site, aino, at=now() - timedelta(minutes=20))
    browser.get("messages")
    leave(browser, now() - timedelta(minutes=20))

    assert mail_unseen_answers(at=now()) == 1


def test_whoever_gave_no_address_gets_no_mail(browser: Browser, aino: Member) -> None:
    ChatVisitor.objects.update(email="")
    answer(browser.visitor.thread, browser.site, aino, at=now() - timedelta(minutes=20))

    assert mail_unseen_answers(at=now()) == 0


def test_later_answers_wait_for_the_next_mail(browser: Browser, aino: Member) -> None:
    answer(browser.visitor.thread, browser.site, aino, "One", at=now() - timedelta(minutes=20))
    mail_unseen_answers(at=now())
    answer(browser.visitor.thread, browser.site, aino, "Two", at=now() - timedelta(minutes=11))

    assert mail_unseen_answers(at=now()) == 0
    assert mail_unseen_answers(at=now() + timedelta(minutes=20)) == 1
    assert "One" not in mails()[1].text
    assert "Two" in mails()[1].text


def test_the_conversation_is_mailed_at_their_wish_only_to_themselves_once_answered(
    browser: Browser, aino: Member
) -> None:
    assert browser.post("transcript").json()["code"] == "nothing_to_send"
    answer(browser.visitor.thread, browser.site, aino, "Yes, we have.")

    replies = [browser.post("transcript", {"email": "victim@example.com"}) for _try in range(4)]

    assert [reply.status_code for reply in replies[:2]] == [200, 200]
    assert replies[0].json() == {"email": ADA}
    assert replies[-1].status_code == 429
    text = mails()[0].text
    assert text.index("You\nDo you have oats?") < text.index("Aino\nYes, we have.")


def test_the_mail_speaks_the_visitors_language(browser: Browser, aino: Member) -> None:
    ChatVisitor.objects.update(language="fi")
    answer(browser.visitor.thread, browser.site, aino, at=now() - timedelta(minutes=20))

    mail_unseen_answers(at=now())

    assert mails()[0].subject == "Kahvila Aalto on vastannut sinulle"


def test_browsers_that_never_wrote_are_forgotten_after_a_month(browser: Browser) -> None:
    looked = Browser(browser.site)
    looked.enter()
    ChatVisitor.objects.update(last_seen_at=now() - timedelta(days=31))

    sweep_visitors(at=now())

    assert list(ChatVisitor.objects.values_list("email", flat=True)) == [ADA]
