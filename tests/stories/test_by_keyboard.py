"""A member's main work in a browser without a mouse: a note that names a colleague, a task, a move with its undo, a filter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from regulars.people.models import Person
from regulars.team.models import Member
from tests.browser import assert_accessible
from tests.cast import a_person, an_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada() -> Person:
    return a_person("Ada Lovelace")


@pytest.fixture
def page(open_page: Callable[..., Page], olga: Member) -> Page:
    return open_page(olga)


def test_a_note_names_a_colleague_is_sent_and_leaves_its_field_empty(
    page: Page, ada: Person, aino: Member
) -> None:
    page.goto(f"/people/{ada.pk}/")
    page.keyboard.press("n")
    page.keyboard.type(f"Loves lavender, ask @{aino.name[:3]}")
    expect(page.get_by_role("option", name=aino.name)).to_be_visible()
    assert_accessible(page, within=".composer")
    page.keyboard.press("Enter")
    expect(page.locator("#note-body")).to_have_value(f"Loves lavender, ask @{aino.name} ")

    page.keyboard.press("Control+Enter")

    expect(page.locator(".note")).to_contain_text("Loves lavender")
    expect(page.locator("#note-body")).to_have_value("")


def test_keys_open_what_the_help_says_and_undo_takes_a_move_back(page: Page, ada: Person) -> None:
    page.goto(f"/people/{ada.pk}/")
    page.keyboard.press("t")
    expect(page.locator("#modal[open]")).to_contain_text("New task")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.press("p")
    expect(page.locator("#modal[open]")).to_contain_text("New person")
    page.keyboard.press("Escape")

    page.keyboard.press("s")
    page.locator("#modal").get_by_label("Stage").select_option("nurtured")
    page.locator("#modal").get_by_label("Why").fill("Met them")
    page.keyboard.press("Enter")
    expect(page.locator(".stage-now")).to_have_text("Nurtured")
    page.keyboard.press("z")

    expect(page.locator(".stage-now")).to_have_text("Reached")


def test_a_key_pressed_while_the_page_wakes_up_is_not_lost(page: Page, ada: Person) -> None:
    # htmx begins after a pause of its own, which a busy machine makes long.
    page.add_init_script(
        "const soon = setTimeout; window.setTimeout = (deed, ms, ...more) => soon(deed, ms || 1500, ...more);"
    )
    page.goto(f"/people/{ada.pk}/")

    page.keyboard.press("t")

    expect(page.locator("#modal[open]")).to_contain_text("New task")


def test_orders_are_filtered_by_a_customer_found_by_name(page: Page, ada: Person) -> None:
    an_order(ada)
    an_order(a_person("Bob"))
    page.goto("/orders/")
    expect(page.locator("#orders tbody tr[data-key]")).to_have_count(2)

    page.keyboard.press("f")
    page.locator(".filter-box .picker").first.click()
    page.keyboard.type("Customer")
    page.keyboard.press("Enter")
    page.locator(".filter-box .picker").nth(1).click()
    page.get_by_role("option", name="Ada Lovelace").click()

    expect(page.locator("#orders tbody tr[data-key]")).to_have_count(1)
    page.reload()
    expect(page.locator("[data-filter-chips]")).to_contain_text("Customer is Ada Lovelace")


def test_the_rows_picked_are_what_is_exported(page: Page, ada: Person) -> None:
    a_person("Bob")
    page.goto("/people/")
    page.locator(f"input[data-pick][value='{ada.pk}']").check()

    with page.expect_download() as kept:
        page.locator(".bulk-bar").get_by_role("link", name="CSV").click()

    lines = kept.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Name", "Ada Lovelace"]
