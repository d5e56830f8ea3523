from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from regulars.commerce.actions import (
    OrderChange,
    RefundDraft,
    RefundLineDraft,
    cancel_order,
    change_order,
    refund_order,
    withdraw_refund,
)  # fmt: skip
from regulars.commerce.actions.changing import LessThanRefunded
from regulars.commerce.actions.refunds import MoreThanPaid, NothingLeft, OrderIsCancelled
from regulars.commerce.engine.drafts import LineDraft
from regulars.commerce.models import PersonFigures, Refund
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.team.models import Business
from regulars.timeline.models import Touchpoint
from tests.cast import a_person, an_order

pytestmark = pytest.mark.django_db
CLOCK = Actor.clock("test")


def refund(order, **values):
    return refund_order(order, RefundDraft(**values), by=CLOCK, at=now())


def test_a_whole_refund_leaves_nothing_and_is_no_purchase(business: Business) -> None:
    ada = a_person()
    order = an_order(ada, lines=[("A", "3", "10"), ("B", "1", "5")])

    given = refund(order, reason="Broken")

    order.refresh_from_db()
    assert (given.amount_minor, order.refunded_minor, order.net_minor) == (3500, 3500, 0)
    assert list(order.lines.values_list("refunded_quantity", "refunded_minor")) == [(3, 3000), (1, 500)]
    figures = PersonFigures.objects.get(person=ada)
    assert (figures.order_count, figures.revenue_minor, figures.refunded_minor) == (1, 0, 3500)
    assert (figures.purchase_days, figures.refund_count) == (0, 1)
    touchpoint = Touchpoint.objects.get(kind="order.refunded")
    assert touchpoint.payload["is_whole"]
    assert touchpoint.payload["reason"] == "Broken"


def test_several_refunds_never_give_back_more_than_was_paid(business: Business) -> None:
    order = an_order(total="20")

    refund(order, amount_minor=1500)
    with pytest.raises(MoreThanPaid, match="At most 5.00"):
        refund(order, amount_minor=501)
    refund(order, amount_minor=500)
    with pytest.raises(NothingLeft):
        refund(order, amount_minor=1)

    order.refresh_from_db()
    assert (order.refunded_minor, Refund.objects.count()) == (2000, 2)


def test_a_line_is_given_back_piece_by_piece_to_the_last_cent(business: Business) -> None:
    order = an_order(lines=[("A", "3", "3.3333")])
    line = order.lines.get()
    assert line.total_minor == 1000

    amounts = [
        refund(order, lines=[RefundLineDraft(line_id=line.pk, quantity=Decimal(1))]).amount_minor
        for _piece in range(3)
    ]

    assert amounts == [333, 334, 333]
    with pytest.raises(MoreThanPaid):
        refund(order, lines=[RefundLineDraft(line_id=line.pk, quantity=Decimal(1))])


def test_a_refund_of_lines_never_exceeds_an_order_with_discount(business: Business) -> None:
    order = an_order(lines=[("A", "1", "10")], discount_minor=300)
    line = order.lines.get()

    assert refund(order, lines=[RefundLineDraft(line_id=line.pk)]).amount_minor == 700


def test_the_same_refund_number_again_changes_nothing(business: Business) -> None:
    order = an_order()

    first = refund(order, amount_minor=100, number="C1", source="shop")

    assert refund(order, amount_minor=100, number="C1", source="shop") == first
    assert Refund.objects.count() == 1


def test_a_withdrawn_refund_counts_no_more(business: Business) -> None:
    ada = a_person()
    order = an_order(ada, lines=[("A", "2", "10")])
    given = refund(order, lines=[RefundLineDraft(line_id=order.lines.get().pk, quantity=Decimal(1))])
    assert PersonFigures.objects.get(person=ada).revenue_minor == 1000

    withdraw_refund(given, by=CLOCK, at=now())

    order.refresh_from_db()
    assert (order.refunded_minor, order.lines.get().refunded_minor) == (0, 0)
    assert PersonFigures.objects.get(person=ada).revenue_minor == 2000


def test_refunds_that_make_no_sense_are_refused(business: Business) -> None:
    order, other = an_order(), an_order()

    for values in (
        {"amount_minor": 0},
        {"amount_minor": -5},
        {"lines": [RefundLineDraft(line_id=other.lines.get().pk)]},
        {"lines": [RefundLineDraft(line_id=order.lines.get().pk)] * 2},
        {"refunded_at": order.placed_at - timedelta(days=1)},
    ):
        with pytest.raises(Invalid):
            refund(order, **values)
    cancel_order(order, by=CLOCK, at=now())
    with pytest.raises(OrderIsCancelled):
        refund(order)


def test_a_refunded_line_stays_in_its_order(business: Business) -> None:
    order = an_order(lines=[("A", "2", "10"), ("B", "1", "5")])
    first = order.lines.first()
    refund(order, lines=[RefundLineDraft(line_id=first.pk, quantity=Decimal(2))])

    with pytest.raises(LessThanRefunded):
        change_order(
            order, OrderChange(lines=[LineDraft(sku="B", unit_price=Decimal(50))]), by=CLOCK, at=now()
        )
