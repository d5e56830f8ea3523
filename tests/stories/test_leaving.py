"""A customer leaves by the link in a letter, thinks better of it, and chooses; the team sees what became of its letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named, write_message
from regulars.messaging.actions.consenting import record_consent
from regulars.messaging.engine.outgoing import OutgoingLetter, Recipient
from regulars.messaging.models import Message, Outlet, Purpose, Sending
from regulars.messaging.queries.leaving import sealed
from regulars.team.models import Member
from tests.browser import assert_accessible, assert_fits
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BY = Actor.clock("test")


@pytest.fixture
def ada(business: Any) -> Any:
    words = {"fi": ["Uutiset ja tarjoukset", "Muutaman kerran kuussa."]}
    for key, kind, basis in (("news", "selling", "consent"), ("care", "care", "interest")):
        given = {
            "name": key.title(),
            "message_class": kind,
            "legal_basis": basis,
            "words": words,
            "created_at": now(),
        }
        Purpose.objects.update_or_create(key=key, defaults=given)
    person = a_person("Ada Lovelace", email="ada@example.com", phone="+358401234567", language="fi")
    identity, purpose = person.identities.get(kind="email"), Purpose.objects.get(key="news")
    record_consent(identity, purpose, "granted", source="In the shop", proof="Paper form 17", by=BY, at=now())
    return person


def link(page: str) -> str:
    return reverse(f"messaging:{page}", args=[sealed("ada@example.com", "news")])


@pytest.mark.parametrize("phone", [False, True], ids=["desk-light", "phone-dark"])
def test_leaving_coming_back_and_choosing(open_page: Callable[..., Page], ada: Any, phone: bool) -> None:
    page = open_page(phone=phone, dark=phone)

    page.goto(link("unsubscribe"))
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Peruuta tilaus").click()
    expect(page.get_by_role("heading", name="Tilaus on peruttu")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Kumoa").click()
    expect(page.get_by_role("status")).to_contain_text("Kumottu")
    page.get_by_role("link", name="Valitse, mitä saat").click()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_label("Enintään kerran viikossa").check()
    page.get_by_label("Kieli").select_option("hu")
    page.get_by_role("button", name="Tallenna").press("Enter")

    expect(page.get_by_role("heading", name="Válassza ki, mit kap")).to_be_visible()
    assert page.get_by_label("Legfeljebb hetente egyszer").is_checked()
    page.goto("/u/nothing/")
    assert_accessible(page)


def a_mixed_fate(by: Actor) -> Message:
    first = a_message(a_mail("Where is my coffee?", Subject="Coffee"))
    channel = channel_named("", by=BY, at=now())
    Outlet.objects.create(
        channel=channel, host="smtp.aalto.example", problem="Nothing answers at smtp.aalto.example."
    )
    to = tuple(Recipient(f"{name}@example.com") for name in ("ada", "bob", "cy", "di"))
    message: Message = write_message(first.thread, channel, OutgoingLetter("On its way."), by=by, at=now(), hold=timedelta(hours=1))  # fmt: skip
    more = write_message(first.thread, channel, OutgoingLetter("And more.", to=to), by=by, at=now())
    fates = (("sent", ""), ("failed", "server:550 5.1.1 no such user"), ("uncertain", "interrupted"), ("waiting", "server:451 4.7.1 later"))  # fmt: skip
    for sending, (state, reason) in zip(more.sendings.order_by("pk"), fates, strict=True):
        Sending.objects.filter(pk=sending.pk).update(state=state, reason=reason, ended_at=now())
    return message


@pytest.mark.parametrize("phone", [False, True], ids=["desk-light", "phone-dark"])
def test_the_team_sees_what_became_of_its_letters(
    open_page: Callable[..., Page], ada: Any, olga: Member, by_olga: Actor, phone: bool
) -> None:
    message = a_mixed_fate(by_olga)
    page = open_page(olga, phone=phone, dark=phone)

    page.goto(reverse("messaging:thread", args=[message.thread_id]))
    expect(page.get_by_text("The program ended while it was being sent")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.goto(reverse("messaging:outbox"))
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="It arrived").click()

    expect(page.locator(".toast-text", has_text="It is marked as sent.")).to_be_visible()
    assert sorted(Sending.objects.values_list("state", flat=True)) == [
        "failed",
        "held",
        "sent",
        "sent",
        "waiting",
    ]


def test_consent_is_written_down_on_the_person(
    open_page: Callable[..., Page], ada: Any, olga: Member
) -> None:
    page = open_page(olga)

    page.goto(f"/people/{ada.pk}/")
    panel = page.locator("section", has=page.get_by_role("heading", name="Consent", exact=True)).last
    panel.get_by_role("button", name="Write down what they said").click()
    page.get_by_label("They", exact=True).select_option("withdrawn")
    page.get_by_label("Purpose and address").select_option(label="News · ada@example.com")
    page.get_by_label("Where was it said?").fill("By phone")
    page.get_by_role("button", name="Write it down").click()

    expect(panel.get_by_text("Declined").first).to_be_visible()
