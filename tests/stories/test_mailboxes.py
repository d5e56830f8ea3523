"""The page of mailboxes in a browser: on a desk, on a phone, by keyboard."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions.mailboxes import add_mailbox
from regulars.messaging.models import Mailbox
from regulars.team.models import Member
from tests.browser import PHONE, assert_accessible, assert_fits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BY = Actor.clock("test")


def some_mailboxes() -> None:
    for user, values in (
        ("support@aalto.example", {"state": "fine", "last_mail_at": now(), "last_seen_at": now()}),
        ("billing-and-everything-about-invoices@aalto.example", {"state": "refused", "problem": "refused"}),
        ("sales@aalto.example", {"is_paused": True}),
    ):
        made = add_mailbox(
            {
                "address": user,
                "channel": user.partition("@")[0].title(),
                "user": user,
                "host": "imap.aalto.example",
                "password": "x",
            },
            by=BY,
            at=now(),
        )
        Mailbox.objects.filter(pk=made.pk).update(**values)


def look(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    folder = os.environ.get("LOOK_AT")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_the_mailboxes_and_their_form(open_page: Callable[..., Page], olga: Member) -> None:
    page = open_page(olga)
    page.goto("/settings/mailboxes/")
    expect(page.get_by_text("No mailbox yet")).to_be_visible()
    look(page, "mailboxes-empty")
    some_mailboxes()

    page.reload()
    expect(page.get_by_text("The server refuses the user name")).to_be_visible()
    assert_accessible(page)
    look(page, "mailboxes")
    page.get_by_role("button", name="New mailbox").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Address", exact=True)).to_be_visible()
    page.get_by_label("Address", exact=True).fill("desk@aalto.example")
    page.get_by_role("button", name="Add the mailbox").click()
    expect(page.get_by_text("Your provider calls it the IMAP server")).to_be_visible()
    assert_accessible(page)
    look(page, "mailbox-form")
    page.locator("[name=host]").fill("127.0.0.1")
    page.locator("[name=port]").fill("1")
    page.locator("[name=password]").fill("x")
    page.get_by_role("button", name="Add the mailbox").click()
    expect(page.get_by_text("desk@aalto.example").first).to_be_visible()
    page.locator(".mailbox", has_text="desk@aalto.example").get_by_role("button", name="Test").click()
    expect(page.get_by_text("nothing answers at this port")).to_be_visible()
    look(page, "mailbox-test")


def test_on_a_phone_and_in_the_dark(open_page: Callable[..., Page], olga: Member) -> None:
    some_mailboxes()
    page = open_page(olga)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    page.goto("/settings/mailboxes/")

    expect(page.get_by_text("The server refuses the user name")).to_be_visible()
    assert_fits(page)
    assert_accessible(page)
    look(page, "mailboxes-phone")
