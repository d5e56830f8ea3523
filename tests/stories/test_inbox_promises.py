"""Promises, templates and what customers say, in a real browser: by keyboard, on a phone, in the dark, for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from regulars.inbox.actions.hours import create_hours
from regulars.inbox.actions.satisfaction import say_how_it_went
from regulars.inbox.actions.targets import create_target
from regulars.inbox.actions.templates import load_starters
from regulars.inbox.actions.work import close_conversation
from regulars.inbox.actions.writing import answer_conversation
from regulars.inbox.models import Conversation, Satisfaction, TemplateUse
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.models import Message
from regulars.team.models import Member, Team
from regulars.timeline.actions.hearing import hear_everything
from tests.browser import assert_accessible
from tests.cast import a_mail, a_message, a_person, an_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Open = Callable[..., Page]
CLOCK = Actor.clock("test")


@pytest.fixture
def talk(north: Team) -> Conversation:
    """A question that has waited for two hours of the four that were promised."""
    ada = a_person("Ada Lovelace", email="ada@example.com", team=north)
    an_order(ada, number="A-7")
    hours = create_hours(
        {"name": "Office", "time_zone": "Europe/Helsinki", "week": ["9–17"] * 5 + ["", ""], "country": "FI"},
        by=CLOCK, at=now(),
    )  # fmt: skip
    create_target(
        {"name": "Mail", "first_minutes": 240, "next_minutes": 120, "resolution_minutes": 960, "warn_minutes": 150},
        by=CLOCK, at=now(),
    )  # fmt: skip
    condition = {"field": "priority", "op": "any_of", "value": ["3"]}
    create_target(
        {"name": "Urgent", "first_minutes": 30, "hours": hours, "condition": condition, "position": 1},
        by=CLOCK, at=now(),
    )  # fmt: skip
    load_starters(by=CLOCK, at=now())
    return a_conversation(now() - timedelta(hours=2), "Where is my parcel?", Subject="My parcel")


def a_conversation(at: Any, text: str, **headers: str) -> Conversation:
    message = a_message(a_mail(text, **headers), at=at)
    hear_everything()
    return Conversation.objects.get(pk=message.thread_id)


def test_a_template_is_found_filled_and_sent_by_keyboard(
    open_page: Open, olga: Member, talk: Conversation
) -> None:
    page = open_page(olga)
    page.goto(f"/inbox/{talk.pk}/?in=unassigned")
    text = page.locator("#composer-text")
    text.focus()
    text.press_sequentially("/late deliv")
    expect(page.get_by_role("option", name="Late delivery")).to_be_visible()
    assert_accessible(page)

    text.press("Enter")

    expect(text).not_to_have_value("/late deliv")
    assert text.input_value().startswith("Hello Ada,")
    assert "order A-7" in text.input_value()
    assert TemplateUse.objects.get().template.name == "Late delivery"
    text.press("Control+Enter")
    page.wait_for_function("() => !document.querySelector('#composer-text')?.value")
    assert "order A-7" in Message.objects.get(direction="out").text


def test_what_could_not_be_filled_in_holds_the_answer_back(
    open_page: Open, olga: Member, talk: Conversation
) -> None:
    page = open_page(olga)
    page.goto(f"/inbox/{talk.pk}/?in=unassigned")
    page.locator("#composer-text").fill("Hello {{ person.company }},")

    page.locator("#composer-text").press("Control+Enter")

    expect(page.locator("#held")).to_contain_text("{{ person.company }}")
    assert Message.objects.filter(direction="out").count() == 0


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)])
def test_the_pages_of_promises_are_for_everybody(
    open_page: Open, olga: Member, talk: Conversation, phone: bool, dark: bool
) -> None:
    answer_conversation(talk, OutgoingLetter(text="On Monday."), by=CLOCK, at=now())
    close_conversation(talk, by=CLOCK, at=now())
    a_conversation(now() - timedelta(hours=3), "And mine?", Subject="The other parcel")
    page = open_page(olga, phone=phone, dark=dark)

    for path in (
        "settings/hours",
        "settings/targets",
        "settings/templates",
        "settings/satisfaction",
        "inbox/reports",
    ):
        page.goto(f"/{path}/")
        page.wait_for_load_state("load")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    for path, button in (("hours", "New hours"), ("targets", "New target"), ("templates", "New template")):
        page.goto(f"/settings/{path}/")
        page.get_by_role("button", name=button).first.click()
        expect(page.locator("#modal-body h2")).to_be_visible()
        page.wait_for_load_state("load")
        assert_accessible(page, within="#modal-body")


def test_the_target_box_says_what_it_means_as_one_types(
    open_page: Open, olga: Member, talk: Conversation
) -> None:
    page = open_page(olga)
    page.goto("/settings/targets/")
    page.get_by_role("button", name="New target").first.click()
    expect(page.locator("#target-preview")).to_contain_text("16:50 must be answered by")

    page.get_by_label("First answer within").fill("30 min")

    expect(page.locator("#target-preview")).to_contain_text("must be answered by Monday")


def test_a_customer_says_how_it_went_on_a_phone(open_page: Open, talk: Conversation) -> None:
    one = Satisfaction.objects.create(
        conversation=talk,
        person=talk.person,
        secret="a-secret",
        language="fi",
        created_at=now(),
        asked_at=now(),
    )
    page = open_page(phone=True)
    page.goto("/how/a-secret/?score=4")
    expect(page.get_by_role("heading", name="Miten onnistuimme?")).to_be_visible()
    assert_accessible(page)
    one.refresh_from_db()
    assert one.score is None

    page.get_by_role("radio", name="Erittäin hyvin").check(force=True)
    page.get_by_role("button", name="Lähetä vastaukseni").click()

    expect(page.get_by_role("heading", name="Kiitos")).to_be_visible()
    one.refresh_from_db()
    assert one.score == 5


def test_the_list_and_the_conversation_show_what_is_due(
    open_page: Open, olga: Member, talk: Conversation
) -> None:
    one = Satisfaction.objects.create(conversation=talk, person=talk.person, secret="s", created_at=now())
    say_how_it_went(one, score=4, comment="Quick and kind.", at=now())
    page = open_page(olga)

    page.goto(f"/inbox/{talk.pk}/?in=unassigned")
    page.wait_for_load_state("load")

    expect(page.locator(".conversation-head .due").first).to_contain_text("First answer: due in 2 h")
    expect(page.locator(".inbox-row .due-ring")).to_have_count(1)
    expect(page.locator(".said")).to_contain_text("Quick and kind.")
    assert_accessible(page)
