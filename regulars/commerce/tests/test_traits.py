from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from regulars.commerce.actions import (
    ProductDraft,
    RefundDraft,
    SubscriptionDraft,
    create_kind,
    create_product,
    record_order,
    refund_order,
    start_subscription,
)  # fmt: skip
from regulars.commerce.engine.drafts import LineDraft, OrderDraft
from regulars.commerce.models import Order
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.filters import Asker
from regulars.kit.filters.queryset import filtered
from regulars.kit.traits import behaviours_for, traits_for
from regulars.people.models import Company, Person
from regulars.team.models import Business
from tests.cast import a_company, a_person, an_order

pytestmark = pytest.mark.django_db
CLOCK = Actor.clock("test")


def names(tree: dict[str, Any], subject: str = "person") -> list[str]:
    rows = {"person": Person, "company": Company, "order": Order}[subject].objects.all()
    found = filtered(rows, tree, subject, Asker(now=now()))
    return sorted(str(row) for row in found)


def is_(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def test_people_are_found_by_what_they_bought_and_gave_back(business: Business) -> None:
    ada, bob, _cid = a_person("Ada"), a_person("Bob"), a_person("Cid")
    # At noon, so that no change of the clocks moves an order to another day.
    noon = now().replace(hour=10, minute=0)
    for days in (40, 30, 20, 10, 1):
        an_order(ada, total="100", at=noon - timedelta(days=days))
    order = an_order(bob, total="30", at=noon - timedelta(days=200))
    refund_order(order, RefundDraft(amount_minor=1000), by=CLOCK, at=now())

    assert names(is_("commerce.order_count", "gte", 5)) == ["Ada"]
    assert names(is_("commerce.order_count", "is", 0)) == ["Cid"]
    assert names(is_("commerce.revenue", "lt", {"amount": "25", "currency": "EUR"})) == ["Bob", "Cid"]
    assert names(is_("commerce.average_order", "is", {"amount": "100", "currency": "EUR"})) == ["Ada"]
    assert names(is_("commerce.refunded", "gt", {"amount": "0", "currency": "EUR"})) == ["Bob"]
    assert names(is_("commerce.usual_interval_days", "is", 10)) == ["Ada"]
    assert names(is_("commerce.is_regular", "is", True)) == ["Ada"]
    assert names(is_("commerce.last_order", "last_days", 30)) == ["Ada"]
    assert names(is_("commerce.days_since_last_order", "gte", 199)) == ["Bob"]
    # Bob has no rhythm of his own: 200 days are more than twice the shop's quarter.
    assert names(is_("commerce.rhythm_ratio", "gt", 2)) == ["Bob"]
    assert names(is_("commerce.rhythm_ratio", "lte", 1.5)) == ["Ada"]


def test_behaviours_count_orders_in_a_window_and_by_what_was_in_them(business: Business) -> None:
    home = create_kind("Home", by=CLOCK)
    candles = create_kind("Candles", by=CLOCK, parent=home)
    create_product(ProductDraft(sku="WAX", name="Beeswax candle", kind_id=candles.pk), by=CLOCK, at=now())
    ada, bob = a_person("Ada"), a_person("Bob")
    for days in (80, 50, 3):
        an_order(ada, at=now() - timedelta(days=days), lines=[("WAX", "1", "8")], channel="web")
    an_order(bob, at=now() - timedelta(days=3), lines=[("SOAP", "1", "4")], coupon="SPRING")

    def did(**more: Any) -> dict[str, Any]:
        return {"did": "order.placed", **more}

    assert names(did(at_least=3, within_days=90)) == ["Ada"]
    assert names(did(at_least=1, within_days=10)) == ["Ada", "Bob"]
    assert names(did(at_least=1, where=is_("coupon", "is", "SPRING"))) == ["Bob"]
    assert names(did(at_least=1, where=is_("kind", "has", "Home"))) == ["Ada"]
    assert names(did(at_least=1, where=is_("amount", "gte", {"amount": "5", "currency": "EUR"}))) == ["Ada"]
    assert names(is_("commerce.bought_kind", "has", str(home.pk))) == ["Ada"]
    assert names(is_("commerce.bought_kind", "has_not", str(candles.pk))) == ["Bob"]
    assert names(is_("commerce.bought_product", "contains", "soap")) == ["Bob"]


def test_subscribers_are_found(business: Business) -> None:
    ada, _bob = a_person("Ada"), a_person("Bob")
    draft = SubscriptionDraft(name="Box", amount_minor=900, started_on=now().date())
    start_subscription(ada, draft, by=CLOCK, at=now())

    assert names(is_("commerce.has_active_subscription", "is", True)) == ["Ada"]


def test_companies_are_found_by_the_roll_up(business: Business) -> None:
    a_company("Quiet")
    an_order(total="70", company_id=a_company("Loud").pk)

    assert names(is_("commerce.revenue", "gte", {"amount": "70", "currency": "EUR"}), "company") == ["Loud"]


def test_orders_are_found_by_what_they_are(business: Business) -> None:
    ada = a_person("Ada")
    an_order(ada, number="1", lines=[("WAX", "1", "8")], channel="web", country="FI")
    refund_order(an_order(number="2", total="50"), RefundDraft(), by=CLOCK, at=now())

    assert names(is_("person_name", "is", "Ada"), "order") == ["1"]
    assert names(is_("is_guest", "is", True), "order") == ["2"]
    assert names(is_("has_refund", "is", True), "order") == ["2"]
    assert names(is_("net", "is", {"amount": "0", "currency": "EUR"}), "order") == ["2"]
    assert names(is_("product", "contains", "wax"), "order") == ["1"]
    assert names(is_("channel", "is", "web"), "order") == ["1"]
    assert names(is_("total", "gt", {"amount": "10", "currency": "EUR"}), "order") == ["2"]


def test_a_zero_sum_order_is_an_order_and_no_purchase(business: Business) -> None:
    ada = a_person("Ada")
    draft = OrderDraft(
        currency="EUR",
        placed_at=now(),
        person_id=ada.pk,
        lines=[LineDraft(sku="GIFT", unit_price=Decimal(0))],
    )
    record_order(draft, by=CLOCK, at=now())

    assert names(is_("commerce.order_count", "is", 1)) == ["Ada"]
    assert names(is_("commerce.purchase_days", "is", 0)) == ["Ada"]


def test_who_may_not_see_orders_may_not_filter_by_them() -> None:
    assert not [
        name
        for name in traits_for("person", lambda verb: verb != "orders.see")
        if name.startswith("commerce.")
    ]
    assert "order.placed" not in behaviours_for("person", lambda verb: verb != "orders.see")
    assert "margin" not in traits_for("product", lambda verb: verb != "costs.see")
