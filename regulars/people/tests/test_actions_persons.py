from datetime import UTC, date, datetime

import pytest

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid
from regulars.people.actions import EditConflict, IdentityTaken, change_person, create_person
from regulars.people.models import Company, Identity, Person, SearchDoc, Tag
from regulars.team.models import AuditEntry, Member, Team
from regulars.timeline.models import Touchpoint
from tests.cast import a_person

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def test_a_person_is_created_with_all_that_is_known(by_olga: Actor, north: Team, aino: Member) -> None:
    Tag.objects.create(name="VIP")

    person = create_person(
        {
            "name": "Zoë van Dijk",
            "email": "Zoe@Dijk.example",
            "phones": ["040 123 4567", "+44 20 7946 0018"],
            "companies": [{"name": "Aalto Oy", "role": "Buyer"}, "Second Ltd"],
            "tags": ["vip", "Coffee"],
            "country": "Finland",
            "birthday": "1990-05-04",
            "keeper": aino,
            "team": north.pk,
            "acquired_channel": "fair",
            "acquired_cost": "12,50",
            "addresses": [{"street": "Mannerheimintie 1", "city": "Helsinki", "country": "FI"}],
            "special_days": [{"name": "Wedding", "day": "2015-06-20"}],
        },
        by=by_olga,
        at=AT,
    )

    person.refresh_from_db()
    assert (person.first_name, person.last_name, person.sort_name) == ("Zoë", "van Dijk", "van dijk  zoe")
    assert (person.country, person.city, person.birthday) == ("FI", "Helsinki", date(1990, 5, 4))
    assert (person.keeper, person.team) == (aino, north)
    assert (person.acquired_cost_minor, person.acquired_currency) == (1250, "EUR")
    assert sorted(person.identities.values_list("kind", "value", "is_primary")) == [
        ("email", "zoe@dijk.example", True),
        ("phone", "+358401234567", True),
        ("phone", "+442079460018", False),
    ]
    assert list(person.affiliations.order_by("pk").values_list("company__name", "role", "is_primary")) == [
        ("Aalto Oy", "Buyer", True),
        ("Second Ltd", "", False),
    ]
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["Coffee", "VIP"]
    assert person.tag_ids == sorted(Tag.objects.values_list("pk", flat=True))
    assert person.created_at == person.updated_at == AT
    assert person.special_days.get().name == "Wedding"


def test_creating_is_on_the_timeline_and_in_the_audit_log(by_olga: Actor) -> None:
    person = create_person({"name": "Ada Lovelace", "email": "ada@aalto.example"}, by=by_olga, at=AT)

    touchpoint = Touchpoint.objects.get(person=person)
    entry = AuditEntry.objects.get(subject_type="person", subject_id=person.pk)
    assert (touchpoint.kind, touchpoint.label, touchpoint.occurred_at) == (
        "person.created",
        "Ada Lovelace",
        AT,
    )
    assert (entry.action, entry.actor_label, entry.address) == ("person.created", "Olga", "203.0.113.7")
    assert entry.changes["email"] == [None, "ada@aalto.example"]


def test_every_field_that_cannot_be_read_is_named(by_olga: Actor) -> None:
    with pytest.raises(Invalid) as refusal:
        create_person(
            {
                "name": "Ada",
                "email": "no address",
                "phone": "12",
                "country": "Nowhereland",
                "keeper": 999,
                "birthday": "soon",
                "custom": {"shoe_size": 38},
                "colour": "red",
            },
            by=by_olga,
            at=AT,
        )

    assert refusal.value.fields.keys() == {
        "email", "phone", "country", "keeper", "birthday", "custom.shoe_size", "colour",
    }  # fmt: skip
    assert not Person.objects.exists()


def test_a_person_needs_a_name_or_an_identity(by_olga: Actor) -> None:
    with pytest.raises(Invalid) as refusal:
        create_person({"name": "  ", "city": "Turku"}, by=by_olga, at=AT)

    assert refusal.value.fields.keys() == {"name"}
    assert create_person({"phone": "+358401234567"}, by=by_olga, at=AT).display_name == "Unnamed"


