from datetime import UTC, datetime
from typing import Any

import pytest

from regulars.kit.actor import Actor
from regulars.people.actions import add_identity, create_company, create_person, delete_person, join_company
from regulars.people.queries.reach import find_by_identity, people_reached_by, suggested_companies
from regulars.team.models import Business, Member, Team
from tests.cast import a_person

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
BY = Actor.clock("test")


def test_an_identity_means_its_one_live_holder(business: Business) -> None:
    ada = create_person({"name": "Ada", "email": "ada@aalto.example", "phone": "+358401234567"}, by=BY, at=AT)
    gone = create_person({"name": "Gone", "email": "gone@aalto.example"}, by=BY, at=AT)
    delete_person(gone, by=BY, at=AT)

    assert find_by_identity("email", " ADA@aalto.example") == ada
    assert find_by_identity("phone", "040 1234567") == ada
    assert find_by_identity("phone", "020 7946 0018", country="GB") is None
    assert find_by_identity("email", "gone@aalto.example") is None
    assert find_by_identity("email", "not an address") is None


def test_a_shared_address_means_nobody_alone_but_is_found(business: Business) -> None:
    ada, bob = a_person("Ada"), a_person("Bob")
    for person in (ada, bob):
        add_identity(person, kind="email", value="info@aalto.example", is_shared=True, by=BY, at=AT)

    assert find_by_identity("email", "info@aalto.example") is None
    assert people_reached_by("info@aalto.example") == [ada, bob]


def test_any_kind_of_identity_is_tried_in_two_queries(
    business: Business, django_assert_num_queries: Any
) -> None:
    ada = create_person(
        {"name": "Ada", "identities": [{"kind": "instagram", "value": "@ada.l"}, {"kind": "external", "value": "C-17"}]},
        by=BY, at=AT,
    )  # fmt: skip

    with django_assert_num_queries(3):
        assert people_reached_by("https://instagram.com/Ada.L") == [ada]
    assert people_reached_by("C-17") == [ada]
    assert people_reached_by("") == []


def test_a_company_is_suggested_by_the_mail_domain(olga: Member, sam: Member, north: Team) -> None:
    aalto = create_company({"name": "Aalto", "domains": ["aalto.example"], "team": north}, by=BY, at=AT)
    ada = create_person({"name": "Ada", "emails": ["ada@aalto.example", "ada@gmail.com"]}, by=BY, at=AT)

    assert suggested_companies(ada, olga) == [aalto]
    assert suggested_companies(ada, sam) == []
    join_company(ada, aalto, by=BY, at=AT)
    assert suggested_companies(ada, olga) == []


@pytest.mark.django_db
def test_free_mail_suggests_nothing(olga: Member) -> None:
    ada = create_person({"name": "Ada", "email": "ada@gmail.com"}, by=BY, at=AT)

    assert suggested_companies(ada, olga) == []
