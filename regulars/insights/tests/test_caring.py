"""Received wisdom tested, costs beside value back, and goals: as the business sees them."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import ModuleType

import pytest

from regulars.insights.actions.caring import (
    change_cost,
    change_goal,
    delete_cost,
    enter_cost,
    fix_definitions,
    record_deed,
    set_goal,
)
from regulars.insights.actions.mirror import refresh_mirror
from regulars.insights.facts.reading import Facts, open_facts
from regulars.insights.metrics.answering_cost import ANSWERING_COST
from regulars.insights.models import Goal
from regulars.insights.queries import caring as caring_query
from regulars.insights.queries import scorecard as scorecard_query
from regulars.insights.queries import wisdom as wisdom_query
from regulars.insights.queries.answers import Figure, find_metric
from regulars.insights.queries.caring import caring
from regulars.insights.queries.definitions import defined
from regulars.insights.queries.scorecard import scorecard, state_of
from regulars.insights.queries.wisdom import CLAIMS, judge, wisdom
from regulars.insights.queries.wishes import counting
from regulars.insights.tests.invented import Invented, a_person, an_ask, an_order, told, value_of
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.metrics import metrics
from regulars.kit.refused import Invalid
from regulars.team.models import AuditEntry, Member
from tests.cast import a_person as a_customer
from tests.cast import an_order as a_sale

DAY = date(2025, 6, 1)
TODAY = now().date()
CLAIM = {claim.name: claim for claim in CLAIMS}


@pytest.mark.parametrize("module", [caring_query, scorecard_query, wisdom_query])
def test_the_examples_hold(module: ModuleType) -> None:
    tested = doctest.testmod(module)

    assert tested.attempted
    assert tested.failed == 0


def test_every_claim_names_a_measure_or_says_what_is_wanting() -> None:
    for claim in CLAIMS:
        assert claim.metric in metrics() or claim.wanting
        assert claim.source
        if claim.metric:
            assert "41 %" in str(claim.here) % {"own": "41 %"}


def test_a_claim_is_judged_in_plain_words() -> None:
    claim = CLAIM["repeat_spend"]

    less = judge(claim, Figure("", 0.41, 900, low=0.30, high=0.52))
    fits = judge(claim, Figure("", 0.60, 900, low=0.50, high=0.70))
    few = judge(claim, Figure("", 0.60, 12, low=0.50, high=0.70))

    assert (less.verdict, less.words) == (
        "less",
        "Here, repeat customers spend 41 % more per order, not 67 %.",
    )
    assert (fits.verdict, few.verdict) == ("fits", "too_few")
    assert few.value is None
    assert judge(claim, None).verdict == "too_few"


def test_repeat_orders_beside_first_ones() -> None:
    orders = [an_order(n, DAY, 3000) for n in range(40)] + [
        an_order(n, DAY + timedelta(days=9), 4200) for n in range(20)
    ]

    found = told("repeat_order_uplift", an_ask(), Invented(orders=orders)).figures[0]

    assert (found.value, found.n, found.more["orders"]) == (pytest.approx(0.4), 40, 20)
    assert (found.low, found.high) == (pytest.approx(0.4), pytest.approx(0.4))


def test_times_as_likely_as_the_worked_example() -> None:
    """30 of 100 loyal and 20 of 200 others: 3 times, and Katz's interval 1.80 to 5.01."""
    early, later = DAY, date(2025, 12, 1)
    orders = [an_order(n, early + timedelta(days=day)) for n in range(100) for day in range(3)]
    orders += [an_order(n, early) for n in range(100, 300)]
    orders += [an_order(n, later) for n in (*range(30), *range(100, 120))]

    found = told("loyal_buy_again", an_ask(), Invented(orders=orders)).figures[0]

    assert (found.value, found.n, found.more["others_n"]) == (pytest.approx(3.0), 100, 200)
    assert (round(found.low or 0, 2), round(found.high or 0, 2)) == (1.80, 5.01)


def test_value_back_and_cost_of_answering_as_their_examples() -> None:
    orders = [
        an_order(1, DAY, 10_000),
        an_order(1, DAY + timedelta(days=1), 80_000),
        an_order(2, DAY, 20_000),
    ]
    shop = Invented(
        orders=orders,
        people=[a_person(1), a_person(2, acquired_channel="friend")],
        conversations=[
            {"person_id": 1, "day": DAY, "first_answered_at": datetime(2025, 6, 2, tzinfo=UTC)}
            for _n in range(1000)
        ],
    )

    assert value_of("value_back", an_ask(chosen=(("margin", 0.5),)), shop) == 50_000
    assert value_of("answering_cost", an_ask(chosen=(("hourly_minor", 3000.0),)), shop) == 300_000


@pytest.fixture
def shop(olga: Member) -> Iterator[Facts]:
    """Forty customers of whom thirty came back for 20, and one new one."""
    for number in range(40):
        customer = a_customer(f"Ada {number}")
        a_sale(customer, at=now() - timedelta(days=400), total="10")
        if number < 30:
            a_sale(customer, at=now() - timedelta(days=100), total="20")
    a_sale(a_customer("Eve"), at=now() - timedelta(days=50), total="10")
    refresh_mirror()
    with open_facts() as facts:
        yield facts


