from datetime import UTC, datetime

import pytest

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid
from regulars.people.actions import (
    TagThere,
    change_tag,
    delete_tag,
    merge_tags,
    tag_company,
    tag_person,
    untag_company,
    untag_person,
)
from regulars.people.models import Person, Tag
from regulars.timeline.models import Touchpoint
from tests.cast import a_company, a_person

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def tags_of(person: Person) -> list[str]:
    """Read the tags both ways they are kept; they must agree."""
    person.refresh_from_db()
    assert sorted(person.person_tags.values_list("tag_id", flat=True)) == person.tag_ids
    return sorted(Tag.objects.filter(pk__in=person.tag_ids).values_list("name", flat=True))


def test_tagging_makes_the_tag_and_says_only_what_is_new(by_olga: Actor) -> None:
    ada = a_person("Ada")
    tag_person(ada, ["VIP"], by=by_olga, at=AT)

    added = tag_person(ada, ["vip", " Coffee  lover "], by=by_olga, at=AT)

    assert [tag.name for tag in added] == ["Coffee lover"]
    assert tags_of(ada) == ["Coffee lover", "VIP"]
    assert list(Touchpoint.objects.order_by("id").values_list("kind", "label")) == [
        ("person.tagged", "VIP"),
        ("person.tagged", "Coffee lover"),
    ]


def test_untagging_takes_only_what_was_there(by_olga: Actor) -> None:
    ada = a_person("Ada")
    tag_person(ada, ["VIP", "Coffee"], by=by_olga, at=AT)

    removed = untag_person(ada, ["VIP", "Never had"], by=by_olga, at=AT)

    assert [tag.name for tag in removed] == ["VIP"]
    assert tags_of(ada) == ["Coffee"]


def test_companies_carry_tags_too(by_olga: Actor) -> None:
    aalto = a_company("Aalto")

    tag_company(aalto, ["Roastery", "VIP"], by=by_olga, at=AT)
    untag_company(aalto, ["VIP"], by=by_olga, at=AT)

    aalto.refresh_from_db()
    assert list(Tag.objects.filter(pk__in=aalto.tag_ids).values_list("name", flat=True)) == ["Roastery"]


def test_merging_leaves_everybody_with_the_other_tag(by_olga: Actor) -> None:
    ada, bob, aalto = a_person("Ada"), a_person("Bob"), a_company("Aalto")
    tag_person(ada, ["Vip", "Important"], by=by_olga, at=AT)
    tag_person(bob, ["Important"], by=by_olga, at=AT)
    tag_company(aalto, ["Important", "Vip"], by=by_olga, at=AT)
    vip = Tag.objects.get(name="Vip")

    merge_tags(Tag.objects.get(name="Important"), into=vip, by=by_olga, at=AT)

    aalto.refresh_from_db()
    assert (tags_of(ada), tags_of(bob), aalto.tag_ids) == (["Vip"], ["Vip"], [vip.pk])
    assert Tag.objects.count() == 1


def test_deleting_takes_a_tag_off_everybody(by_olga: Actor) -> None:
    ada, aalto = a_person("Ada"), a_company("Aalto")
    tag_person(ada, ["VIP", "Coffee"], by=by_olga, at=AT)
    tag_company(aalto, ["VIP"], by=by_olga, at=AT)

    assert delete_tag(Tag.objects.get(name="VIP"), by=by_olga) == 1

    aalto.refresh_from_db()
    assert (tags_of(ada), aalto.tag_ids) == (["Coffee"], [])


def test_two_tags_cannot_have_one_name(by_olga: Actor) -> None:
    vip, coffee = Tag.objects.create(name="VIP"), Tag.objects.create(name="Coffee")

    with pytest.raises(TagThere) as refusal:
        change_tag(coffee, name="vip", by=by_olga)

    assert refusal.value.details == {"tag_id": vip.pk}
    assert change_tag(vip, name="Vip", colour="plum", by=by_olga).name == "Vip"


def test_tags_that_cannot_be_are_refused(by_olga: Actor) -> None:
    ada = a_person("Ada")

    with pytest.raises(Invalid):
        tag_person(ada, ["x" * 61], by=by_olga, at=AT)
    with pytest.raises(Invalid):
        tag_person(ada, [987654], by=by_olga, at=AT)
    assert tag_person(ada, ["", "  "], by=by_olga, at=AT) == []
