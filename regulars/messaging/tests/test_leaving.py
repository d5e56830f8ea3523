"""The links under our letters: looking changes nothing, one click acts, a day to come back, and nothing for who guesses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named, start_thread, write_message
from regulars.messaging.actions.consenting import record_consent
from regulars.messaging.engine.outgoing import OutgoingLetter
from regulars.messaging.engine.reading import read_mail
from regulars.messaging.models import ConsentEntry, Purpose, Rhythm, SendingRule, Suppression
from regulars.messaging.queries.consent import state_of
from regulars.messaging.queries.leaving import sealed
from regulars.people.models import Person
from tests.cast import a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BY = Actor.clock("test")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ada(business: Any, settings: Any) -> Person:
    settings.PUBLIC_URL = "https://care.aalto.example"
    SendingRule.objects.all().delete()
    for key, kind, basis in (("news", "selling", "consent"), ("care", "care", "interest")):
        given = {"name": key.title(), "message_class": kind, "legal_basis": basis, "created_at": now()}
        Purpose.objects.update_or_create(key=key, defaults=given)
    return a_person("Ada", email="ada@example.com", phone="+358401234567", language="fi")


def news() -> Purpose:
    return Purpose.objects.get(key="news")


def link(purpose: str = "news", page: str = "unsubscribe", address: str = "ada@example.com") -> str:
    return reverse(f"messaging:{page}", args=[sealed(address, purpose)])


def state(person: Person, key: str = "news") -> str:
    return state_of(person.identities.get(kind="email"), Purpose.objects.get(key=key))


def test_a_letter_carries_one_click_and_its_own_links(ada: Person) -> None:
    from regulars.messaging.engine.outgoing import as_bytes
    from regulars.messaging.queries.outgoing import written_for

    record_consent(ada.identities.get(kind="email"), news(), "granted", source="test", by=BY, at=now())
    channel = channel_named("", by=BY, at=now(), address="desk@aalto.example")
    thread = start_thread(subject="Offer", person=ada, channel=channel, by=BY, at=now())
    letter = OutgoingLetter("Hello.")
    message = write_message(thread, channel, letter, message_class="selling", purpose="news", by=BY, at=now())

    seen = read_mail(as_bytes(written_for(message.sendings.get()))).letter

    address = seen.header("list-unsubscribe").strip("<>")
    assert seen.header("list-unsubscribe-post") == "List-Unsubscribe=One-Click"
    assert f"Peruuta tilaus: {address}" in seen.text
    Client().post(address.removeprefix("https://care.aalto.example"), ONE_CLICK)
    assert state(ada) == "withdrawn"


def test_looking_changes_nothing_and_a_post_acts_without_cookie_or_token(ada: Person) -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.get(link()).status_code == 200
    assert not ConsentEntry.objects.exists()
    assert client.post(link(), ONE_CLICK).status_code == 200
    client.post(link(), ONE_CLICK)

    entry = ConsentEntry.objects.get()
    assert (entry.state, entry.source, entry.proof.startswith("one click, 127.0.0.1")) == ("withdrawn", "unsubscribe link", True)  # fmt: skip
    assert not Suppression.objects.exists()


def test_leaving_can_be_undone_for_a_day(ada: Person) -> None:
    Client().post(link(), ONE_CLICK)
    Client().post(link(), {"deed": "everything"})

    answer = Client().post(link(), {"deed": "back"})

    assert "Kumottu." in answer.content.decode()
    assert (state(ada), Suppression.objects.count()) == ("granted", 0)


def test_after_a_day_it_stands(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    Client().post(link(), ONE_CLICK)
    monkeypatch.setattr("regulars.messaging.views.leaving.now", lambda: now() + timedelta(days=1, minutes=1))

    assert 'value="back"' not in Client().get(link()).content.decode()
    Client().post(link(), {"deed": "back"})

    assert state(ada) == "withdrawn"


def test_nobody_comes_back_who_never_left(ada: Person) -> None:
    Client().post(link(), {"deed": "back"})

    assert not ConsentEntry.objects.exists()


def test_an_address_of_nobody_known_can_leave_too(ada: Person) -> None:
    Client().post(link(address="bob@example.com"), ONE_CLICK)

    assert Suppression.objects.get().address == "bob@example.com"


def test_a_bad_link_tells_nothing_and_does_nothing(ada: Person) -> None:
    good = link()
    for bad in (
        good[:-2] + "x/",
        "/u/ada@example.com/",
        "/u/.:/",
        link(page="preferences").replace("/u/", "/u/x"),
    ):
        for answer in (Client().get(bad), Client().post(bad, ONE_CLICK)):
            assert answer.status_code == 404
            assert "ada" not in answer.content.decode().lower()
    assert not ConsentEntry.objects.exists()
    assert not Suppression.objects.exists()


def test_guessing_is_slowed_down(ada: Person) -> None:
    found = [Client().get(f"/u/{number}/").status_code for number in range(32)]

    assert (found[0], found[-1]) == (404, 429)


def test_choosing_writes_only_what_differs(ada: Person) -> None:
    page = Client().get(link(page="preferences"))
    text = page.content.decode()
    assert "Valitse, mitä saat" in text
    assert "ada@example.com" not in text
    assert "…67" in text
    email, care = ada.identities.get(kind="email").pk, Purpose.objects.get(key="care").pk
    phone = ada.identities.get(kind="phone").pk
    wanted = [f"{news().pk}-{email}-email", f"{care}-{phone}-sms"]

    Client().post(
        link(page="preferences"), {"wanted": wanted, "rhythm": "7", "language": "hu", "deed": "save"}
    )

    said = set(ConsentEntry.objects.values_list("purpose__key", "channel_kind", "state"))
    assert said == {("news", "email", "granted"), ("care", "email", "withdrawn")}
    assert Rhythm.objects.get().days == 7
    assert Person.objects.get(pk=ada.pk).language == "hu"
    assert "Válassza ki, mit kap" in Client().get(link(page="preferences")).content.decode()


def test_nothing_at_all_is_a_choice_and_an_own_yes_ends_it(ada: Person) -> None:
    email = ada.identities.get(kind="email").pk

    Client().post(link(page="preferences"), {"deed": "nothing"})
    assert Suppression.objects.get().reason == "unsubscribed"
    assert " checked" not in Client().get(link(page="preferences")).content.decode().partition("rhythm")[0]
    Client().post(link(page="preferences"), {"wanted": [f"{news().pk}-{email}-email"], "rhythm": "0"})

    assert (state(ada), state(ada, "care"), Suppression.objects.count()) == ("granted", "withdrawn", 0)


def test_what_was_not_shown_cannot_be_chosen(ada: Person) -> None:
    bob = a_person("Bob", email="bob@example.com")
    theirs = f"{news().pk}-{bob.identities.get().pk}-email"

    Client().post(link(page="preferences"), {"wanted": [theirs, "x"], "rhythm": "9999", "language": "xx"})

    assert not ConsentEntry.objects.filter(person_id=bob.pk).exists()
    assert not Rhythm.objects.exists()


@pytest.mark.parametrize("page", ["unsubscribe", "preferences"])
def test_pages_are_kept_by_nobody(ada: Person, page: str) -> None:
    answer = Client().get(link(page=page))

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
