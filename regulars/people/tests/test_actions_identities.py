import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, connections

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid
from regulars.people.actions import (
    IdentityOver,
    IdentityTaken,
    add_identity,
    change_identity,
    create_person,
    end_identity,
    mark_bounced,
    revive_identity,
)
from regulars.people.models import Identity, Person, SearchDoc
from regulars.timeline.models import Touchpoint
from tests.cast import a_person

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def test_an_added_address_is_on_the_timeline_and_can_be_found(by_olga: Actor) -> None:
    ada = a_person("Ada", email="ada@aalto.example")

    identity = add_identity(ada, kind="email", value="Ada@Work.example", label="Work", by=by_olga, at=AT)

    assert (identity.value, identity.label, identity.is_primary) == ("ada@work.example", "Work", False)
    assert Touchpoint.objects.get(kind="identity.added").label == "ada@work.example"
    assert "'work':1B" in str(SearchDoc.objects.get(subject_id=ada.pk).words)


def test_adding_what_the_person_has_changes_nothing(by_olga: Actor) -> None:
    ada = a_person("Ada", email="ada@aalto.example")

    identity = add_identity(ada, kind="email", value="ADA@aalto.example", by=by_olga, at=AT)

    assert identity == ada.identities.get()
    assert not Touchpoint.objects.exists()


def test_local_numbers_are_read_by_the_persons_country(by_olga: Actor) -> None:
    ada = a_person("Ada", country="GB")

    assert add_identity(ada, kind="phone", value="020 7946 0018", by=by_olga, at=AT).value == "+442079460018"


def test_a_shared_address_may_belong_to_several(by_olga: Actor) -> None:
    ada, bob, cyd = a_person("Ada"), a_person("Bob"), a_person("Cyd")

    add_identity(ada, kind="email", value="info@aalto.example", is_shared=True, by=by_olga, at=AT)
    add_identity(bob, kind="email", value="info@aalto.example", is_shared=True, by=by_olga, at=AT)
    add_identity(cyd, kind="email", value="info@aalto.example", by=by_olga, at=AT)

    with pytest.raises(IdentityTaken):
        change_identity(ada.identities.get(), is_shared=False, by=by_olga, at=AT)
    assert Identity.objects.filter(value="info@aalto.example", ended_at=None).count() == 3


def test_making_another_primary_lets_the_first_go(by_olga: Actor) -> None:
    ada = a_person("Ada", email="ada@aalto.example")
    work = add_identity(ada, kind="email", value="ada@work.example", by=by_olga, at=AT)

    change_identity(work, is_primary=True, is_verified=True, by=by_olga, at=AT)

    assert list(ada.identities.order_by("value").values_list("value", "is_primary", "is_verified")) == [
        ("ada@aalto.example", False, False),
        ("ada@work.example", True, True),
    ]


def test_a_corrected_address_is_unverified_again(by_olga: Actor) -> None:
    ada = a_person("Ada", email="ada@alto.example")
    identity = change_identity(ada.identities.get(), is_verified=True, bounced_at=AT, by=by_olga, at=AT)

    identity = change_identity(identity, value="ada@aalto.example", by=by_olga, at=AT)

    assert (identity.value, identity.is_verified, identity.bounced_at) == ("ada@aalto.example", False, None)


def test_ending_the_primary_makes_another_primary_and_frees_the_address(by_olga: Actor) -> None:
    ada, bob = a_person("Ada", email="ada@aalto.example"), a_person("Bob")
    add_identity(ada, kind="email", value="ada@work.example", by=by_olga, at=AT)
    first = ada.identities.get(value="ada@aalto.example")

    end_identity(first, by=by_olga, at=AT)

    assert ada.identities.get(value="ada@work.example").is_primary
    add_identity(bob, kind="email", value="ada@aalto.example", by=by_olga, at=AT)
    with pytest.raises(IdentityOver):
        change_identity(first, label="Old", by=by_olga, at=AT)
    with pytest.raises(IdentityTaken):
        revive_identity(first, by=by_olga, at=AT)


def test_an_ended_address_can_be_given_back(by_olga: Actor) -> None:
    ada = a_person("Ada", email="ada@aalto.example")
    identity = end_identity(ada.identities.get(), by=by_olga, at=AT)

    revived = revive_identity(identity, by=by_olga, at=AT)

    assert (revived.ended_at, revived.is_primary) == (None, True)


def test_what_cannot_be_read_is_refused(by_olga: Actor) -> None:
    ada = a_person("Ada")

    for kind, value in (("email", "nope"), ("phone", "1"), ("pigeon", "coo"), ("email", " ")):
        with pytest.raises(Invalid):
            add_identity(ada, kind=kind, value=value, by=by_olga, at=AT)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_the_same_address_at_once_one_is_refused() -> None:
    by, outcomes, together = Actor.clock("test"), [], threading.Barrier(2)

    def create(name: str) -> None:
        together.wait()
        try:
            create_person({"name": name, "email": "ada@aalto.example"}, by=by, at=AT)
            outcomes.append("created")
        except IdentityTaken:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=create, args=(name,)) for name in ("Ada", "Another Ada")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["created", "refused"]
    assert Person.objects.count() == Identity.objects.count() == 1


def test_creating_with_identities_takes_few_statements(
    by_olga: Actor, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(6):  # type: ignore[operator]  person, identities, search, announce, savepoint twice
        create_person(
            {"name": "Ada", "email": "ada@aalto.example", "phone": "+358401234567"}, by=by_olga, at=AT
        )
    assert connection.in_atomic_block


def test_an_address_that_bounces_is_marked_once_and_only_where_it_is_live(by_olga: Actor) -> None:
    ada = a_person("Ada", email="ada@aalto.example")
    gone = a_person("Bo", email="bo@aalto.example")
    Identity.objects.filter(person=gone).update(ended_at=AT)

    news = [
        mark_bounced(email, by=by_olga, at=AT) for email in ("ada@aalto.example",) * 2 + ("bo@aalto.example",)
    ]

    assert news == [1, 0, 0]
    assert ada.identities.get().bounced_at == AT
    assert Touchpoint.objects.filter(kind="identity.changed").count() <= 1
