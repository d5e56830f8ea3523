"""The chat on somebody else's website: another origin, a strict content policy, a visitor, a team that answers."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from regulars.config.tests.test_live import KEY, live  # noqa: F401  the live process and its key
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named
from regulars.messaging.actions.chat.answering import show_typing
from regulars.messaging.actions.chat.rating import ask_how_it_was
from regulars.messaging.actions.chat.sites import change_chat_site
from regulars.messaging.models import ChatRating, ChatSite, ChatVisitor, Message
from regulars.messaging.tests.chat_world import BY, a_chat_site, a_vouching_site, answer, proof
from regulars.messaging.tests.test_pages import PIXEL
from regulars.team.models import Member
from tests.browser import assert_accessible, assert_fits
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PNG = base64.b64decode(PIXEL)


class Shop:
    """A website of its own that loads our chat under the strictest policy a site can have."""

    def __init__(self, product: str, live_at: str) -> None:
        self.product, self.live_at, self.attributes = product, live_at, ""
        self.server = ThreadingHTTPServer(("localhost", 0), partial(_Page, self))
        serve(self.server)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server.server_address[1]}"

    @property
    def policy(self) -> str:
        return (
            f"default-src 'none'; script-src {self.product}; connect-src {self.product} {self.live_at}; "
            "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )

    def page(self) -> str:
        script = f'<script async src="{self.product}/chat/widget.js" {self.attributes}></script>'
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>Oats</title>{script}</head><body><main><h1>Oats and rye</h1><p>From the mill.</p></main></body></html>"
        )


class _Page(BaseHTTPRequestHandler):
    def __init__(self, shop: Shop, *rest: Any) -> None:
        self.shop = shop
        super().__init__(*rest)

    def do_GET(self) -> None:
        self.send_response(200 if self.path != "/favicon.ico" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", self.shop.policy)
        self.end_headers()
        self.wfile.write(self.shop.page().encode())

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@pytest.fixture
def shop(site: str, live: int, settings: Any) -> Iterator[Shop]:  # noqa: F811
    settings.SECRET_KEY = KEY
    settings.LIVE_URL = f"http://localhost:{live}"
    shop = Shop(site, settings.LIVE_URL)
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


def chat_at(shop: Shop, found: ChatSite | None = None, more: str = "", **values: Any) -> ChatSite:
    """Put a chat on the shop's pages."""
    found = found or a_chat_site(origins=[shop.url], **values)
    shop.attributes = f'data-site="{found.public_key}" {more}'
    return found


def open_chat(page: Page, shop: Shop) -> Locator:
    page.goto(shop.url)
    page.get_by_role("button", name="Chat with us").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    return panel


def write(page: Page, text: str) -> None:
    page.get_by_label("Write a message…").fill(text)
    page.keyboard.press("Enter")


def test_a_visitor_on_another_website_writes_and_sees_the_answer_without_reloading(
    page: Page, shop: Shop, aino: Member
) -> None:
    found = chat_at(shop)
    panel = open_chat(page, shop)

    write(page, "Do you have oats?")
    expect(panel.get_by_role("log")).to_contain_text("Sent")
    message = Message.objects.get()
    assert message.text == "Do you have oats?"
    page.wait_for_timeout(1500)
    show_typing(message.thread_id, "Aino")
    expect(panel.get_by_text("Aino is writing…")).to_be_visible()
    answer(message.thread, found, aino, "Yes, see https://shop.example/oats.")

    expect(panel.get_by_role("log")).to_contain_text("Yes, see https://shop.example/oats.")
    expect(panel.get_by_role("link")).to_have_attribute("href", "https://shop.example/oats")
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("Do you have oats?")
    expect(page.get_by_role("log")).to_contain_text("Yes, see")
    assert ChatVisitor.objects.get().page == f"{shop.url}/"
    assert page.context.cookies() == []


def test_an_answer_to_a_closed_window_is_counted_in_every_tab_until_one_looks(
    page: Page, shop: Shop, aino: Member
) -> None:
    found = chat_at(shop)
    panel = open_chat(page, shop)
    write(page, "Hello")
    expect(panel.get_by_role("log")).to_contain_text("Sent")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
    other = page.context.new_page()
    other.goto(shop.url)
    expect(other.get_by_role("button", name="Chat with us")).to_be_visible()
    page.wait_for_timeout(1500)

    answer(Message.objects.get().thread, found, aino, "Here I am")

    for tab in (page, other):
        expect(tab.get_by_role("button", name="Chat with us, 1 new")).to_be_visible()
    other.get_by_role("button", name="Chat with us, 1 new").click()
    expect(other.get_by_role("log")).to_contain_text("Here I am")
    expect(page.get_by_role("button", name="Chat with us", exact=True)).to_be_visible()


def test_what_is_written_offline_is_sent_once_when_the_network_is_back(page: Page, shop: Shop) -> None:
    chat_at(shop)
    panel = open_chat(page, shop)
    write(page, "Online")
    expect(panel.get_by_role("log")).to_contain_text("Sent")

    page.context.set_offline(True)
    expect(panel.get_by_text("You are offline")).to_be_visible()
    write(page, "Offline")
    expect(panel.get_by_text("Not sent.")).to_be_visible()
    page.context.set_offline(False)

    expect(panel.get_by_text("Not sent.")).to_be_hidden()
    expect(panel.get_by_text("Sent")).to_be_visible()
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["Online", "Offline"]


