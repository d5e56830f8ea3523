from datetime import UTC, date, datetime

import pytest

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid
from regulars.people.actions import (
    AlreadyThere,
    CompanyIdTaken,
    DomainTaken,
    EditConflict,
    RoundAbout,
    TieThere,
    WrongOrder,
    add_address,
    add_domain,
    add_special_day,
    add_tie,
    change_address,
    change_affiliation,
    change_company,
    create_company,
    delete_company,
    join_company,
    leave_company,
    remove_address,
    remove_domain,
    remove_special_day,
    remove_tie,
    restore_company,
)
from regulars.people.models import Company, SearchDoc
from regulars.timeline.models import Touchpoint
from tests.cast import a_company, a_person

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def words_of(subject: str, number: int) -> str:
    return " ".join(
        str(words)
        for words in SearchDoc.objects.filter(subject=subject, subject_id=number).values_list(
            "words", flat=True
        )
    )


def test_a_company_is_created_with_its_domains(by_olga: Actor) -> None:
    company = create_company(
        {"name": "Kahvila Äänekoski", "country": "Finland", "website": "aane.example", "domains": ["@aane.example"], "tags": ["Café"]},
        by=by_olga,
        at=AT,
    )  # fmt: skip

    assert (company.sort_name, company.country, company.website) == (
        "kahvila aanekoski", "FI", "https://aane.example",
    )  # fmt: skip
    assert company.domains.get().domain == "aane.example"
    assert len(company.tag_ids) == 1
    assert "'kahvila'" in words_of("company", company.pk)


def test_free_mail_and_taken_domains_are_refused(by_olga: Actor) -> None:
    aalto, other = a_company("Aalto"), a_company("Other")
    domain = add_domain(aalto, "https://www.aalto.example/about", by=by_olga, at=AT)

    for wrong in ("gmail.com", "aalto.example", "nodots"):
        with pytest.raises(DomainTaken):
            add_domain(other, wrong, by=by_olga, at=AT)

    remove_domain(domain, by=by_olga, at=AT)
    assert add_domain(other, "aalto.example", by=by_olga, at=AT).company == other


def test_an_external_id_belongs_to_one_company(by_olga: Actor) -> None:
    create_company({"name": "Aalto", "external_id": "C-1"}, by=by_olga, at=AT)

    with pytest.raises(CompanyIdTaken):
        create_company({"name": "Other", "external_id": "C-1"}, by=by_olga, at=AT)


def test_a_company_cannot_belong_to_itself_through_others(by_olga: Actor) -> None:
    top = create_company({"name": "Top"}, by=by_olga, at=AT)
    middle = create_company({"name": "Middle", "parent": top.pk}, by=by_olga, at=AT)
    low = create_company({"name": "Low", "parent": middle.pk}, by=by_olga, at=AT)

    with pytest.raises(RoundAbout):
        change_company(top, parent=low.pk, by=by_olga, at=AT)


def test_renaming_a_company_renames_it_in_its_peoples_search(by_olga: Actor) -> None:
    ada, aalto = a_person("Ada"), a_company("Aalto")
    join_company(ada, aalto, role="Buyer", by=by_olga, at=AT)

    changed = change_company(aalto, name="Paulig", by=by_olga, at=AT)

    assert changed.version == 2
    assert "'paulig':1C" in words_of("person", ada.pk)
    with pytest.raises(EditConflict):
        change_company(aalto, name="Segafredo", expected_version=1, by=by_olga, at=AT)
    with pytest.raises(Invalid):
        change_company(aalto, name=" ", by=by_olga, at=AT)


def test_a_deleted_company_comes_back_with_its_people(by_olga: Actor) -> None:
    ada, aalto = a_person("Ada"), a_company("Aalto")
    join_company(ada, aalto, by=by_olga, at=AT)

    delete_company(aalto, by=by_olga, at=AT)
    assert "aalto" not in words_of("person", ada.pk) + words_of("company", aalto.pk)

    restore_company(aalto, by=by_olga, at=AT)
    assert "aalto" in words_of("person", ada.pk)
    assert list(Company.objects.filter(deleted_at=None)) == [aalto]


def test_people_join_change_and_leave_companies(by_olga: Actor) -> None:
    ada, aalto, paulig = a_person("Ada"), a_company("Aalto"), a_company("Paulig")

    first = join_company(ada, aalto, from_on="2020-01-01", by=by_olga, at=AT)
    second = join_company(ada, paulig, role="Buyer", by=by_olga, at=AT)
    with pytest.raises(AlreadyThere):
        join_company(ada, "aalto", by=by_olga, at=AT)
    assert (first.is_primary, second.is_primary) == (True, False)

    with pytest.raises(WrongOrder):
        leave_company(first, on=date(2019, 1, 1), by=by_olga, at=AT)
    first = leave_company(first, by=by_olga, at=AT)
    second.refresh_from_db()
    assert (first.to_on, second.is_primary) == (AT.date(), True)

    change_affiliation(second, role="Head of coffee", by=by_olga, at=AT)
    assert list(Touchpoint.objects.order_by("id").values_list("label", "company_id", "payload__change")) == [
        ("Aalto", aalto.pk, "joined"),
        ("Paulig", paulig.pk, "joined"),
        ("Aalto", aalto.pk, "left"),
        ("Paulig", paulig.pk, "changed"),
    ]
    assert join_company(ada, aalto, by=by_olga, at=AT).to_on is None


def test_joining_a_company_by_a_new_name_makes_it(by_olga: Actor) -> None:
    join_company(a_person("Ada"), "New Roasters", by=by_olga, at=AT)

    assert Company.objects.get().name == "New Roasters"


def test_two_people_are_tied_once_in_the_same_way(by_olga: Actor) -> None:
    ada, bob = a_person("Ada"), a_person("Bob")

    tie = add_tie(ada, bob, kind="spouse", note="since 2015", by=by_olga, at=AT)
    with pytest.raises(TieThere):
        add_tie(ada, bob, kind="spouse", by=by_olga, at=AT)
    with pytest.raises(Invalid):
        add_tie(ada, ada, kind="twin", by=by_olga, at=AT)
    remove_tie(tie, by=by_olga, at=AT)

    assert not ada.ties.exists()
    assert Touchpoint.objects.get().label == "spouse: Bob"


def test_the_primary_address_says_where_somebody_lives(by_olga: Actor) -> None:
    ada = a_person("Ada")

    home = add_address(ada, street="Katu 1", city="Turku", country="Finland", by=by_olga, at=AT)
    away = add_address(ada, city="Riga", country="LV", by=by_olga, at=AT)
    change_address(away, is_primary=True, by=by_olga, at=AT)

    ada.refresh_from_db()
    assert (ada.city, ada.country) == ("Riga", "LV")
    remove_address(away, by=by_olga, at=AT)
    home.refresh_from_db()
    assert home.is_primary
    with pytest.raises(Invalid):
        change_address(home, country="Atlantis", by=by_olga, at=AT)


def test_special_days_are_remembered_and_forgotten(by_olga: Actor) -> None:
    ada = a_person("Ada")

    day = add_special_day(ada, name="Wedding", day="20.6.2015", by=by_olga, at=AT)
    assert day.day == date(2015, 6, 20)
    remove_special_day(day, by=by_olga, at=AT)

    assert not ada.special_days.exists()
    with pytest.raises(Invalid):
        add_special_day(ada, name="", day="never", by=by_olga, at=AT)
