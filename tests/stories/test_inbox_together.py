"""Macros, splitting and shared drafts in a browser: by keyboard, on a phone, and in the windows of two colleagues."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from regulars.inbox.actions.macros import create_macro
from regulars.inbox.models import Conversation, Draft
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.team.models import Member
from regulars.timeline.actions.hearing import hear_everything
from tests.browser import assert_accessible, assert_fits
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_conversation(*texts: str) -> Conversation:
    if not Conversation.objects.exists():
        a_person("Ada Lovelace", email="ada@example.com")
    first = a_message(a_mail(texts[0], Subject="Order 7", Message_ID=f"<{texts[0][:5].strip()}@x>"))
    for text in texts[1:]:
        a_message(a_mail(text, In_Reply_To=f"<{texts[0][:5].strip()}@x>"))
    hear_everything()
    return Conversation.objects.get(pk=first.thread_id)


def macros() -> None:
    by, at = Actor.clock("test"), now()
    late = {"text": "Sorry, {{ person.first_name }}.", "tags": ["late"], "priority": 3}
    create_macro({"name": "Late delivery", "steps": late}, by=by, at=at)
    create_macro({"name": "Done with it", "steps": {"ending": "close"}}, by=by, at=at)


def test_a_macro_is_found_and_run_with_keys_alone_and_z_takes_it_back(
    open_page: Callable[..., Page], olga: Member
) -> None:
    macros()
    found = a_conversation("Where is it?")
    page = open_page(olga)
    page.goto(f"/inbox/{found.pk}/?in=open")

    page.keyboard.press("m")
    expect(page.locator("#modal [role=option]")).to_have_count(2)
    assert_accessible(page, within="#modal")
    page.keyboard.type("late")
    expect(page.locator("#modal [role=option]:visible")).to_have_count(1)
    page.keyboard.press("Enter")

    expect(page.locator("#composer-text")).to_have_value("Sorry, Ada.")
    expect(page.locator(".conversation-facts")).to_contain_text("late")
    expect(page.locator("#modal")).not_to_be_visible()
    page.keyboard.press("z")
    expect(page.locator("#composer-text")).to_have_value("")
    found.refresh_from_db()
    assert (found.priority, found.tag_ids) == (1, [])


def test_picked_rows_are_done_by_one_macro_on_a_phone_too(
    open_page: Callable[..., Page], olga: Member
) -> None:
    macros()
    found = [a_conversation("First"), a_conversation("Second")]
    page = open_page(olga, phone=True)
    page.goto("/inbox/?in=open")
    for one in found:
        page.locator(f".inbox-row[data-id='{one.pk}'] .inbox-pick").check()

    page.locator("#inbox-bulk").get_by_role("button", name="Macro").click()
    expect(page.locator("#modal")).to_contain_text("Run a macro on 2 conversations")
    assert_fits(page)
    page.locator("#modal").get_by_role("option", name="Done with it").click()

    expect(page.locator("#toasts")).to_contain_text("Run on 2 conversations.")
    expect(page.locator(".inbox-row")).to_have_count(0)


def test_m_runs_a_macro_on_what_is_picked_and_z_takes_all_of_it_back(
    open_page: Callable[..., Page], olga: Member
) -> None:
    macros()
    found = [a_conversation("First"), a_conversation("Second"), a_conversation("Third")]
    page = open_page(olga)
    page.goto(f"/inbox/{found[2].pk}/?in=open")
    for one in found[:2]:
        page.locator(f".inbox-row[data-id='{one.pk}'] .inbox-pick").check()

    page.keyboard.press("m")
    expect(page.locator("#modal")).to_contain_text("Run a macro on 2 conversations")
    page.keyboard.type("done")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text("Run on 2 conversations.")
    expect(page.locator(".inbox-row")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.locator(".inbox-row")).to_have_count(3)
    # With nothing picked the key is the open conversation's again.
    page.keyboard.press("m")
    expect(page.locator("#modal h2")).to_have_text("Run a macro")


def test_the_palette_runs_a_macro_on_the_open_conversation_and_on_what_is_picked(
    open_page: Callable[..., Page], olga: Member
) -> None:
    macros()
    found = [a_conversation("First"), a_conversation("Second")]
    page = open_page(olga)
    page.goto(f"/inbox/{found[0].pk}/?in=open")

    page.keyboard.press("/")
    expect(page.locator("#palette-here [role=option]")).to_have_count(2)
    assert_accessible(page, within="#palette")
    page.keyboard.type("late del")
    expect(page.locator("#palette [role=option][aria-selected=true]")).to_contain_text("Late delivery")
    page.keyboard.press("Enter")

    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator("#composer-text")).to_have_value("Sorry, Ada.")
    page.locator(f".inbox-row[data-id='{found[1].pk}'] .inbox-pick").check()
    page.keyboard.press("/")
    page.keyboard.type("done with")
    expect(page.locator("#palette [role=option][aria-selected=true]")).to_contain_text("on the one picked")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Run on 1 conversation.")
    found[1].refresh_from_db()
    assert found[1].state == "closed"


def test_two_matters_are_split_with_keys_and_brought_together_again(
    open_page: Callable[..., Page], olga: Member
) -> None:
    found = a_conversation("Where are my beans?", "And the invoice?")
    page = open_page(olga)
    page.goto(f"/inbox/{found.pk}/?in=open")

    page.keyboard.press("p")
    expect(page.locator("#modal").get_by_label("And the invoice?")).to_be_checked()
    page.locator("#modal").get_by_label("Subject").fill("The invoice")
    page.keyboard.press("Enter")

    expect(page.locator(".conversation-title")).to_contain_text("The invoice")
    expect(page.locator(".story")).not_to_contain_text("beans")
    page.keyboard.press("z")
    expect(page.locator(".story")).to_contain_text("beans")
    expect(page.locator(".story")).to_contain_text("invoice")


def test_a_draft_is_shared_and_taken_over_and_who_types_on_loses_nothing(
    open_page: Callable[..., Page], olga: Member, max_: Member
) -> None:
    found = a_conversation("Where is it?")
    page, other = open_page(olga), open_page(max_)
    page.goto(f"/inbox/{found.pk}/?in=open")
    page.keyboard.press("r")
    page.keyboard.type("Dear Ada")
    expect(page.locator("[data-composer-kept]")).to_have_text("Draft kept")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("button", name="Share")).to_have_attribute("aria-pressed", "true")

    other.goto(f"/inbox/{found.pk}/?in=open")
    expect(other.locator(".draft-of-other")).to_contain_text("Dear Ada")
    other.get_by_role("button", name="Take over").click()
    expect(other.locator("#composer-text")).to_have_value("Dear Ada")

    page.locator("#composer-text").press_sequentially(", sorry")
    expect(page.locator("#held")).to_contain_text("Max took this draft over")
    assert_accessible(page, within="#held")
    expect(page.locator("#composer-text")).to_have_value("Dear Ada, sorry")
    page.get_by_role("button", name="Write on as my own draft").click()
    expect(page.locator("[data-composer-kept]")).to_have_text("Draft kept")
    drafts = {(one.author.name, one.text) for one in Draft.objects.select_related("author")}
    assert drafts == {("Max", "Dear Ada"), ("Olga", "Dear Ada, sorry")}


def test_a_letter_is_formatted_and_looked_at_before_it_leaves_by_keys_and_on_a_phone(
    open_page: Callable[..., Page], olga: Member
) -> None:
    found = a_conversation("Where is it?")
    page = open_page(olga)
    page.goto(f"/inbox/{found.pk}/?in=open")
    text = page.locator("#composer-text")
    text.fill("It is on its way")

    text.press("Control+a")
    text.press("Control+b")
    expect(text).to_have_value("**It is on its way**")
    text.press("Control+b")
    expect(text).to_have_value("It is on its way")
    text.press("Control+i")
    expect(text).to_have_value("*It is on its way*")
    text.press("Control+i")
    text.press("Control+k")
    page.keyboard.type("https://example.com/parcel")
    expect(text).to_have_value("[It is on its way](https://example.com/parcel)")
    expect(page.locator("#palette")).to_be_hidden()
    page.get_by_role("button", name="List", exact=True).click()
    expect(text).to_have_value("- [It is on its way](https://example.com/parcel)")

    page.get_by_role("button", name="Preview").press("Enter")
    expect(page.locator("#composer-preview li a")).to_have_text("It is on its way")
    expect(text).to_be_hidden()
    assert_accessible(page, within="#write")
    page.keyboard.press("Escape")
    expect(text).to_be_focused()

    phone = open_page(olga, phone=True)
    phone.goto(f"/inbox/{found.pk}/?in=open")
    phone.locator("#composer-text").fill("Thank you")
    phone.get_by_role("button", name="Quote").click()
    expect(phone.locator("#composer-text")).to_have_value("> Thank you")
    phone.get_by_role("button", name="Preview").click()
    expect(phone.locator("#composer-preview blockquote")).to_have_text("Thank you")
    assert_fits(phone)
