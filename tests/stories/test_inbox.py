"""The inbox in a browser: a mail comes in, is answered with the keyboard alone, and the customer's server gets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from regulars.inbox.actions import assign_conversation
from regulars.inbox.models import Conversation, Draft
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.outbox import deliver_everything
from regulars.messaging.engine.reading import read_mail
from regulars.messaging.models import Channel, Outlet, Sending
from regulars.people.models import Person
from regulars.team.models import Member
from regulars.timeline.actions.hearing import hear_everything
from tests.browser import assert_accessible, assert_fits
from tests.cast import a_mail, a_message, a_person
from tests.mail_server import MailServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


def a_conversation(name: str, subject: str, text: str = "Good morning.", hours: float = 1) -> Conversation:
    email = f"{name.split()[0].lower()}@example.com"
    if not Person.objects.filter(name=name).exists():
        a_person(name, email=email)
    raw = a_mail(text, from_=f"{name} <{email}>", Subject=subject)
    message = a_message(raw, at=now() - timedelta(hours=hours))
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def test_a_mail_is_answered_with_the_keyboard_and_the_customers_server_gets_it(
    open_page: Callable[..., Page], olga: Member, mail_server: MailServer
) -> None:
    ada = a_conversation("Ada Lovelace", "Order 7", "Where is it?", hours=3)
    grace = a_conversation("Grace Hopper", "Cups", hours=1)
    desk = Channel.objects.get()
    Outlet.objects.create(channel=desk, host="127.0.0.1", port=mail_server.port, security="none")
    page = open_page(olga)
    page.goto("/inbox/?in=open")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".story")).to_contain_text("Where is it?")
    expect(page).to_have_url(f"{page.url.split('/inbox/')[0]}/inbox/{ada.pk}/?in=open")
    page.keyboard.press("r")
    page.keyboard.type("It left this morning, **sorry**.")
    page.keyboard.press("Control+Shift+Enter")

    # Sent and closed: the next one is there already.
    expect(page.locator("#toasts")).to_contain_text("Sent and closed.")
    expect(page.locator(".conversation-title")).to_contain_text("Cups")
    ada.refresh_from_db()
    assert (ada.state, ada.assignee_id) == ("closed", olga.pk)
    Sending.objects.update(due_at=now() - timedelta(seconds=1))
    deliver_everything()
    ((recipient, raw),) = mail_server.taken
    letter = read_mail(raw).letter
    assert recipient == "ada@example.com"
    assert (letter.subject, "It left this morning" in letter.text) == ("Re: Order 7", True)
    assert "<strong>sorry</strong>" in letter.html
    assert letter.in_reply_to or letter.references

    # The next is closed, and what was closed comes back with z.
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text("Closed.")
    expect(page.locator(".inbox-row")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator(".conversation-title")).to_contain_text("Cups")
    grace.refresh_from_db()
    assert grace.state == "open"


def test_keys_give_tag_put_aside_note_and_call_spam(
    open_page: Callable[..., Page], olga: Member, max_: Member
) -> None:
    found = a_conversation("Ada Lovelace", "Order 7")
    page = open_page(olga)
    page.goto(f"/inbox/{found.pk}/?in=open")

    page.keyboard.press("a")
    page.locator("#modal").get_by_label("Who answers").select_option(label="Max")
    page.locator("#modal").get_by_role("button", name="Give").click()
    expect(page.locator(".conversation-deeds")).to_contain_text("Max")
    page.keyboard.press("t")
    page.locator("#modal").get_by_label("Tags").fill("late")
    page.keyboard.press("Enter")
    expect(page.locator(".conversation-facts")).to_contain_text("late")
    page.keyboard.press("n")
    page.keyboard.type("Call her")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".letter-note")).to_contain_text("Call her")
    page.keyboard.press("s")
    expect(page.locator("#modal")).to_contain_text("Tomorrow morning")
    assert_accessible(page, within="#modal")
    page.locator("#modal").get_by_role("button", name="Put aside").click()
    expect(page.locator("#toasts")).to_contain_text("Put aside until")
    found.refresh_from_db()
    assert (found.state, found.assignee_id) == ("snoozed", max_.pk)

    page.goto(f"/inbox/{found.pk}/?in=all")
    page.keyboard.press("?")
    for words in ("Reply", "Note", "Assign", "Put aside", "Tags", "Spam", "Next conversation"):
        expect(page.locator("#keys")).to_contain_text(words)
    page.keyboard.press("Escape")
    page.keyboard.press("#")
    expect(page.locator("#toasts")).to_contain_text("Called spam.")


def test_a_draft_survives_the_page_and_taking_back_brings_it_again(
    open_page: Callable[..., Page], olga: Member
) -> None:
    found = a_conversation("Ada Lovelace", "Order 7")
    page = open_page(olga)
    page.goto(f"/inbox/{found.pk}/?in=open")
    page.keyboard.press("r")
    page.keyboard.type("Half a thou")
    expect(page.locator("[data-composer-kept]")).to_have_text("Draft kept")
    assert Draft.objects.get().text == "Half a thou"

    page.reload()
    expect(page.locator("#composer-text")).to_have_value("Half a thou")
    page.locator("input[data-composer-file]").set_input_files(
        {"name": "beans.txt", "mimeType": "text/plain", "buffer": b"beans"}
    )
    expect(page.locator("#draft-files")).to_contain_text("beans.txt")
    page.locator("#composer-text").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".letter-out")).to_contain_text("Half a thou")
    expect(page.locator(".letter-out")).to_contain_text("beans.txt")
    page.locator("#toasts").get_by_role("button", name="Undo").click()

    expect(page.locator(".letter-out")).to_have_count(0)
    expect(page.locator("#composer-text")).to_have_value("Half a thou")
    expect(page.locator("#draft-files")).to_contain_text("beans.txt")
    assert Sending.objects.get().state == "cancelled"


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_the_page_is_for_everybody_and_on_a_phone_one_thing_at_a_time(
    open_page: Callable[..., Page], olga: Member, phone: bool, dark: bool
) -> None:
    found = a_conversation("Ada Lovelace", "Order 7", "Where is it?")
    a_conversation("Grace Hopper", "Cups")
    assign_conversation(found, olga, by=Actor.clock("test"), at=now())
    page = open_page(olga, phone=phone, dark=dark)
    page.goto("/inbox/?in=open")
    assert_fits(page)
    assert_accessible(page)

    page.get_by_role("link", name="Order 7").click()
    expect(page.locator(".story")).to_contain_text("Where is it?")
    assert_fits(page)
    assert_accessible(page)
    if phone:
        expect(page.locator(".inbox-list")).to_be_hidden()
        page.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("menuitem", name="About the person").click()
    expect(page.locator(".inbox-person")).to_contain_text("Ada Lovelace")
    assert_accessible(page)
    if phone:
        page.get_by_role("button", name="Back to the conversation").click()
        page.get_by_role("button", name="Back to the list").click()
        expect(page.get_by_role("link", name="Cups")).to_be_visible()


def test_the_rest_of_a_list_comes_as_one_steps_to_its_end(
    open_page: Callable[..., Page], olga: Member
) -> None:
    talks = [
        a_conversation(f"Guest{number}", f"Question {number}", hours=40 - number) for number in range(18)
    ]
    page = open_page(olga)
    page.goto(f"/inbox/{talks[0].pk}/?in=open")
    expect(page.locator(".inbox-row")).to_have_count(15)

    for _step in range(15):
        page.keyboard.press("j")
    expect(page.locator(".inbox-row")).to_have_count(18)
    for _step in range(3):
        page.keyboard.press("j")

    expect(page.locator(".inbox-row:focus-within .inbox-subject")).to_have_text("Question 17")


def test_picked_rows_are_closed_together(open_page: Callable[..., Page], olga: Member) -> None:
    for name in ("Ada Lovelace", "Grace Hopper", "Alan Turing"):
        a_conversation(name, f"From {name}")
    page = open_page(olga)
    page.goto("/inbox/?in=open")
    for _twice in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("#inbox-bulk")).to_contain_text("2 picked")
    assert_accessible(page, within="#inbox-bulk")

    page.locator("#inbox-bulk").get_by_role("button", name="Close").click()

    expect(page.locator(".inbox-row")).to_have_count(1)
    expect(page.locator("#toasts")).to_contain_text("2 conversations changed.")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(".inbox-row")).to_have_count(3)
