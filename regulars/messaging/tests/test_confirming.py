"""Signing up where a purpose demands the button behind a mailed link: until then nobody has agreed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named
from regulars.messaging.actions.confirming import end_confirmations, mail_waiting, say_consent, sign_up
from regulars.messaging.actions.consenting import NotConfirmed, change_purpose, record_consent
from regulars.messaging.actions.web_forms import add_web_form, change_web_form
from regulars.messaging.models import (
    ChatSite,
    Confirmation,
    ConsentEntry,
    Message,
    Purpose,
    SendingRule,
    Suppression,
)
from regulars.messaging.queries.confirming import confirm_link
from regulars.messaging.queries.consent import is_welcome, state_of
from regulars.messaging.queries.leaving import sealed
from regulars.messaging.tests.chat_world import Browser, a_chat_site
from regulars.messaging.views import web_forms
from regulars.people.models import Identity, Person
from regulars.team.actions.keys import create_api_key
from tests.cast import a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BY = Actor.clock("test")
ADA = "ada@example.com"


@pytest.fixture
def ada(business: Any, settings: Any) -> Person:
    settings.PUBLIC_URL = "https://care.aalto.example"
    SendingRule.objects.all().delete()
    Purpose.objects.filter(key="news").update(needs_confirming=True)
    channel_named("", by=BY, at=now(), address="desk@aalto.example")
    return a_person("Ada", email=ADA, language="fi")


def news() -> Purpose:
    return Purpose.objects.get(key="news")


def identity() -> Identity:
    return Identity.objects.get(kind="email", value=ADA)


def signed_up(**more: Any) -> ConsentEntry:
    return sign_up(identity(), news(), source="test", by=BY, at=now(), **more)


def path() -> str:
    return confirm_link(Confirmation.objects.latest("pk")).removeprefix("https://care.aalto.example")


def state() -> str:
    return state_of(identity(), news())


def press(**headers: str) -> Any:
    return Client(enforce_csrf_checks=True).post(path(), {"deed": "confirm"}, headers=headers)


def test_a_sign_up_is_pending_until_the_button_and_only_then_counts(ada: Person) -> None:
    entry = signed_up()

    message = Message.objects.get()
    assert (entry.state, state(), is_welcome(news(), state())) == ("pending", "pending", False)
    assert message.subject.startswith("Vahvista: Uutiset")
    assert confirm_link(Confirmation.objects.get()) in message.text
    assert 'name="deed"' in Client().get(path()).content.decode()
    assert Client().head(path()).status_code == 200
    assert state() == "pending"

    answer = press(**{"User-Agent": "Firefox"})

    granted = ConsentEntry.objects.latest("pk")
    assert "Vahvistettu" in answer.content.decode()
    assert (state(), is_welcome(news(), state())) == ("granted", True)
    assert granted.wording == entry.wording == "Uutiset ja tarjoukset: Uutisia, tarjouksia ja kutsuja muutaman kerran kuussa."  # fmt: skip
    assert re.fullmatch(r"button, 127\.0\.0\.1, request \S+, wording 1, Firefox", granted.proof)
    assert granted.actor_label == "a…@example.com"
    press()
    assert ConsentEntry.objects.count() == 2


def test_a_scanner_that_posts_or_guesses_confirms_nothing(ada: Person) -> None:
    signed_up()
    good = path()

    for answer in (Client().post(good), Client().post(good, {"List-Unsubscribe": "One-Click"})):
        assert answer.status_code == 200
    bad = [Client().get(good[:-3] + "x/"), Client().post("/confirm/guess/", {"deed": "confirm"})]

    assert [one.status_code for one in bad] == [404, 404]
    assert state() == "pending"


def test_words_changed_since_are_not_agreed_to(ada: Person) -> None:
    signed_up()
    change_purpose(news(), {"description": "Daily.", "words": {}}, by=BY, at=now())

    press()

    granted = ConsentEntry.objects.latest("pk")
    assert (granted.state, granted.wording_version, "kerran kuussa" in granted.wording) == (
        "granted",
        1,
        True,
    )


def test_who_declined_after_signing_up_is_not_brought_back_by_an_old_link(ada: Person) -> None:
    signed_up()
    record_consent(identity(), news(), "withdrawn", source="phone", by=BY, at=now())

    answer = press()

    assert "ei ole enää voimassa" in answer.content.decode()
    assert state() == "withdrawn"


def test_it_ends_after_its_days_and_the_link_with_it(ada: Person) -> None:
    signed_up()
    Confirmation.objects.update(ends_at=now() - timedelta(seconds=1))

    assert end_confirmations(by=Actor.clock("consent"), at=now()) == 1
    assert end_confirmations(by=Actor.clock("consent"), at=now()) == 0
    answer = press()

    assert "ei ole enää voimassa" in answer.content.decode()
    assert (state(), is_welcome(news(), state())) == ("lapsed", False)
    assert signed_up().state == "pending"


def test_nobody_is_flooded_by_somebody_elses_sign_ups(ada: Person) -> None:
    for _time in range(5):
        signed_up()
    assert (Message.objects.count(), ConsentEntry.objects.count()) == (1, 1)
    for _time in range(8):
        Confirmation.objects.update(mailed_at=now() - timedelta(hours=1))
        signed_up()

    assert (Message.objects.count(), ConsentEntry.objects.count()) == (3, 1)


def test_a_link_that_could_not_be_mailed_is_mailed_when_it_can(ada: Person, settings: Any) -> None:
    settings.PUBLIC_URL = ""
    signed_up()
    assert (Message.objects.count(), mail_waiting(at=now())) == (0, 0)

    settings.PUBLIC_URL = "https://care.aalto.example"

    assert (mail_waiting(at=now()), mail_waiting(at=now()), Message.objects.count()) == (1, 0, 1)


def test_no_way_leads_around_it(ada: Person) -> None:
    with pytest.raises(NotConfirmed):
        record_consent(identity(), news(), "granted", source="test", by=BY, at=now())
    _key, secret = create_api_key("test", role="owner", by=BY)
    ask = {"identity": identity().pk, "purpose": "news", "state": "granted", "source": "shop"}
    key = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}

    def post(**more: Any) -> Any:
        return Client().post(
            f"/api/v1/people/{ada.pk}/consent", ask | more, content_type="application/json", **key
        )

    assert post().json()["state"] == "pending"
    assert post(is_confirmed=True).status_code == 422
    assert post(is_confirmed=True, proof="Old shop, 2024-01-02, link pressed").json()["state"] == "granted"
    said = say_consent(identity(), news(), "withdrawn", channel_kind="email", source="phone", by=BY, at=now())
    assert said.state == "withdrawn"


def test_the_preference_centre_asks_for_the_button_too(ada: Person) -> None:
    address = f"/u/{sealed(ADA, 'news')}/choose/"
    box = f"{news().pk}-{identity().pk}-email"

    Client().post(address, {"wanted": [box], "rhythm": "0", "language": "fi", "deed": "save"})
    page = Client().get(address).content.decode()

    assert (state(), Message.objects.count()) == ("pending", 1)
    assert "Odottaa sinua" in page
    press()
    assert "Odottaa sinua" not in Client().get(address).content.decode()


def test_leaving_and_undoing_restores_what_was_confirmed(ada: Person) -> None:
    signed_up()
    press()
    link = f"/u/{sealed(ADA, 'news')}/"

    Client().post(link, {"deed": "leave"})
    Client().post(link, {"deed": "back"})

    assert state() == "granted"


def test_who_left_everything_comes_back_by_the_button_only(ada: Person) -> None:
    signed_up()
    press()
    Client().post(f"/u/{sealed(ADA, 'news')}/", {"deed": "everything"})
    assert Suppression.objects.exists()

    signed_up()
    assert (state(), Suppression.objects.count()) == ("pending", 1)
    press()

    assert (state(), Suppression.objects.count()) == ("granted", 0)


def test_a_web_form_signs_up_who_ticks_it(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_forms, "SOONEST_SECONDS", -1)
    asked = [{"name": "name"}, {"name": "consent.news"}]
    form = change_web_form(add_web_form("Contact", by=BY, at=now()), {"fields": asked}, by=BY, at=now())
    page = Client().get(f"/forms/{form.public_key}/?lang=fi").content.decode()
    seal = re.search(r'name="seal" value="([^"]+)"', page)
    assert seal

    def fill(email: str, **more: str) -> None:
        seal = re.search(r'name="seal" value="([^"]+)"', Client().get(f"/forms/{form.public_key}/").content.decode())  # fmt: skip
        assert seal
        entry = {"seal": seal[1], "name": "X", "email": email, "message": f"Hello {email}"}
        Client().post(f"/forms/{form.public_key}/?lang=hu", entry | more)

    fill("bo@example.com")
    assert not ConsentEntry.objects.exists()
    fill("cy@example.com", **{"consent-news": "yes"})

    entry = ConsentEntry.objects.get()
    assert "Uutisia, tarjouksia" in page
    assert (entry.state, entry.identity.value, entry.source) == (
        "pending",
        "cy@example.com",
        "web form Contact",
    )
    assert "Hírek" in entry.wording
    assert Message.objects.filter(direction="out", subject__startswith="Kérjük").exists()


def test_the_chat_signs_up_who_ticks_it_beside_their_address(ada: Person) -> None:
    site = a_chat_site()
    ChatSite.objects.filter(pk=site.pk).update(purpose=news())
    browser = Browser(site)
    browser.enter()

    assert "Uutisia" in browser.get("setup?lang=fi").json()["asks"]["sign_up"]
    browser.post("introduction", {"email": "dee@example.com", "sign_up": True})
    assert not ConsentEntry.objects.exists()
    browser.say("Hi")

    entry = ConsentEntry.objects.get()
    assert (entry.state, entry.identity.value) == ("pending", "dee@example.com")
