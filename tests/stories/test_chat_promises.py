"""What the chat promises beyond the first words: who is signed in, no stream, a reload, five languages, a sign-up."""

# ruff: noqa: F811  the fixtures of another story

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from regulars.config.tests.test_live import live  # noqa: F401  the live process
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named
from regulars.messaging.models import ChatSite, ChatVisitor, ConsentEntry, Message, Purpose
from regulars.messaging.queries.chat_words import words_in
from regulars.messaging.tests.chat_world import BY, a_vouching_site, answer, proof
from regulars.team.models import Member
from tests.browser import assert_accessible
from tests.stories.test_chat import Shop, chat_at, open_chat, shop, write  # noqa: F401  the website

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def identified(page: Page, token: str) -> None:
    """Let the page say who is signed in, as a shop does after its own sign-in."""
    page.evaluate("token => Regulars.identify(token)", token)


def refusals(page: Page, count: int) -> list[str]:
    """Return why proofs were refused, as the page heard it, as soon as it heard so many."""
    for _time in range(100):
        if page.evaluate("window.refused.length") >= count:
            break
        page.wait_for_timeout(100)
    found: list[str] = page.evaluate("window.refused")
    return found


def test_a_page_that_identifies_later_is_believed_only_with_a_fresh_proof_of_its_own(
    browser: Browser, shop: Shop, olga: Member
) -> None:
    found, key = a_vouching_site(origins=[shop.url])
    chat_at(shop, found)
    # Windows of their own: that the server says no is what should happen, and what the browser says of it.
    pages = [browser.new_context().new_page() for _window in range(2)]
    for page in pages:
        page.add_init_script("window.refused = []; document.addEventListener('regulars:refused', e => refused.push(e.detail.code))")  # fmt: skip
        open_chat(page, shop)
        write(page, "Hello from a stranger")
        expect(page.get_by_role("log")).to_contain_text("Sent")
    first, second = pages
    true = proof(key, sub="4711", email="ada@example.com", name="Ada", jti="page-1")

    identified(first, proof("another key, which is long enough", sub="4711"))
    expect(first.get_by_text("We could not confirm who you are.")).to_be_visible()
    identified(first, proof(key, sub="4711", lasts=timedelta(minutes=-5)))
    assert refusals(first, 2) == ["identity_forged", "identity_expired"]
    assert not ChatVisitor.objects.exclude(subject="").exists()

    identified(first, true)
    first.wait_for_timeout(1500)
    assert ChatVisitor.objects.get(subject="sub:4711").name == "Ada"
    identified(second, true)
    assert refusals(second, 1) == ["identity_replayed"]
    assert ChatVisitor.objects.exclude(subject="").count() == 1
    for page in pages:
        page.context.close()


def test_without_a_stream_answers_come_all_the_same(
    browser: Browser, shop: Shop, settings: Any, aino: Member
) -> None:
    settings.LIVE_URL = "http://localhost:9"
    shop.live_at = settings.LIVE_URL
    found = chat_at(shop)
    page = browser.new_page()
    panel = open_chat(page, shop)
    write(page, "Anybody there?")
    expect(panel.get_by_role("log")).to_contain_text("Sent")

    answer(Message.objects.get().thread, found, aino, "Yes, here I am.")

    expect(panel.get_by_role("log")).to_contain_text("Yes, here I am.", timeout=8_000)
    page.close()


def test_after_a_reload_the_unread_are_counted_and_the_conversation_can_be_mailed(
    page: Page, shop: Shop, aino: Member
) -> None:
    channel_named("Care", by=BY, at=now(), address="care@aalto.example")
    found = chat_at(shop)
    panel = open_chat(page, shop)
    write(page, "Do you have oats?")
    expect(panel.get_by_role("log")).to_contain_text("Sent")
    page.get_by_label("Your e-mail").fill("ada@example.com")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("If you leave, we answer to ada@example.com.")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto("about:blank")
    answer(Message.objects.get(direction="in").thread, found, aino, "Yes.")
    answer(Message.objects.get(direction="in").thread, found, aino, "Two kinds.")

    page.goto(shop.url)
    expect(page.get_by_role("button", name="Chat with us, 2 new")).to_be_visible()
    page.get_by_role("button", name="Chat with us, 2 new").click()
    expect(panel.get_by_role("log")).to_contain_text("Two kinds.")
    panel.get_by_role("button", name="More", exact=True).first.click()
    panel.get_by_role("button", name="Send me this conversation by e-mail").click()
    expect(panel.get_by_text("It is on its way to ada@example.com.")).to_be_visible()

    mailed = Message.objects.get(channel__kind="email")
    assert all(words in mailed.text for words in ("Do you have oats?", "Yes.", "Two kinds."))
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("Two kinds.")


@pytest.mark.parametrize("language", ["en", "fi", "lt", "nb", "hu"])
def test_it_speaks_five_languages_and_wears_the_colours_of_the_house(
    page: Page, shop: Shop, language: str
) -> None:
    chat_at(shop, colour="#aa3355", more=f'data-language="{language}" data-theme="dark"')
    page.goto(shop.url)
    host = page.locator("regulars-chat")
    expect(host).to_have_attribute("lang", language)
    words = words_in(language)

    page.get_by_role("button", name=words["launcher"]).click()

    expect(page.get_by_label(words["placeholder"]).first).to_be_visible()
    look = "one => { const head = one.shadowRoot.querySelector('.head'), panel = one.shadowRoot.querySelector('.panel'); return [getComputedStyle(head).backgroundColor, getComputedStyle(panel).backgroundColor]; }"
    head, panel = host.evaluate(look)
    assert head == "rgb(170, 51, 85)"
    assert sum(int(part) for part in re.findall(r"\d+", panel)[:3]) < 200
    if language in ("fi", "hu"):
        assert_accessible(page)


def test_a_sign_up_is_offered_beside_the_address_and_nothing_is_ticked_beforehand(
    page: Page, shop: Shop
) -> None:
    found = chat_at(shop, asks_email="needed")
    given = {"name": "News", "needs_confirming": True, "created_at": now()}
    news, _is_new = Purpose.objects.update_or_create(key="news", defaults=given)
    ChatSite.objects.filter(pk=found.pk).update(purpose=news)
    panel = open_chat(page, shop)
    box = panel.get_by_role("checkbox")
    expect(box).not_to_be_checked()
    assert_accessible(page)

    panel.get_by_label("Your e-mail").fill("ada@example.com")
    box.check()
    panel.get_by_role("button", name="Start the chat").click()
    write(page, "Hello")
    expect(panel.get_by_role("log")).to_contain_text("Sent")

    entry = ConsentEntry.objects.get()
    assert (entry.state, entry.identity.value) == ("pending", "ada@example.com")
