from collections.abc import Callable

import pytest

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.actions import delete_person
from regulars.people.actions.imports import running
from regulars.people.models import (
    Address,
    Affiliation,
    Company,
    Identity,
    ImportRun,
    Person,
)
from regulars.people.tests.counting import counted, reasons
from tests.cast import a_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("mode", "expected", "city", "job"),
    [
        ("upsert", (2, 1, 1, 0, 0), "Paris", "Poet"),
        ("fill", (2, 1, 1, 0, 0), "London", "Poet"),
        ("create", (2, 1, 0, 1, 0), "London", ""),
        ("update", (2, 0, 1, 0, 1), "Paris", "Poet"),
    ],
)
def test_the_four_ways_to_import(
    take: Callable[..., ImportRun], mode: str, expected: tuple[int, ...], city: str, job: str
) -> None:
    known = a_person("Ada Lovelace", email="ada@example.org", city="London")

    run = take(
        "email,city,job title,language\nada@example.org,Paris,Poet,\nnew@example.org,Rome,,\n", mode=mode
    )

    known.refresh_from_db()
    assert (counted(run), known.city, known.job_title) == (expected, city, job)
    assert (known.name, known.language) == ("Ada Lovelace", "")


def test_anybody_is_matched_by_any_of_their_identities(take: Callable[..., ImportRun]) -> None:
    ada = a_person("Ada Lovelace", email="ada@example.org", phone="+442079460018")

    run = take("customer id,email,phone\nA-1,other@example.org,020 7946 0018\n", options={"country": "GB"})

    assert counted(run) == (1, 0, 1, 0, 0)
    assert sorted(ada.identities.values_list("kind", "value", "is_primary")) == [
        ("email", "ada@example.org", True),
        ("email", "other@example.org", False),
        ("external", "A-1", True),
        ("phone", "+442079460018", True),
    ]


def test_a_row_that_means_two_people_is_refused_and_names_them(take: Callable[..., ImportRun]) -> None:
    a_person("Ada Lovelace", email="ada@example.org")
    a_person("Bob Builder", phone="+442079460018")

    run = take("email,phone\nada@example.org,+442079460018\n")

    assert counted(run) == (1, 0, 0, 0, 1)
    assert reasons(run) == {
        2: "Its addresses, numbers and ids belong to 2 different people: Ada Lovelace, Bob Builder."
    }


def test_somebody_deleted_is_not_brought_back_by_an_import(
    take: Callable[..., ImportRun], by_olga: Actor
) -> None:
    ada = a_person("Ada Lovelace", email="ada@example.org")
    delete_person(ada, by=by_olga, at=now())

    run = take("name,email\nAda,ada@example.org\n")

    ada.refresh_from_db()
    assert ada.deleted_at is not None
    assert counted(run)[4] + counted(run)[1] == 1


def test_rows_that_mean_the_same_person_are_one_after_the_other(take: Callable[..., ImportRun]) -> None:
    run = take(
        "name,email,phone,city\nAda,ada@example.org,,London\n,ada@example.org,+442079460018,\n,,+442079460018,Paris\n"
        "Ada,ada@example.org,,Paris\n"
    )

    ada = Person.objects.get()
    assert counted(run) == (4, 1, 1, 2, 0)
    assert (ada.city, ada.identities.count()) == ("London", 2)
    assert run.options["contradicting"] == [4, 5]


def test_two_rows_that_find_one_person_by_different_identities(take: Callable[..., ImportRun]) -> None:
    a_person("Ada", email="ada@example.org", phone="+442079460018")

    run = take("email,phone,city\nada@example.org,,Paris\n,+442079460018,Rome\n")

    assert counted(run) == (2, 0, 1, 1, 0)
    assert (Person.objects.get().city, run.options["contradicting"]) == ("Paris", [3])


def test_a_file_that_contradicts_itself_changes_nothing_when_it_is_taken_in_again(
    take: Callable[..., ImportRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK_ROWS", 2)
    a_person("Ada", email="ada@example.org")
    text = (
        "email,phone,city,street,job title\nada@example.org,,London,Main 1,\nbob@example.org,,Rome,,\nada@example.org,,Paris,Side 2,Boss\n"
        "ada@example.org,+442079460018,Oslo,,\nbob@example.org,,Bergen,,Clerk\n"
    )

    first, again, third = take(text), take(text), take(text)

    ada, bob = Person.objects.order_by("pk")
    assert (ada.city, ada.job_title, ada.addresses.get().street) == ("London", "Boss", "Main 1")
    assert (bob.city, bob.job_title) == ("Rome", "Clerk")
    assert counted(first) == (5, 1, 4, 0, 0)
    assert counted(again) == counted(third) == (5, 0, 0, 5, 0)
    assert again.options["contradicting"] == [4, 5, 6]


def test_people_without_any_identity_stay_apart_even_under_one_name(take: Callable[..., ImportRun]) -> None:
    text = "name,city\nJohn Smith,Leeds\nJohn Smith,York\nJohn Smith,Leeds\n"

    assert counted(take(text)) == (3, 2, 0, 1, 0)
    assert counted(take(text)) == (3, 0, 0, 3, 0)


def test_half_a_name_changes_half_a_name(take: Callable[..., ImportRun]) -> None:
    ada = a_person("Ada Byron", email="ada@example.org")

    run = take("email,last name\nada@example.org,Lovelace\n")
    again = take("email,last name\nada@example.org,Lovelace\n")

    ada.refresh_from_db()
    assert (ada.name, ada.first_name, ada.last_name, ada.sort_name) == (
        "Ada Lovelace",
        "Ada",
        "Lovelace",
        "lovelace  ada",
    )
    assert (counted(run), counted(again)) == ((1, 0, 1, 0, 0), (1, 0, 0, 1, 0))


def test_a_household_may_share_a_website(take: Callable[..., ImportRun]) -> None:
    run = take("name,email,website\nA,a@example.org,example.org\nB,b@example.org,https://example.org\n")

    assert counted(run) == (2, 2, 0, 0, 0)
    assert Identity.objects.filter(kind="website", value="https://example.org", is_shared=True).count() == 2


def test_companies_are_made_once_however_they_are_spelled(take: Callable[..., ImportRun]) -> None:
    text = "email,company\na@example.org,Kahvila Aalto\nb@example.org,KAHVILA  AALTO\nc@example.org,Kahvila-Aalto\n"

    take(text)
    take("email,company\nd@example.org,kahvila aalto\n")

    assert list(Company.objects.values_list("name", flat=True)) == ["Kahvila Aalto"]
    assert Affiliation.objects.count() == 4


def test_an_address_is_written_once_and_corrected(take: Callable[..., ImportRun]) -> None:
    take("email,street,postcode,city\na@example.org,Aleksanterinkatu 1,00100,Helsinki\n")
    run = take("email,street,postcode,city\na@example.org,Aleksanterinkatu 2,00100,\n")

    assert counted(run) == (1, 0, 1, 0, 0)
    assert Address.objects.values_list("street", "postcode", "city").get() == (
        "Aleksanterinkatu 2",
        "00100",
        "Helsinki",
    )
