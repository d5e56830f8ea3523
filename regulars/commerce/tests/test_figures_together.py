"""Several writers at once: nobody's order is missed, and nobody waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from regulars.commerce.actions import RefundDraft, assign_order, record_order, refund_order
from regulars.commerce.engine.drafts import LineDraft, OrderDraft
from regulars.commerce.models import CompanyFigures, Order, PersonFigures, Product
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Refused
from regulars.people.models import Affiliation
from regulars.team.models import Business
from tests.cast import a_company, a_person, an_order

pytestmark = pytest.mark.django_db(transaction=True)
CLOCK = Actor.clock("test")


def at_once(work: Any, arguments: list[Any]) -> list[Any]:
    def alone(argument: Any) -> Any:
        try:
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(alone, arguments))


@pytest.fixture
def shop(transactional_db: None) -> Business:
    return Business.objects.update_or_create(pk=1, defaults={"currency": "EUR"})[0]


def test_orders_of_one_person_at_the_same_time_all_count(shop: Business) -> None:
    ada, aalto = a_person("Ada"), a_company("Aalto")
    Affiliation.objects.create(person=ada, company=aalto, created_at=now())

    at_once(lambda place: an_order(ada, at=now() - timedelta(days=place), number=str(place)), list(range(24)))

    figures = PersonFigures.objects.get(person=ada)
    assert (figures.order_count, figures.revenue_minor) == (24, 24 * 2000)
    assert CompanyFigures.objects.get(company=aalto).order_count == 24


def test_the_same_order_at_the_same_time_is_recorded_once(shop: Business) -> None:
    ada, at = a_person("Ada"), now()
    draft = OrderDraft(
        number="7", person_id=ada.pk, currency="EUR", placed_at=at, lines=[LineDraft(sku="NEW", name="New")]
    )

    answers = at_once(lambda _place: record_order(draft, by=CLOCK, at=at), list(range(12)))

    assert sum(answer.is_new for answer in answers) == 1
    assert (Order.objects.count(), Product.objects.count()) == (1, 1)
    assert PersonFigures.objects.get(person=ada).order_count == 1


def test_refunds_at_the_same_time_give_back_no_more_than_was_paid(shop: Business) -> None:
    order = an_order(a_person("Ada"), total="20")

    def refund(_place: int) -> bool:
        try:
            refund_order(order, RefundDraft(amount_minor=700), by=CLOCK, at=now())
        except Refused:
            return False
        return True

    assert sum(at_once(refund, list(range(8)))) == 2
    order.refresh_from_db()
    assert order.refunded_minor == 1400


def test_orders_handed_to_and_fro_block_nobody(shop: Business) -> None:
    people = [a_person(f"P{place}") for place in range(3)]
    orders = [an_order(people[place % 3], number=str(place)) for place in range(6)]

    def hand(place: int) -> None:
        assign_order(orders[place % 6], people[(place * 7) % 3], by=CLOCK, at=now())

    at_once(hand, list(range(48)))

    counts = dict(PersonFigures.objects.values_list("person", "order_count"))
    assert counts == {person.pk: Order.objects.filter(person=person).count() for person in people}
