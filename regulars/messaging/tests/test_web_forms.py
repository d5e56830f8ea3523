"""Web forms: what somebody fills in begins a thread, robots are thanked, and no stranger rewrites a customer."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.kit.clock import now
from regulars.messaging.actions.web_forms import add_web_form, change_web_form
from regulars.messaging.models import Message, WebForm
from regulars.messaging.tests.chat_world import BY
from regulars.messaging.views import web_forms
from regulars.people.models import CustomField, Person
from regulars.team.models import Member
from tests.cast import a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADA = "ada@example.com"


@pytest.fixture
def form(olga: Member, monkeypatch: pytest.MonkeyPatch) -> WebForm:
    monkeypatch.setattr(web_forms, "SOONEST_SECONDS", -1)
    CustomField.objects.create(subject="person", key="shoe", label="Shoe size", type="number")
    asked = [{"name": "name", "needed": True}, {"name": "phone"}, {"name": "city"}, {"name": "custom.shoe"}]
    return change_web_form(add_web_form("Contact", by=BY, at=now()), {"fields": asked}, by=BY, at=now())


def page_of(form: WebForm, language: str = "en", **headers: str) -> Any:
    return Client().get(f"/forms/{form.public_key}/?lang={language}", headers=headers)


def seal_of(form: WebForm) -> str:
    found = re.search(r'name="seal" value="([^"]+)"', page_of(form).content.decode())
    assert found
    return found[1]


def fill(form: WebForm, client: Client | None = None, **values: str) -> Any:
    entry = {"seal": "", "name": "Ada Lovelace", "email": ADA, "message": "Where is my parcel?", **values}
    entry["seal"] = entry["seal"] or seal_of(form)
    return (client or Client()).post(f"/forms/{form.public_key}/", entry)


def test_what_is_filled_in_makes_a_person_with_typed_fields_and_begins_a_thread(form: WebForm) -> None:
    answer = fill(form, phone="+358 40 1234567", city="Turku", **{"custom-shoe": "38"})

    assert "Thank you. Your message has arrived" in answer.content.decode()
    message = Message.objects.get()
    person = message.person
    assert person is not None
    assert (person.name, person.city, person.custom) == ("Ada Lovelace", "Turku", {"shoe": 38})
    assert sorted(person.identities.values_list("kind", "value", "is_verified")) == [
        ("email", ADA, False),
        ("phone", "+358401234567", False),
    ]
    assert message.text.startswith("Where is my parcel?\n\n")
    assert "Shoe size: 38" in message.text
    assert (message.channel.kind, message.thread.subject) == ("form", "Where is my parcel?")
    assert [one.email for one in message.thread.participants.all()] == [ADA]


def test_the_same_page_sent_twice_is_one_message(form: WebForm) -> None:
    seal = seal_of(form)

    for _try in range(3):
        assert fill(form, seal=seal).status_code == 200

    assert Message.objects.count() == 1


def test_a_stranger_fills_what_is_blank_and_rewrites_nothing(form: WebForm) -> None:
    ada = a_person("Ada", email=ADA, city="Espoo")

    fill(form, name="Mallory", city="Moscow", phone="+358 40 1234567", **{"custom-shoe": "38"})

    ada.refresh_from_db()
    assert (ada.name, ada.city, ada.custom) == ("Ada", "Espoo", {"shoe": 38})
    assert not ada.identities.filter(kind="phone").exists()
    assert Message.objects.get().person == ada
    assert "City: Moscow" in Message.objects.get().text


def test_a_number_that_is_somebody_elses_stays_in_the_message(form: WebForm) -> None:
    a_person("Bo", phone="+358401234567")

    fill(form, phone="+358 40 1234567")

    person = Message.objects.get().person
    assert person is not None
    assert list(person.identities.values_list("kind", flat=True)) == ["email"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "nonsense"}, "email"),
        ({"message": " "}, "message"),
        ({"name": ""}, "name"),
        ({"custom-shoe": "big"}, "custom-shoe"),
        ({"phone": "nonsense"}, "phone"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    form: WebForm, values: dict[str, str], field: str
) -> None:
    answer = fill(form, **{"city": "Turku", **values})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{field}-wrong"' in page
    assert 'value="Turku"' in page
    assert not Message.objects.exists()
    assert not Person.objects.exists()


def test_a_robot_that_fills_the_trap_is_thanked_and_forgotten(form: WebForm) -> None:
    answer = fill(form, website="https://pills.example")

    assert "Thank you" in answer.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize("seal", ["nonsense", "a:b:c", "x" * 500])
def test_a_form_that_was_not_read_here_is_not_taken(form: WebForm, seal: str) -> None:
    assert fill(form, seal=seal).status_code == 409
    other = add_web_form("Other", by=BY, at=now())
    assert fill(form, seal=seal_of(other)).status_code == 409
    assert not Message.objects.exists()


def test_a_form_sent_the_moment_it_was_read_is_not_taken(
    form: WebForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_forms, "SOONEST_SECONDS", 2)

    assert fill(form).status_code == 409


def test_a_form_read_the_day_before_is_not_taken(form: WebForm, monkeypatch: pytest.MonkeyPatch) -> None:
    seal = seal_of(form)
    later = (now() + timedelta(days=2)).timestamp()
    monkeypatch.setattr("time.time", lambda: later)

    assert fill(form, seal=seal).status_code == 409


def test_one_address_cannot_send_without_end(form: WebForm) -> None:
    statuses = [fill(form).status_code for _try in range(14)]

    assert statuses[:10] == [200] * 10
    assert set(statuses[10:]) == {429}


def test_only_named_websites_may_frame_it(form: WebForm) -> None:
    assert "frame-ancestors 'self';" in page_of(form).headers["Content-Security-Policy"]

    change_web_form(form, {"origins": "https://shop.example"}, by=BY, at=now())

    answer = page_of(form)
    assert "frame-ancestors 'self' https://shop.example;" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("en", "Your message"),
        ("fi", "Viestisi"),
        ("lt", "Jūsų žinutė"),
        ("nb", "Meldingen din"),
        ("hu", "Az Ön üzenete"),
    ],
)
def test_it_speaks_five_languages(form: WebForm, language: str, label: str) -> None:
    assert label in page_of(form, language).content.decode()
    assert (
        label
        in Client().get(f"/forms/{form.public_key}/", headers={"Accept-Language": language}).content.decode()
    )


def test_a_closed_form_is_not_there(form: WebForm) -> None:
    change_web_form(form, {"is_active": False}, by=BY, at=now())

    assert page_of(form).status_code == 404
    assert Client().get("/forms/nothing/look.css").status_code == 404