def test_an_address_that_somebody_has_is_refused_and_they_are_named(by_olga: Actor) -> None:
    ada = create_person({"name": "Ada Lovelace", "email": "ada@aalto.example"}, by=by_olga, at=AT)

    with pytest.raises(IdentityTaken) as refusal:
        create_person({"name": "Another Ada", "email": "ADA@aalto.example"}, by=by_olga, at=AT)

    assert str(refusal.value) == "“ada@aalto.example” already belongs to Ada Lovelace."
    assert refusal.value.details["person_id"] == ada.pk
    assert list(Person.objects.values_list("name", flat=True)) == ["Ada Lovelace"]


def test_who_may_not_see_the_other_is_not_told_their_name(sam: Member, north: Team) -> None:
    a_person("Ada Lovelace", email="ada@aalto.example", team=north)
    by_sam = Actor("member", sam.pk, str(sam), member_id=sam.pk)

    with pytest.raises(IdentityTaken) as refusal:
        create_person({"name": "Another", "email": "ada@aalto.example"}, by=by_sam, at=AT)

    assert "Ada" not in str(refusal.value)
    assert refusal.value.details.keys() == {"kind", "value"}


def test_a_company_of_the_same_name_is_not_made_twice(by_olga: Actor) -> None:
    create_person({"name": "Ada", "companies": ["Kahvila Äänekoski"]}, by=by_olga, at=AT)
    create_person({"name": "Bob", "companies": ["kahvila aanekoski"]}, by=by_olga, at=AT)

    assert Company.objects.get().affiliations.count() == 2


def test_changing_books_what_was_and_what_is(by_olga: Actor) -> None:
    person = create_person({"name": "Ada King", "city": "London"}, by=by_olga, at=AT)

    changed = change_person(person, by=by_olga, at=AT, last_name="Lovelace", city="Ockham")

    entry = AuditEntry.objects.get(action="person.changed")
    assert (changed.name, changed.sort_name, changed.version) == ("Ada Lovelace", "lovelace  ada", 2)
    assert entry.changes == {
        "name": ["Ada King", "Ada Lovelace"],
        "last_name": ["King", "Lovelace"],
        "city": ["London", "Ockham"],
    }
    assert not Touchpoint.objects.filter(kind="person.changed").exists()


def test_changing_nothing_writes_nothing(by_olga: Actor) -> None:
    person = create_person({"name": "Ada King", "city": "London"}, by=by_olga, at=AT)

    same = change_person(person, by=by_olga, at=AT, city=" London ")

    assert same.version == 1
    assert not AuditEntry.objects.filter(action="person.changed").exists()


def test_an_edit_of_what_somebody_else_changed_is_refused_with_both(by_olga: Actor) -> None:
    person = create_person({"name": "Ada King", "city": "London"}, by=by_olga, at=AT)
    change_person(person, by=by_olga, at=AT, city="Ockham")

    with pytest.raises(EditConflict) as refusal:
        change_person(person, by=by_olga, at=AT, expected_version=1, city="Paris")

    assert refusal.value.details == {"fields": {"city": {"stored": "Ockham", "mine": "Paris"}}, "version": 2}
    assert change_person(person, by=by_olga, at=AT, expected_version=1, city="Ockham").version == 2


def test_handing_over_is_told_on_the_timeline(by_olga: Actor, aino: Member, north: Team) -> None:
    person = create_person({"name": "Ada"}, by=by_olga, at=AT)

    change_person(person, by=by_olga, at=AT, keeper=aino.pk, team=north)

    touchpoint = Touchpoint.objects.get(kind="person.kept")
    assert (touchpoint.label, touchpoint.payload) == (
        "Aino · North",
        {"keeper_id": aino.pk, "team_id": north.pk},
    )


def test_a_new_person_can_be_found_at_once(by_olga: Actor) -> None:
    person = create_person(
        {"name": "Zoë van Dijk", "email": "zoe@dijk.example", "companies": ["Aalto"]}, by=by_olga, at=AT
    )

    words = str(SearchDoc.objects.get(subject="person", subject_id=person.pk).words)
    assert words == "'aalto':1C 'dijk':1A 'van':1A 'zoe':1A"
    assert Identity.objects.get().person == person
