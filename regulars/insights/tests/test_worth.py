"""What each customer is worth: all at once and a few at once come to the same, and filters can ask for it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.commerce.actions import cancel_order, refund_order
from regulars.commerce.actions.refunds import RefundDraft
from regulars.commerce.models import Order
from regulars.insights.actions.keeping import keep_up
from regulars.insights.actions.mirror import refresh_mirror
from regulars.insights.actions.worth import refresh_worth, refresh_worth_of
from regulars.insights.actions.worth.columns import COLUMNS
from regulars.insights.engine.rfm import GROUPS, cut_points, scores
from regulars.insights.models import TABLES, WorthState
from regulars.insights.queries import worth
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.filters import Asker
from regulars.kit.filters.queryset import filtered
from regulars.people.models import Person
from regulars.team.models import Business
from tests.cast import a_person, an_order

pytestmark = pytest.mark.django_db
BY = Actor.clock("test")
COUNTED = ("person_id", "purchase_days", "first_on", "last_on", "spent_minor", "average_minor", "loyal_since")
EVERY = ("person_id", *COLUMNS)


@pytest.fixture(autouse=True)
def _ask_anew() -> None:
    worth._known = (0.0, "")


def days_ago(days: int) -> datetime:
    return now().replace(hour=12) - timedelta(days=days)


def known(names: Sequence[str] = COUNTED) -> list[dict[str, Any]]:
    return list(TABLES[WorthState.current().letter].objects.order_by("person_id").values(*names))


def test_what_a_customer_brought_and_how_they_buy(business: Business) -> None:
    ada, bob = a_person("Ada"), a_person("Bob")
    for days, total in ((100, "10"), (60, "30"), (60, "10"), (10, "20")):
        an_order(ada, at=days_ago(days), total=total)
    an_order(bob, at=days_ago(5), total="7")
    an_order(None, at=days_ago(5), total="900")
    refresh_mirror()

    assert refresh_worth() == 2

    first = TABLES["b"].objects.get(person_id=ada.pk)
    assert WorthState.current().letter == "b"
    assert (first.purchase_days, first.spent_minor, first.average_minor, first.rank) == (3, 7000, 3000, 1)
    assert (first.first_on, first.last_on) == (days_ago(100).date(), days_ago(10).date())
    assert first.loyal_since == days_ago(10).date()
    assert TABLES["b"].objects.get(person_id=bob.pk).average_minor is None


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 15])
def test_a_few_and_all_come_to_the_same(seed: int, business: Business) -> None:
    people = a_shop(seed)
    numbers = [person.pk for person in people]
    keep_up(full=True)
    whole = known(EVERY)
    assert whole[0]["predicted_minor"] is not None

    assert refresh_worth_of(numbers) == len(people)
    assert rounded(known(EVERY)) == rounded(whole)

    for order in Order.objects.order_by("id")[::17]:
        cancel_order(order, by=BY, at=now())
    for order in Order.objects.counted()[:3]:
        refund_order(order, RefundDraft(amount_minor=order.total_minor), by=BY, at=now())
    an_order(people[0], at=now(), total="1")
    refresh_worth_of(numbers)
    few = known()
    keep_up(full=True)
    assert few == known()


@pytest.mark.slow
def test_what_is_worked_out_for_each(business: Business) -> None:
    people = a_shop(15)
    keep_up(full=True)

    rows = known(EVERY)
    assert len(rows) == len(people)
    for row in rows:
        assert 0 <= row["predicted_low_minor"] <= row["predicted_minor"] <= row["predicted_high_minor"]
        assert 0 <= row["alive"] <= 1
        assert 0 < row["churn_risk"] < 1
        assert 0 <= row["engagement"] <= 100
        assert row["next_on"] > row["last_on"]
        assert {str(word) for word in worth.reasons_in_words(row["health_reasons"])} <= set(
            map(str, worth.REASONS.values())
        )
    assert {row["health"] for row in rows} <= {name for name, _label in worth.HEALTHS}
    assert min(rows, key=lambda row: row["last_on"])["health"] != "steady"


def test_what_customers_cannot_tell_stays_empty_and_says_why(business: Business) -> None:
    an_order(a_person("Ada"), at=days_ago(5), total="7")
    keep_up(full=True)

    row = known(EVERY)[0]
    empty = (
        "alive",
        "predicted_minor",
        "predicted_low_minor",
        "next_on",
        "churn_risk",
        "churn_reasons",
        "health",
    )
    assert {row[name] for name in empty} == {None}
    assert [str(one) for one in worth.refusals()] == [
        "Value expected: There are too few customers for a model.",
        "Risk of leaving, health and next order: Nobody has bought twice yet.",
    ]
    assert row["engagement"] == 90


def rounded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sums of the same floats in another order differ in their last digits."""
    return [
        {name: round(value, 2) if isinstance(value, float) else value for name, value in row.items()}
        for row in rows
    ]


def a_shop(seed: int) -> list[Person]:
    """Sixty customers who buy at a pace of their own until they are lost; of these seeds a model can tell its parameters."""
    chance = random.Random(seed)
    people = [a_person() for _ in range(60)]
    for person in people:
        level = chance.gammavariate(3, 1000)
        pace, day = chance.gammavariate(1.2, 0.025), chance.randrange(150, 400)
        while day >= 1:
            minor = round(level * chance.gammavariate(4, 0.25)) + 100
            an_order(person, at=days_ago(day), total=f"{minor / 100:.2f}")
            if chance.random() < 0.2:
                break
            day -= round(chance.expovariate(pace)) + 1
    return people


def test_filters_ask_for_worth_and_follow_to_the_other_table(business: Business) -> None:
    ada, bob = a_person("Ada"), a_person("Bob")
    an_order(ada, at=days_ago(3), total="50")
    an_order(bob, at=days_ago(3), total="5")
    asker = Asker(now=now())
    wanted = {"field": "insights.value", "op": "gte", "value": 2000}

    for _ in range(2):
        keep_up(full=True)
        worth._known = (0.0, "")
        assert list(filtered(Person.objects.live(), wanted, "person", asker)) == [ada]
        asker = Asker(now=now())

    an_order(bob, at=days_ago(1), total="30")
    refresh_worth_of([bob.pk])
    assert set(filtered(Person.objects.live(), wanted, "person", Asker(now=now()))) == {ada, bob}


def test_every_group_has_a_name() -> None:
    assert set(GROUPS) == {name for name, _label in worth.RFM_GROUPS}


def test_equal_customers_get_equal_scores() -> None:
    ones = [1] * 60 + [2] * 20 + [4] * 10 + [9] * 10
    cuts = cut_points(ones, ones, ones)

    assert cuts.purchases == (1.0, 1.0, 1.0, 2.0)
    assert scores(cuts, [1, 2, 3, 9], [1, 2, 3, 9], [1, 2, 3, 9])[1].tolist() == [1, 4, 5, 5]


def test_times_are_days_of_the_business(business: Business) -> None:
    Business.objects.update(time_zone="Asia/Tokyo")
    late = datetime(2026, 3, 1, 22, tzinfo=UTC)
    an_order(a_person("Ada"), at=late)
    refresh_mirror()
    refresh_worth()

    assert known()[0]["first_on"].isoformat() == "2026-03-02"