def test_pictures_are_sent_and_painted_whatever_the_page_forbids(page: Page, shop: Shop) -> None:
    chat_at(shop)
    panel = open_chat(page, shop)
    files = [{"name": "cat.png", "mimeType": "image/png", "buffer": PNG}]
    panel.locator("input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    expect(panel.get_by_text("cat.png")).to_be_visible()
    panel.get_by_role("button", name="Send", exact=True).click()

    expect(panel.get_by_role("img", name="cat.png")).to_be_visible()
    assert Message.objects.get().files.get().content_type == "image/png"


def test_a_forged_proof_is_refused_and_a_true_one_believed(page: Page, shop: Shop, olga: Member) -> None:
    found, key = a_vouching_site(origins=[shop.url])
    forged = proof("somebody else's key, long enough for it", email="ada@example.com")
    chat_at(shop, found, f'data-identity="{forged}"')
    open_chat(page, shop)
    expect(page.get_by_text("We could not confirm who you are.")).to_be_visible()
    write(page, "Let me in")
    expect(page.get_by_text("Not sent.").or_(page.get_by_text("could not confirm").nth(1))).to_be_visible()
    assert not ChatVisitor.objects.exists()
    assert not Message.objects.exists()

    chat_at(shop, found, f'data-identity="{proof(key, email="ada@example.com", name="Ada")}"')
    page.goto(shop.url)
    expect(page.get_by_role("log")).to_contain_text("Sent")

    assert Message.objects.get().text == "Let me in"
    assert ChatVisitor.objects.get().is_verified


def test_what_has_to_be_known_first_is_asked_first(page: Page, shop: Shop) -> None:
    chat_at(shop, asks_name="needed", asks_email="needed")
    panel = open_chat(page, shop)
    expect(panel.get_by_label("Your name")).to_be_focused()
    panel.get_by_label("Your name").fill("Ada")
    panel.get_by_label("Your e-mail").fill("nonsense")
    panel.get_by_role("button", name="Start the chat").click()
    expect(panel.get_by_text("Please check this e-mail address.")).to_be_visible()
    assert_accessible(page)

    panel.get_by_label("Your e-mail").fill("ada@example.com")
    panel.get_by_role("button", name="Start the chat").click()
    write(page, "Hello")

    expect(panel.get_by_role("log")).to_contain_text("Sent")
    assert Message.objects.get().sender_email == "ada@example.com"


def test_who_was_helped_says_how_it_was(page: Page, shop: Shop, aino: Member) -> None:
    found = chat_at(shop)
    panel = open_chat(page, shop)
    write(page, "Help")
    expect(panel.get_by_role("log")).to_contain_text("Sent")
    page.wait_for_timeout(1500)
    thread = Message.objects.get().thread
    answer(thread, found, aino)
    ask_how_it_was(thread.pk, at=now())

    panel.get_by_role("button", name="Very good").click()
    panel.get_by_label("Would you like to add something?").fill("Quick!")
    panel.get_by_role("group").get_by_role("button", name="Send").click()

    expect(panel.get_by_text("Thank you for telling us.")).to_be_visible()
    rating = ChatRating.objects.get()
    assert (rating.score, rating.comment) == (5, "Quick!")


def a_conversation(page: Page, shop: Shop, aino: Member) -> Locator:
    """Write back and forth, so that there is something to look at."""
    channel_named("Care", by=BY, at=now(), address="care@aalto.example")
    found = chat_at(shop)
    panel = open_chat(page, shop)
    write(page, "Hi! My order 4711 should have come yesterday. Is it on its way?")
    expect(panel.get_by_role("log")).to_contain_text("Sent")
    page.wait_for_timeout(1500)
    thread = Message.objects.get().thread
    answer(thread, found, aino, "Good morning! Let me look for it.")
    answer(
        thread,
        found,
        aino,
        "It left Turku last night and is with you before noon: https://post.example/track/4711",
    )
    expect(panel.get_by_role("link")).to_be_visible()
    write(page, "Wonderful, thank you")
    expect(panel.get_by_text("Sent")).to_be_visible()
    return panel


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_the_chat_is_accessible_and_fits(
    open_page: Callable[..., Page], shop: Shop, aino: Member, phone: bool, dark: bool
) -> None:
    page = open_page(phone=phone, dark=dark)
    page.goto(shop.url)
    panel = a_conversation(page, shop, aino)
    ask_how_it_was(Message.objects.earliest("pk").thread_id, at=now())
    expect(panel.get_by_role("button", name="Very good")).to_be_visible()
    assert_accessible(page)
    panel.get_by_role("button", name="More", exact=True).first.click()
    assert_accessible(page)
    assert_fits(page)
    page.keyboard.press("Escape")

    for _step in range(14):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement === document.querySelector('regulars-chat')")
        assert inside or not phone


def test_outside_office_hours_the_chat_says_when_somebody_is_back(page: Page, shop: Shop) -> None:
    tomorrow = (now() + timedelta(days=1)).weekday()
    chat_at(shop, week=["09:00-17:00" if day == tomorrow else "" for day in range(7)], time_zone="UTC")

    panel = open_chat(page, shop)

    expect(panel.get_by_text("We are away right now.")).to_be_visible()
    expect(panel.get_by_text(re.compile("We are back .*9:00"))).to_be_visible()


def test_a_website_that_is_not_named_shows_no_chat(browser: Browser, shop: Shop) -> None:
    found = chat_at(shop)
    change_chat_site(found, {"origins": ["https://elsewhere.example"]}, by=BY, at=now())
    # Its own window: that the browser complains of the other origin is what should happen.
    page, said = browser.new_page(), list[str]()
    page.on("console", lambda one: said.append(one.text) if one.type == "warning" else None)

    page.goto(shop.url)
    page.wait_for_timeout(800)

    assert page.locator("regulars-chat").count() == 0
    page.close()
    assert said == ["Regulars chat: the server cannot be reached."]
