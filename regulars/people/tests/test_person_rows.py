"""What stands on a person's page in a row of its own can be corrected, and every deed taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.actions.affiliations import join_company
from regulars.people.actions.places import add_address
from regulars.people.actions.search import refresh_search
from regulars.people.engine.tidy.countries import country_names, tidy_country
from regulars.people.models import Person
from regulars.people.tests.test_person_page import HTMX, undo_of
from tests.cast import a_person

pytestmark = pytest.mark.django_db
CLOCK = Actor.clock("test")


@pytest.fixture
def desk(signed_in: Any, olga: Any) -> Client:
    return signed_in(olga)


@pytest.fixture
def ada() -> Person:
    return a_person("Ada Lovelace", email="ada@aalto.example", country="GB", language="de")


def stage_of(person: Person) -> str:
    return Person.objects.get(pk=person.pk).stage


def test_an_address_is_corrected_and_taken_back(desk: Client, ada: Person) -> None:
    one = add_address(ada, by=CLOCK, at=now(), street="12 St James", city="London", country="GB")

    answer = desk.post(f"/addresses/{one.pk}/", {"city": "Londres", "country": "France"}, headers=HTMX)
    one.refresh_from_db()
    assert (one.street, one.city, one.country) == ("", "Londres", "FR")

    desk.post(undo_of(answer), headers=HTMX)
    one.refresh_from_db()
    assert (one.street, one.city, one.country) == ("12 St James", "London", "GB")


def test_an_address_is_removed_and_taken_back(desk: Client, ada: Person) -> None:
    one = add_address(ada, by=CLOCK, at=now(), street="12 St James", city="London", country="GB")

    answer = desk.post(f"/addresses/{one.pk}/removal/", headers=HTMX)
    assert not ada.addresses.exists()

    desk.post(undo_of(answer), headers=HTMX)
    assert list(ada.addresses.values_list("street", "is_primary")) == [("12 St James", True)]


def test_an_address_just_added_is_taken_back(desk: Client, ada: Person) -> None:
    answer = desk.post(f"/people/{ada.pk}/addresses/new/", {"city": "Turku"}, headers=HTMX)
    assert ada.addresses.get().city == "Turku"

    desk.post(undo_of(answer), headers=HTMX)

    assert not ada.addresses.exists()


def test_an_identity_is_corrected_and_taken_back_with_its_marks(desk: Client, ada: Person) -> None:
    one = ada.identities.get()
    desk.post(f"/identities/{one.pk}/verified/", headers=HTMX)

    answer = desk.post(
        f"/identities/{one.pk}/correction/", {"value": "ADA@king.example", "label": "home"}, headers=HTMX
    )
    one.refresh_from_db()
    assert (one.value, one.label, one.is_verified) == ("ada@king.example", "home", False)

    desk.post(undo_of(answer), headers=HTMX)
    one.refresh_from_db()
    assert (one.value, one.label, one.is_verified) == ("ada@aalto.example", "", True)


def test_only_the_label_of_an_identity_changes_without_losing_its_marks(desk: Client, ada: Person) -> None:
    one = ada.identities.get()
    desk.post(f"/identities/{one.pk}/verified/", headers=HTMX)

    desk.post(f"/identities/{one.pk}/correction/", {"value": one.value, "label": "work"}, headers=HTMX)

    one.refresh_from_db()
    assert (one.label, one.is_verified) == ("work", True)


def test_a_mark_of_an_identity_is_taken_back(desk: Client, ada: Person) -> None:
    one = ada.identities.get()
    answer = desk.post(f"/identities/{one.pk}/shared/", headers=HTMX)
    assert ada.identities.get().is_shared

    desk.post(undo_of(answer), headers=HTMX)

    assert not ada.identities.get().is_shared


def test_a_role_is_corrected_and_a_belonging_ended_and_both_taken_back(desk: Client, ada: Person) -> None:
    one = join_company(ada, "Analytical Engines", by=CLOCK, at=now(), role="Buyer")

    changed = desk.post(f"/affiliations/{one.pk}/", {"role": "Owner"}, headers=HTMX)
    ended = desk.post(f"/affiliations/{one.pk}/end/", headers=HTMX)
    one.refresh_from_db()
    assert (one.role, one.to_on is None) == ("Owner", False)

    desk.post(undo_of(ended), headers=HTMX)
    desk.post(undo_of(changed), headers=HTMX)
    one.refresh_from_db()
    assert (one.role, one.to_on, one.is_primary) == ("Buyer", None, True)


def test_a_company_just_added_is_taken_back_without_a_trace(desk: Client, ada: Person) -> None:
    answer = desk.post(f"/people/{ada.pk}/companies/new/", {"company": "Analytical Engines"}, headers=HTMX)
    assert ada.affiliations.count() == 1

    desk.post(undo_of(answer), headers=HTMX)

    assert not ada.affiliations.exists()


def test_a_move_by_hand_is_taken_back(desk: Client, ada: Person) -> None:
    answer = desk.post(f"/people/{ada.pk}/stage/", {"stage": "nurtured", "reason": "met them"}, headers=HTMX)
    assert stage_of(ada) == "nurtured"

    desk.post(undo_of(answer), headers=HTMX)

    assert stage_of(ada) == "reached"


def test_a_keeper_and_a_stage_given_from_the_list_are_taken_back(
    desk: Client, ada: Person, olga: Any
) -> None:
    kept = desk.post("/people/bulk/keeper/", {"keys": str(ada.pk), "value": str(olga.pk)}, headers=HTMX)
    moved = desk.post("/people/bulk/stage/", {"keys": str(ada.pk), "value": "acquired"}, headers=HTMX)
    ada.refresh_from_db()
    assert (ada.keeper, ada.stage) == (olga, "acquired")

    desk.post(undo_of(kept), headers=HTMX)
    desk.post(undo_of(moved), headers=HTMX)

    ada.refresh_from_db()
    assert (ada.keeper, ada.stage) == (None, "reached")


def test_country_and_language_are_shown_in_words_and_read_back(desk: Client, ada: Person) -> None:
    page = desk.get(f"/people/{ada.pk}/panels/details/").content.decode()

    assert "Country: United Kingdom. Edit" in page
    assert "Language: German. Edit" in page
    assert {code for code, name in country_names().items() if tidy_country(name) != code} == set()


def test_what_a_filter_may_name_is_found_by_word_and_by_id(desk: Client, ada: Person, olga: Any) -> None:
    a_person("Bob")
    refresh_search([ada.pk])

    by_word = desk.get("/people/lookup/?kind=person&q=lovel").json()["results"]
    by_id = desk.get(f"/people/lookup/?kind=person&ids={ada.pk}").json()["results"]
    newest = desk.get("/people/lookup/?kind=person&q=").json()["results"]
    members = desk.get(f"/people/lookup/?kind=member&q={olga.name[:3]}").json()["results"]

    assert by_word == by_id == [{"value": ada.pk, "label": "Ada Lovelace"}]
    assert [one["label"] for one in newest] == ["Bob", "Ada Lovelace"]
    assert {"value": olga.pk, "label": olga.name} in members


def test_a_filter_names_nobody_beyond_a_members_reach(
    signed_in: Any, aino: Any, north: Any, south: Any
) -> None:
    hidden = a_person("Hidden Customer", team=south)
    desk = signed_in(aino)

    answers = [
        desk.get(f"/people/lookup/?kind=person&{how}") for how in (f"ids={hidden.pk}", "q=hidden", "q=")
    ]

    assert [one.json()["results"] for one in answers] == [[], [], []]
