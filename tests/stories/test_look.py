"""The shell and its components in a real browser, on the gallery."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import assert_accessible, assert_fits

pytestmark = pytest.mark.browser
GALLERY = "/kit/gallery/"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The gallery touches no table, so it is served without a database to empty after each test."""
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_every_component_is_accessible_and_fits(
    open_page: Callable[..., Page], phone: bool, dark: bool
) -> None:
    page = open_page(phone=phone, dark=dark)
    page.goto(GALLERY)

    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize(
    "opener",
    [
        "[data-filter-open]",
        "text=Side panel",
        "text=Dialog",
        "[data-palette] >> visible=true",
        "[data-open=keys]",
    ],
)
def test_what_lies_over_the_page_is_accessible(page: Page, opener: str) -> None:
    page.goto(GALLERY)
    page.locator(opener).first.click()
    page.wait_for_timeout(300)

    assert_accessible(page)


@pytest.mark.parametrize("path", ["error/403/", "error/404/", "error/409/", "error/500/", "sign-in/"])
def test_pages_without_a_shell_are_accessible_and_fit(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(phone=True)
    page.goto(GALLERY + path)

    assert_accessible(page)
    assert_fits(page)


def test_nothing_is_asked_of_another_host(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(GALLERY)
    own = page.evaluate("location.origin")

    assert asked
    assert [url for url in asked if not url.startswith(own)] == []


def test_the_palette_finds_and_remembers_people_from_the_keyboard(page: Page) -> None:
    page.goto(GALLERY)
    page.keyboard.press("Control+k")
    page.keyboard.type("astr")
    expect(page.locator("#palette [role=option][aria-selected=true]")).to_contain_text("Astrid Lindgren")
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_hidden()
    assert page.url.endswith("#14")

    page.keyboard.press("/")

    expect(page.locator("#palette-recent [role=option]")).to_have_text("Astrid Lindgren")


def test_the_palette_switches_the_theme_and_the_server_remembers_it(page: Page) -> None:
    page.goto(GALLERY)
    page.keyboard.press("/")
    page.keyboard.type("night")
    page.keyboard.press("Enter")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"

    page.reload()

    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_rows_are_walked_selected_and_ranged(page: Page) -> None:
    page.goto(GALLERY)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("1 selected")

    page.locator("input[data-pick]").nth(4).click(modifiers=["Shift"])

    expect(page.locator("[data-bulk-count]")).to_have_text("4 selected")
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.locator("[data-bulk]")).to_be_hidden()


def test_more_rows_arrive_when_the_end_comes_into_view(page: Page) -> None:
    page.goto(GALLERY)
    page.locator("#people").evaluate("box => { box.scrollTop = box.scrollHeight; }")

    expect(page.locator("#people-41")).to_be_attached()


def test_a_value_is_edited_in_place_and_taken_back(page: Page) -> None:
    page.goto(GALLERY)
    page.get_by_role("button", name="Name: Ada Lovelace. Edit").click()
    page.keyboard.type("Ada King")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Name: Ada King. Edit")).to_be_visible()

    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#toasts")).to_contain_text("Taken back")


def test_a_refused_value_stays_open_with_the_reason(page: Page) -> None:
    page.goto(GALLERY)
    page.get_by_role("button", name="Name: Ada Lovelace. Edit").click()
    page.keyboard.type("no")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert").filter(has_text="Anything but no.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True).first).to_have_value("no")


def test_escape_gives_up_an_edit_and_returns_the_focus(page: Page) -> None:
    page.goto(GALLERY)
    page.get_by_role("button", name="Name: Ada Lovelace. Edit").click()
    page.keyboard.type("Nobody")
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Name: Ada Lovelace. Edit")).to_be_focused()


def tree_of(page: Page) -> object:
    return json.loads(page.locator("input[name=filter]").input_value() or "{}")


def test_a_filter_is_built_in_the_panel_and_told_to_the_list(page: Page) -> None:
    page.goto(GALLERY)
    page.get_by_role("button", name="Filter", exact=False).first.click()
    page.get_by_role("button", name="Clear the filter").click()
    page.wait_for_timeout(500)
    assert tree_of(page) == {}

    page.keyboard.press("f")
    page.locator(".filter-box .picker").first.click()
    page.keyboard.type("orde")
    page.keyboard.press("Enter")
    with page.expect_request(lambda request: "filter=" in request.url and "orders" in request.url):
        page.locator(".filter-box").get_by_label("Value").fill("5")

    assert tree_of(page) == {"field": "orders", "op": "gte", "value": 5}
    expect(page.locator("[data-filter-chips]")).to_contain_text("Orders is at least 5")


def test_a_behaviour_can_be_asked_for_and_denied(page: Page) -> None:
    page.goto(GALLERY)
    page.locator("[data-filter-open]").click()
    page.get_by_label("How often").select_option("never")
    page.wait_for_timeout(500)

    assert {"did": "order.placed", "never": True, "within_days": 90} in tree_of(page)["and"]  # type: ignore[index]


def test_a_chip_takes_its_condition_away(page: Page) -> None:
    page.goto(GALLERY)
    page.get_by_role("button", name="Remove: Stage is any of Retained, Advocate").click()
    page.wait_for_timeout(500)

    assert len(tree_of(page)["and"]) == 2  # type: ignore[index]


def test_dangerous_things_ask_twice(page: Page) -> None:
    page.goto(GALLERY)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("Delete 12 people?")

    page.get_by_role("button", name="Delete 12 people").click()

    expect(page.locator("#toasts")).to_contain_text("Taken back")


def test_menus_are_walked_with_arrows_and_give_the_focus_back(page: Page) -> None:
    page.goto(GALLERY)
    button = page.get_by_role("button", name="Account of Astrid Lindgren")
    button.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Your profile")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem", name="Keyboard shortcuts")).to_be_focused()

    page.keyboard.press("Escape")

    expect(button).to_be_focused()


def test_single_keys_can_be_switched_off(page: Page) -> None:
    page.goto(GALLERY)
    page.keyboard.press("?")
    page.get_by_label("Single keys do things").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("/")

    expect(page.locator("#palette")).to_be_hidden()


def test_the_menu_opens_and_closes_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(phone=True)
    page.goto(GALLERY)
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.locator("#nav")).to_be_in_viewport()
    assert_accessible(page)

    page.keyboard.press("Escape")

    expect(page.locator("#nav")).not_to_be_in_viewport()


def test_the_side_panel_opens_with_what_arrives_and_closes(page: Page) -> None:
    page.goto(GALLERY)
    page.get_by_role("button", name="Side panel").click()
    expect(page.get_by_role("dialog", name="New person")).to_be_visible()

    page.get_by_role("button", name="Cancel").last.click()

    expect(page.locator("#drawer")).to_be_hidden()
