"""The timeline and the page of background work, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce_many
from regulars.people.models import Person
from regulars.team.models import AuditEntry, Member
from regulars.timeline.actions.posting import Draft, post_touchpoint
from regulars.timeline.models import Hearing, Touchpoint
from regulars.timeline.tests.happenings import Poked
from tests.browser import assert_accessible, assert_fits
from tests.cast import a_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BY = Actor("key", 1, "Till")


@pytest.fixture
def ada() -> Person:
    ada = a_person("Ada Lovelace")
    with transaction.atomic():
        moments = [now() - timedelta(hours=9 * n) for n in range(60)]
        announce_many([Poked(person_id=ada.pk, n=n) for n in range(60)], by=BY, occurred_at=moments)
        visit = Draft(about=ada, kind="custom.store_visit", label="Kamppi", payload={"minutes": 12})
        post_touchpoint(visit, by=BY, at=now())
    return ada


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_older_moments_arrive_as_one_scrolls_and_a_kind_can_be_picked(
    open_page: Callable[..., Page], olga: Member, ada: Person, phone: bool, dark: bool
) -> None:
    page = open_page(olga, phone=phone, dark=dark)
    page.goto(f"/people/{ada.pk}/")
    moments = page.locator("#moments .moment")
    expect(moments.first).to_contain_text("Store visit")
    for count in (10, 40, 61):
        expect(moments).to_have_count(count)
        page.locator("#moments > li").last.scroll_into_view_if_needed()

    page.locator("#timeline-kind").select_option("custom.store_visit")
    expect(moments).to_have_count(1)
    page.get_by_text("Details", exact=True).first.click()
    expect(page.locator("#moments")).to_contain_text("12")
    assert_accessible(page, within="#timeline")
    assert_fits(page)


def test_the_owner_gives_up_one_failure_for_a_reason_and_tries_the_other_again(
    open_page: Callable[..., Page], olga: Member, ada: Person
) -> None:
    touchpoint = Touchpoint.objects.order_by("pk").first()
    assert touchpoint is not None
    Hearing.objects.all().delete()
    for name in ("greet", "thank"):
        Hearing.objects.create(
            touchpoint_id=touchpoint.pk, listener=f"regulars.shop.reactions.{name}", due_at=now(), attempts=8,
            failed_at=now(), error=f"ValueError: cannot {name}\n\nTraceback",
        )  # fmt: skip
    page = open_page(olga)
    page.goto("/settings/jobs/")
    expect(page.locator("[id^=failure-]")).to_have_count(2)
    assert_accessible(page)

    page.locator("[id^=failure-]", has_text="cannot thank").get_by_role("button", name="Give up …").click()
    page.get_by_label("Why").fill("The shop is closed")
    assert_accessible(page)
    page.get_by_role("button", name="Give it up").click()
    expect(page.locator("#jobs")).not_to_contain_text("cannot thank")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#jobs")).to_contain_text("All is well")

    assert set(AuditEntry.objects.filter(action__startswith="job.").values_list("action", flat=True)) == {
        "job.discarded",
        "job.retried",
    }
    assert Hearing.objects.get().failed_at is None
