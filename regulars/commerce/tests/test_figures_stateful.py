"""Figures against a recount in Python, after any sequence of orders, edits, refunds, moves and deletes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from regulars.commerce.actions import (
    LineDraft,
    OrderChange,
    OrderDraft,
    RefundDraft,
    assign_order,
    cancel_order,
    change_order,
    delete_order,
    record_order,
    recount_figures,
    refund_order,
    reinstate_order,
    restore_order,
    set_exchange_rate,
    withdraw_refund,
)  # fmt: skip
from regulars.commerce.models import CompanyFigures, Order, PersonFigures, Refund
from regulars.kit.actor import Actor
from regulars.kit.refused import Refused
from regulars.people.models import Affiliation
from regulars.team.models import Business
from tests.cast import a_company, a_person

CLOCK = Actor.clock("test")
START = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = (
    "order_count", "refund_count", "revenue_minor", "refunded_minor", "first_order_at", "last_order_at", "purchase_days",
    "usual_interval_days", "next_order_on",
)  # fmt: skip
places = st.integers(0, 40)


def recount(orders: Iterable[Order], zone: ZoneInfo) -> dict[str, Any]:
    """Count figures the slow way."""
    counted = [one for one in orders if one.deleted_at is None and one.status != "cancelled"]
    days = sorted({one.placed_at.astimezone(zone).date() for one in counted if one.net_minor > 0})
    usual = float(median((b - a).days for a, b in _pairs(days))) if len(days) >= 3 else None
    moments = [one.placed_at for one in counted]
    return {
        "order_count": len(counted),
        "refund_count": Refund.objects.filter(order__in=counted, deleted_at__isnull=True).count(),
        "revenue_minor": sum(one.base_minor - one.base_refunded_minor for one in counted),
        "refunded_minor": sum(one.base_refunded_minor for one in counted),
        "first_order_at": min(moments, default=None),
        "last_order_at": max(moments, default=None),
        "purchase_days": len(days),
        "usual_interval_days": usual,
        "next_order_on": _next(days, usual),
    }


def _pairs(days: list[date]) -> list[tuple[date, date]]:
    return list(zip(days, days[1:], strict=False))


def _next(days: list[date], usual: float | None) -> date | None:
    # PostgreSQL rounds halves to even, as Python does.
    return days[-1] + timedelta(days=round(usual)) if days and usual is not None else None


class Shop(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        Business.objects.update_or_create(
            pk=1, defaults={"currency": "EUR", "time_zone": "America/Los_Angeles"}
        )
        set_exchange_rate("JPY", Decimal("0.0061"), day=date(2020, 1, 1), by=CLOCK)
        self.people = [a_person() for _one in range(3)]
        self.companies = [a_company() for _one in range(2)]
        pairs = [(0, 0), (1, 0), (1, 1)]
        for person, company in pairs:
            Affiliation.objects.create(
                person=self.people[person], company=self.companies[company], created_at=AT
            )
        self.numbers = 0

    def teardown(self) -> None:
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def pick(self, rows: Any, place: int) -> Any:
        held = list(rows.order_by("pk"))
        return held[place % len(held)] if held else None

    def attempt(self, act: Any) -> None:
        with contextlib.suppress(Refused):
            act()

    @rule(
        who=st.integers(0, 4), hours=st.integers(0, 600), pieces=st.integers(1, 3), price=st.integers(0, 5),
        company=st.integers(0, 3), currency=st.sampled_from(["EUR", "JPY"]), discount=st.integers(0, 300),
    )  # fmt: skip
    def order(
        self, who: int, hours: int, pieces: int, price: int, company: int, currency: str, discount: int
    ) -> None:
        self.numbers += 1
        lines = [LineDraft(sku=f"S{price}", quantity=Decimal(pieces), unit_price=Decimal(price))]
        draft = OrderDraft(
            number=str(self.numbers), currency=currency, placed_at=START + timedelta(hours=hours * 7), lines=lines,
            person_id=self.people[who].pk if who < 3 else None, discount_minor=discount,
            company_id=self.companies[company].pk if company < 2 else None,
        )  # fmt: skip
        self.attempt(lambda: record_order(draft, by=CLOCK, at=AT))

    @rule(place=places, amount=st.one_of(st.none(), st.integers(1, 600)))
    def refund(self, place: int, amount: int | None) -> None:
        if found := self.pick(Order.objects.all(), place):
            self.attempt(lambda: refund_order(found, RefundDraft(amount_minor=amount), by=CLOCK, at=AT))

    @rule(place=places)
    def withdraw(self, place: int) -> None:
        if found := self.pick(Refund.objects.all(), place):
            self.attempt(lambda: withdraw_refund(found, by=CLOCK, at=AT))

    @rule(place=places, hours=st.integers(0, 600), total=st.one_of(st.none(), st.integers(0, 2000)))
    def change(self, place: int, hours: int, total: int | None) -> None:
        if found := self.pick(Order.objects.all(), place):
            change = OrderChange(placed_at=START + timedelta(hours=hours * 7), total_minor=total)
            self.attempt(lambda: change_order(found, change, by=CLOCK, at=AT))

    @rule(place=places, act=st.sampled_from([cancel_order, reinstate_order, delete_order, restore_order]))
    def turn(self, place: int, act: Any) -> None:
        if found := self.pick(Order.objects.all(), place):
            self.attempt(lambda: act(found, by=CLOCK, at=AT))

    @rule(place=places, who=st.integers(0, 3))
    def assign(self, place: int, who: int) -> None:
        if found := self.pick(Order.objects.all(), place):
            person = self.people[who] if who < 3 else None
            self.attempt(lambda: assign_order(found, person, by=CLOCK, at=AT))

    @rule(rate=st.integers(1, 99))
    def rate(self, rate: int) -> None:
        set_exchange_rate("JPY", Decimal(rate) / 10_000, day=date(2024, 3, 1), by=CLOCK)

    @invariant()
    def figures_are_right(self) -> None:
        zone = ZoneInfo("America/Los_Angeles")
        for person in self.people:
            found = PersonFigures.objects.filter(person=person).values(*NAMES).first()
            expected = recount(Order.objects.filter(person=person), zone)
            assert found == expected or (found is None and expected["order_count"] == 0)
        for company in self.companies:
            staff = company.affiliations.values("person")
            mine = Order.objects.filter(company=company) | Order.objects.filter(
                company__isnull=True, person__in=staff
            )
            found = CompanyFigures.objects.filter(company=company).values(*NAMES).first()
            expected = recount(mine, zone)
            assert found == expected or (found is None and expected["order_count"] == 0)

    @invariant()
    def no_order_gave_back_more_than_it_brought(self) -> None:
        for one in Order.objects.all():
            refunds = Refund.objects.filter(order=one, deleted_at__isnull=True)
            assert (
                sum(refunds.values_list("amount_minor", flat=True)) == one.refunded_minor <= one.total_minor
            )

    @invariant()
    def counting_again_changes_nothing(self) -> None:
        before = list(PersonFigures.objects.order_by("pk").values())
        with transaction.atomic():
            recount_figures([person.pk for person in self.people])
            after = list(PersonFigures.objects.order_by("pk").values())
            transaction.set_rollback(True)
        known = {one["person_id"]: one for one in before}
        assert [known.get(one["person_id"], one) for one in after] == after


@pytest.mark.django_db
@pytest.mark.slow
def test_figures_follow_any_sequence_of_writes(db: None) -> None:
    assert connection.vendor == "postgresql"
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=12, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
