"""Insights in a browser: nothing on any of their pages is a barrier, and a cost is entered, seen and taken back by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from regulars.insights.actions.caring import enter_cost, set_goal
from regulars.insights.actions.mirror import refresh_mirror
from regulars.insights.facts.reading import close_engines
from regulars.insights.models import Cost
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.models import View
from regulars.team.models import Business, Member
from tests.browser import assert_accessible, assert_fits
from tests.cast import a_person, an_order

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TODAY = now().date()
BY = Actor.clock("test")
Open = Callable[..., Page]
PAGES = (
    "boards/caring/", "boards/scorecard/", "metrics/repurchase_rate/", "metrics/repurchase_rate/?by=channel", "metrics/cohort_retention/",
    "metrics/sales_distribution/", "rfm/", "journey/", "caring/", "wisdom/", "scorecard/",
)  # fmt: skip


@pytest.fixture
def shop(business: Business, olga: Member, tmp_path: Path, settings: Any) -> Iterator[None]:
    """Forty customers, thirty of whom came back; a programme with its list, and a goal with what was done for it."""
    settings.INSIGHTS_DIR = str(tmp_path / "insights")
    settings.INSIGHTS_MEMORY_MB, settings.INSIGHTS_THREADS = 512, 1
    for number in range(40):
        customer = a_person(f"Ada {number}")
        for ago in (300, 100) if number < 30 else (200,):
            an_order(customer, at=now() - timedelta(days=ago + number), total=f"{20 + number}", channel="web")
    everybody = {"field": "name", "op": "contains", "value": "Ada"}
    chosen = View.objects.create(subject="person", name="Adas", author=olga, is_shared=True, filter=everybody)
    days = {"first_on": TODAY - timedelta(days=200), "last_on": TODAY}
    said = {**days, "kind": "gifts", "aim": "keep", "programme": "Birthday", "amount_minor": 20_000}
    enter_cost({**said, "people_id": chosen.pk, "note": "Cards"}, by=BY, at=now())
    enter_cost(
        {**days, "kind": "spend", "aim": "win", "channel": "web", "amount_minor": 90_000}, by=BY, at=now()
    )
    goal = {"metric": "repurchase_rate", "baseline": 0.5, "target": 0.9, "owner_id": olga.pk, "baseline_on": TODAY - timedelta(days=60)}  # fmt: skip
    deeds = [{"text": "Write to all", "on": TODAY - timedelta(days=30)}]
    set_goal({**goal, "due_on": TODAY + timedelta(days=60), "deeds": deeds}, by=BY, at=now())
    refresh_mirror()
    yield
    close_engines()


def settled(page: Page, path: str) -> None:
    """Open a page and wait until what it asks for stands there."""
    page.goto(f"/insights/{path}")
    expect(page.locator("[aria-busy=true], .htmx-request")).to_have_count(0)


@pytest.mark.proof
@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_no_page_of_insights_is_a_barrier(
    open_page: Open, shop: None, olga: Member, phone: bool, dark: bool
) -> None:
    page = open_page(olga, phone=phone, dark=dark)
    wrong: list[str] = []

    for path in PAGES:
        settled(page, path)
        for check in (assert_accessible, assert_fits):
            try:
                check(page)
            except AssertionError as problem:
                wrong.append(f"{path} {problem}")

    assert not wrong, "\n".join(wrong)


def test_a_cost_is_entered_seen_and_taken_back_by_keyboard(open_page: Open, shop: None, olga: Member) -> None:
    page = open_page(olga)
    page.goto("/insights/boards/value/")
    page.keyboard.press("/")
    page.keyboard.type("caring")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Does caring pay")
    expect(page.locator("#programmes-head")).to_be_visible()

    page.keyboard.press("n")
    page.locator("#modal").get_by_label("Amount").fill("12,50")
    assert_accessible(page, within="#modal")
    page.locator("#modal").get_by_label("Programme").fill("Letters")
    page.keyboard.press("Enter")
    expect(page.locator("#costs")).to_contain_text("Letters")

    expect(page.locator("[data-toast-undo]:visible")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator("#costs")).not_to_contain_text("Letters")
    expect(page.locator("#programmes-head")).to_be_visible()
    assert Cost.objects.filter(programme="Letters", deleted_at=None).count() == 0
