"""What goes into an answer: an approved text when the window is closed, an article behind /, and word that nothing can leave yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from regulars.inbox.actions.arriving import take_message
from regulars.inbox.actions.articles import create_article
from regulars.inbox.models import Conversation
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.connections import connect
from regulars.messaging.actions.hooks import hear_hook
from regulars.messaging.actions.intake import read_everything
from regulars.messaging.actions.text_templates import fetch_templates
from regulars.messaging.models import Connection, Message
from regulars.messaging.tests.test_engine_providers import META, sign_meta, whatsapp
from regulars.messaging.tests.test_text_templates import NAMED, PICTURE, READY, WAITING, page
from regulars.messaging.tests.test_texts import GREETING
from regulars.people.models import Person
from regulars.team.models import Business, Member
from regulars.timeline.actions.hearing import hear_everything
from tests.browser import assert_accessible, assert_fits
from tests.cast import a_mail, a_message
from tests.text_provider import text_provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BY = Actor.clock("test")
ENGLISH = {**READY, "id": "15", "language": "en", "components": [{"type": "BODY", "text": "Hello {{1}}, your order {{2}} is ready."}]}  # fmt: skip
Open = Callable[..., Page]


def a_closed_window() -> Conversation:
    """Somebody wrote by WhatsApp, years ago, and the approved texts are known."""
    with text_provider() as server:
        settings = META | {"number_id": "106540352242922", "business_id": "77", "host": server.url}
        phone = connect("whatsapp", "WhatsApp", settings, by=BY, at=now())
        server.answer(page(READY, NAMED, ENGLISH, WAITING, PICTURE))
        fetch_templates(phone, at=now())
    Connection.objects.update(token_ends_at=now() + timedelta(days=6))
    hear_hook(phone, sign_meta(whatsapp(messages=[GREETING])), by=BY, at=now())
    read_everything()
    found = take_message(Message.objects.latest("pk").pk, by=BY, at=now())
    assert found is not None
    Person.objects.filter(pk=found.person_id).update(language="fi", first_name="Ada")
    return found


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_an_approved_text_is_picked_filled_and_sent(
    open_page: Open, business: Business, olga: Member, phone: bool, dark: bool
) -> None:
    found = a_closed_window()
    desk = open_page(olga, phone=phone, dark=dark)
    desk.goto(f"/inbox/{found.pk}/?in=unassigned")
    picker = desk.get_by_role("region", name="Approved texts")
    picker.get_by_label("Text").select_option("order_ready")
    expect(picker.get_by_label("Language")).to_have_value("fi")
    expect(picker).to_contain_text("4 gaps are empty")
    assert_accessible(desk)
    assert_fits(desk)

    picker.get_by_label("Language").select_option("en")
    expect(picker).to_contain_text("2 gaps are empty")
    picker.get_by_label("{{1}}", exact=True).fill("Ada")
    picker.get_by_label("{{2}}", exact=True).fill("1001")
    expect(picker).to_contain_text("Hello Ada, your order 1001 is ready.")
    picker.get_by_role("button", name="Send this text").click()

    expect(desk.get_by_role("list").get_by_text("Hello Ada, your order 1001 is ready.")).to_be_visible()
    assert Message.objects.latest("pk").text == "Hello Ada, your order 1001 is ready."


def test_slash_offers_an_article_and_the_composer_says_that_nothing_can_leave(
    open_page: Open, business: Business, olga: Member, settings: Any
) -> None:
    settings.EMAIL_HOST = ""
    values = {"title": "How to send something back", "url": "https://shop.example/returns", "keywords": "return refund"}  # fmt: skip
    create_article(values, by=BY, at=now())
    message = a_message(a_mail("Can I return this mug for a refund?", Subject="Mug"))
    hear_everything()
    desk = open_page(olga)
    desk.goto(f"/inbox/{message.thread_id}/?in=unassigned")
    expect(desk.get_by_text("No way to send mail is set up for")).to_be_visible()
    area = desk.get_by_label("What to write", exact=True).and_(desk.locator("textarea"))

    area.press_sequentially("See /")
    desk.get_by_role("option", name="How to send something back").click()

    expect(area).to_have_value("See [How to send something back](https://shop.example/returns)")
    assert_accessible(desk)