@pytest.mark.slow
@pytest.mark.django_db
def test_costs_beside_value_back(shop: Facts, olga: Member, by_olga: Actor) -> None:
    year = {"first_on": TODAY - timedelta(days=100), "last_on": TODAY - timedelta(days=1)}
    said = {**year, "kind": "gifts", "aim": "keep", "programme": "Birthday", "amount_minor": 10_000}
    cost = enter_cost(said, by=by_olga, at=now())
    enter_cost({**year, "kind": "spend", "aim": "win", "amount_minor": 5_000}, by=by_olga, at=now())

    found = caring(counting(shop, olga), an_ask(TODAY))

    assert (found.whole.cost_minor, found.whole.back and found.whole.back.value) == (10_000, 60_000)
    assert found.whole.roi == 5.0
    assert (found.whole.roi_low or 0) < 5.0 < (found.whole.roi_high or 0)
    assert [(one.name, one.roi) for one in found.programmes] == [("Birthday", None)]
    assert (found.win.people, found.win.each) == (1, 5_000)
    assert [(one.kind, one.minor) for one in found.spent] == [("gifts", 10_000), ("spend", 5_000)]

    change_cost(cost, {"amount_minor": 20_000}, by=by_olga)
    assert caring(counting(shop, olga), an_ask(TODAY)).whole.roi == 2.0
    delete_cost(cost, by=by_olga, at=now())
    assert caring(counting(shop, olga), an_ask(TODAY)).whole.roi is None
    assert AuditEntry.objects.filter(action="cost.changed").count() == 4


@pytest.mark.django_db
def test_a_cost_that_cannot_be_is_refused_by_field(by_olga: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        enter_cost(
            {"first_on": TODAY, "last_on": TODAY - timedelta(days=1), "amount_minor": -1},
            by=by_olga,
            at=now(),
        )

    assert set(refused.value.fields) == {"kind", "aim", "amount_minor", "last_on"}


@pytest.mark.slow
@pytest.mark.django_db
def test_a_goal_stands_between_baseline_and_target(shop: Facts, olga: Member, by_olga: Actor) -> None:
    said = {
        "metric": "return_on_relationship", "baseline": 0.5, "baseline_on": TODAY - timedelta(days=50), "target": 1.0,
        "due_on": TODAY + timedelta(days=50), "owner_id": olga.pk,
    }  # fmt: skip
    goal = record_deed(
        set_goal(said, by=by_olga, at=now()), "Write to all", on=TODAY - timedelta(days=200), by=by_olga
    )

    found = scorecard(counting(shop, olga), TODAY)[0]

    assert found.figure
    assert found.figure.value == pytest.approx(30 / 41)
    assert (found.way, found.time, found.state) == (
        pytest.approx((30 / 41 - 0.5) / 0.5, abs=1e-6),
        0.5,
        "behind",
    )
    assert (found.deeds[0].text, found.deeds[0].then) == ("Write to all", 0.0)
    change_goal(goal, {"target": 0.7}, by=by_olga)
    assert scorecard(counting(shop, olga), TODAY)[0].state == "reached"


def test_a_goal_that_ran_out_of_time_is_missed() -> None:
    goal = Goal(baseline=10.0, target=5.0, baseline_on=DAY, due_on=DAY + timedelta(days=10))

    assert state_of(goal, 0.9, DAY + timedelta(days=11)) == "missed"
    assert state_of(goal, 0.9, DAY + timedelta(days=5)) == "on_the_way"
    assert state_of(goal, None, DAY) == "unknown"


@pytest.mark.django_db
def test_definitions_are_fixed_for_every_measure_that_leaves_them_open(by_olga: Actor) -> None:
    fix_definitions({"help_order": 0, "referral_channels": ["Messe"], "hourly_minor": 3000}, by=by_olga)

    asked = defined(find_metric("return_on_relationship"), an_ask())
    assert dict(asked.chosen) == {"help_order": 0.0}
    assert dict(asked.worded) == {"referral_channels": ("Messe",)}
    assert dict(defined(ANSWERING_COST, an_ask()).chosen) == {"hourly_minor": 3000.0}
    with pytest.raises(Invalid):
        fix_definitions({"help_order": "yes", "no_such": 1}, by=by_olga)
    fix_definitions({"help_order": None}, by=by_olga)
    assert dict(defined(find_metric("return_on_relationship"), an_ask()).chosen) == {}


@pytest.mark.slow
@pytest.mark.django_db
def test_wisdom_is_tested_on_the_shop(shop: Facts, olga: Member) -> None:
    found = {one.claim.name: one for one in wisdom(counting(shop, olga), an_ask(TODAY))}

    assert found["repeat_spend"].words == "Here, repeat customers spend 100 % more per order, not 67 %."
    assert found["birthday"].verdict == "no_facts"
    assert found["three_bad"].verdict == "too_few"
