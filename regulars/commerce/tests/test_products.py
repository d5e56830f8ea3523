from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from regulars.commerce.actions import (
    ProductDraft,
    SubscriptionDraft,
    change_product,
    change_subscription,
    choose_kind_level,
    create_kind,
    create_product,
    delete_kind,
    delete_product,
    end_subscription,
    move_kind,
    renew_subscription,
    restore_product,
    start_subscription,
)  # fmt: skip
from regulars.commerce.actions.kinds import KindTaken, KindUnderItself, TreeTooDeep
from regulars.commerce.actions.products import CodeTaken
from regulars.commerce.actions.subscriptions import SubscriptionOver
from regulars.commerce.models import Kind, Product
from regulars.commerce.queries.kinds import kind_choices, kind_tree
from regulars.commerce.queries.products import margin_of
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.team.models import AuditEntry, Business
from regulars.timeline.models import Touchpoint
from tests.cast import a_person

pytestmark = pytest.mark.django_db
CLOCK = Actor.clock("test")


def a_product(**values: object) -> Product:
    return create_product(ProductDraft(**{"sku": "A1", "name": "Bowl", **values}), by=CLOCK, at=now())  # type: ignore[arg-type]


def test_a_product_is_changed_with_before_and_after(business: Business) -> None:
    product = a_product(price_minor=1000, cost_minor=600)

    changed = change_product(
        product, ProductDraft(price_minor=1200, clear=("cost_minor",)), by=CLOCK, at=now()
    )

    assert (changed.price_minor, changed.cost_minor) == (1200, None)
    entry = AuditEntry.objects.get(action="product.changed")
    assert entry.changes == {"price_minor": [1000, 1200], "cost_minor": [600, None]}


def test_a_code_is_given_once_until_its_product_is_gone(business: Business) -> None:
    first = a_product()
    with pytest.raises(CodeTaken):
        a_product()

    delete_product(first, by=CLOCK, at=now())
    a_product()
    with pytest.raises(CodeTaken):
        restore_product(first, by=CLOCK, at=now())


def test_a_margin_is_said_or_worked_out(business: Business) -> None:
    assert margin_of(Product(price_minor=1000, cost_minor=250)) == Decimal("75.0")
    assert margin_of(Product(price_minor=1000, margin_percent=Decimal(30))) == 30
    assert margin_of(Product(price_minor=0, cost_minor=5)) is None


@pytest.mark.parametrize(
    "values", [{"name": " "}, {"price_minor": -1}, {"margin_percent": Decimal(101)}, {"kind_id": 99}]
)
def test_products_that_make_no_sense_are_refused(business: Business, values: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        a_product(**values)


def test_kinds_move_with_all_below_them_and_know_their_path(business: Business) -> None:
    home, garden = create_kind("Home", by=CLOCK), create_kind("Garden", by=CLOCK)
    pots = create_kind("Pots", by=CLOCK, parent=home)
    clay = create_kind("Clay", by=CLOCK, parent=pots)

    move_kind(pots, garden, by=CLOCK)

    clay.refresh_from_db()
    assert (clay.level, clay.path) == (3, [garden.pk, pots.pk, clay.pk])
    assert (str(clay.pk), "Garden / Pots / Clay") in kind_choices()
    with pytest.raises(KindUnderItself):
        move_kind(garden, clay, by=CLOCK)


def test_a_removed_kind_hands_its_products_up(business: Business) -> None:
    home = create_kind("Home", by=CLOCK)
    pots = create_kind("Pots", by=CLOCK, parent=home)
    product = a_product(kind_id=pots.pk)

    delete_kind(pots, by=CLOCK)

    product.refresh_from_db()
    assert product.kind == home
    assert [(branch.kind.name, branch.products) for branch in kind_tree()] == [("Home", 1)]


def test_kinds_that_make_no_sense_are_refused(business: Business) -> None:
    create_kind("Home", by=CLOCK)
    with pytest.raises(KindTaken):
        create_kind("Home", by=CLOCK)
    with pytest.raises(Invalid):
        create_kind("  ", by=CLOCK)
    with pytest.raises(Invalid):
        choose_kind_level(9, by=CLOCK)
    deepest = None
    for level in range(5):
        deepest = create_kind(f"Level {level}", by=CLOCK, parent=deepest)
    with pytest.raises(TreeTooDeep):
        create_kind("Too deep", by=CLOCK, parent=deepest)
    assert Kind.objects.count() == 6


def test_a_subscription_starts_renews_changes_and_ends(business: Business) -> None:
    ada = a_person("Ada")
    started = now().date() - timedelta(days=40)
    draft = SubscriptionDraft(
        name="Box", amount_minor=900, started_on=started, external_id="sub_1", source="stripe"
    )

    box = start_subscription(ada, draft, by=CLOCK, at=now())
    assert start_subscription(ada, draft, by=CLOCK, at=now()) == box
    box = renew_subscription(box, by=CLOCK, at=now())
    assert box.renewals == 1
    assert box.renews_on is not None
    assert box.renews_on > started + timedelta(days=55)
    box = change_subscription(box, {"amount_minor": 1200, "status": "paused"}, by=CLOCK, at=now())
    box = end_subscription(box, by=CLOCK, at=now(), reason="Moved away")

    assert (box.status, box.amount_minor, box.renews_on) == ("ended", 1200, None)
    kinds = (
        Touchpoint.objects.filter(subject_type="subscription").order_by("pk").values_list("kind", flat=True)
    )
    assert list(kinds) == [f"subscription.{deed}" for deed in ("started", "renewed", "changed", "ended")]
    with pytest.raises(SubscriptionOver):
        renew_subscription(box, by=CLOCK, at=now())


def test_a_subscription_that_makes_no_sense_is_refused(business: Business) -> None:
    ada = a_person("Ada")
    for values in ({"amount_minor": -1}, {"interval": "decade"}, {"name": ""}, {"currency": "EURO"}):
        draft = SubscriptionDraft(
            **{"name": "Box", "amount_minor": 1, "started_on": date(2024, 1, 1), **values}
        )
        with pytest.raises(Invalid):
            start_subscription(ada, draft, by=CLOCK, at=now())
