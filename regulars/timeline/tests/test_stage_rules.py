"""Custom touchpoints move stages by the rules a new installation begins with."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.actions import ensure_default_rules
from regulars.people.models import Person, StageRule
from regulars.team.models import Business
from regulars.timeline.actions.posting import Draft, post_touchpoint, post_touchpoints
from tests.cast import a_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(business: Business) -> None:
    ensure_default_rules()


def draft(person: Person, kind: str, key: str = "1", **values: Any) -> Draft:
    return Draft(kind=kind, label="It happened", about=person, occurred_at=now(), source_key=key, **values)


def stage(person: Person) -> str:
    return Person.objects.get(pk=person.pk).stage


@pytest.mark.parametrize("kind", ["custom.referral", "custom.review", "custom.testimonial"])
def test_who_brought_a_buyer_or_vouched_for_us_is_an_advocate(kind: str, by_olga: Actor) -> None:
    ada, eva = a_person("Ada"), a_person("Eva")

    post_touchpoint(draft(ada, kind), by=by_olga, at=now())
    post_touchpoints([draft(eva, "custom.store_visit", "2")], by=by_olga, at=now())

    assert (stage(ada), stage(eva)) == ("advocate", "reached")


def test_using_a_product_nobody_bought_nurtures_nobody(by_olga: Actor) -> None:
    ada = a_person("Ada")

    post_touchpoint(draft(ada, "custom.product_used"), by=by_olga, at=now())

    assert stage(ada) == "reached"


def test_rules_that_nobody_touched_follow_and_others_stay() -> None:
    migration = import_module("regulars.people.migrations.0006_rules_of_touchpoints")
    StageRule.objects.filter(value="advocate").delete()
    StageRule.objects.filter(value="nurtured").update(condition=migration.BEFORE)
    StageRule.objects.filter(value="lapsed").update(is_active=False)

    migration.follow_the_first_rules(apps, None)
    assert StageRule.objects.count() == 7

    StageRule.objects.filter(value="lapsed").update(is_active=True)
    migration.follow_the_first_rules(apps, None)
    assert StageRule.objects.filter(value="advocate").count() == 1
    assert StageRule.objects.get(value="nurtured").condition != migration.BEFORE
