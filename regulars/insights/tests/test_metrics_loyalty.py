from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from math import floor
from statistics import median
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.insights.engine.engagement import engagement_index, raw_engagement
from regulars.insights.engine.rfm import cut_points, group_of
from regulars.insights.engine.rfm import scores as score
from regulars.insights.metrics.engaging import indexes
from regulars.insights.metrics.scoring import scores
from regulars.insights.queries.answers import find_metric
from regulars.insights.tests.invented import (
    UNTIL,
    Invented,
    a_line,
    a_person,
    an_ask,
    an_order,
    told,
    value_of,
)

YEAR = an_ask(since=date(2025, 1, 1))
Bought = dict[int, dict[date, int]]
some_orders = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 720), st.integers(1, 5_000)), min_size=1, max_size=40
)


def on(day: int) -> date:
    return date(2024, 1, 1) + timedelta(days=day)


def shop_of(rows: list[tuple[int, int, int]]) -> tuple[Invented, Bought]:
    """Return the same purchases as facts and as plain dictionaries."""
    bought: Bought = defaultdict(lambda: defaultdict(int))
    for person, day, money in rows:
        bought[person][on(day)] += money
    return Invented(orders=[an_order(person, on(day), money) for person, day, money in rows]), bought


def in_year(bought: Bought) -> Bought:
    kept = {
        who: {day: money for day, money in days.items() if day >= date(2025, 1, 1)}
        for who, days in bought.items()
    }
    return {who: days for who, days in kept.items() if days}


def gaps_of(days: dict[date, int]) -> list[int]:
    return [(later - earlier).days for earlier, later in pairwise(sorted(days))]


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(some_orders)
def test_counts_of_purchases_are_what_a_slow_count_says(rows: list[tuple[int, int, int]]) -> None:
    tables, bought = shop_of(rows)
    year = in_year(bought)
    days = [len(one) for one in year.values()]
    spent = [sum(one.values()) for one in year.values()]
    ended = [
        (later - earlier).days
        for one in bought.values()
        for earlier, later in pairwise(sorted(one))
        if later >= date(2025, 1, 1)
    ]
    repeat = sum(money for who, one in year.items() for day, money in one.items() if day > min(bought[who]))
    loyal = [len(bought[who]) >= 5 for who in year]

    assert value_of("purchases_per_customer", YEAR, tables) == (
        pytest.approx(np.mean(days)) if days else None
    )
    assert value_of("sales_per_customer", YEAR, tables) == (pytest.approx(np.mean(spent)) if spent else None)
    assert value_of("repurchase_rate", YEAR, tables) == (
        pytest.approx(np.mean([n > 1 for n in days])) if days else None
    )
    assert value_of("five_purchase_loyalty", YEAR, tables) == (
        pytest.approx(np.mean(loyal)) if loyal else None
    )
    assert value_of("repeat_share", YEAR, tables) == (pytest.approx(repeat / sum(spent)) if spent else None)
    assert value_of("time_between_orders", YEAR, tables) == (median(ended) if ended else None)


def still_a_customer(days: dict[date, int], day: date, pause: float) -> bool:
    before = [one for one in days if one < day]
    return bool(before) and (day - max(before)).days <= floor(pause)


@settings(max_examples=8, deadline=None)
@given(some_orders)
def test_retention_follows_everyones_own_rhythm(rows: list[tuple[int, int, int]]) -> None:
    tables, bought = shop_of(rows)
    every = [gap for days in bought.values() for gap in gaps_of(days)]
    usual = float(np.quantile(every, 0.9)) if every else 10_000_000.0
    pauses = {
        who: float(np.quantile(gaps_of(days), 0.9)) if len(days) > 3 else usual
        for who, days in bought.items()
    }
    start = [who for who, days in bought.items() if still_a_customer(days, date(2025, 1, 1), pauses[who])]
    kept = [who for who in start if still_a_customer(bought[who], UNTIL, pauses[who])]

    figures = told("customer_retention", YEAR, tables).figures

    assert [(one.n, one.k) for one in figures] == ([(len(start), len(kept))] if start else [])
    if start:
        assert value_of("customer_churn", YEAR, tables) == pytest.approx(1 - len(kept) / len(start))


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(some_orders)
def test_movement_adds_up_and_retention_counts_only_who_bought_before(
    rows: list[tuple[int, int, int]],
) -> None:
    tables, bought = shop_of(rows)
    last, before = date(2025, 1, 1), date(2024, 1, 2)
    now = {who: sum(m for day, m in days.items() if day >= last) for who, days in bought.items()}
    then = {who: sum(m for day, m in days.items() if before <= day < last) for who, days in bought.items()}
    start = sum(then.values())

    figures = told("sales_movement", YEAR, tables).figures

    if figures:
        more = figures[0].more
        assert figures[0].value == more["new"] + more["back"] + more["up"] + more["down"] + more["lost"]
        assert more["end"] == sum(now.values())
        assert more["start"] == start
    if start:
        net = sum(now[who] for who, money in then.items() if money) / start
        gross = sum(min(now[who], money) for who, money in then.items() if money) / start
        assert value_of("net_revenue_retention", YEAR, tables) == pytest.approx(net)
        assert value_of("gross_revenue_retention", YEAR, tables) == pytest.approx(gross)


def test_the_published_example_of_revenue_retention_holds() -> None:
    then, now = date(2024, 6, 1), date(2025, 6, 1)
    spent = {1: (40, 55), 2: (30, 30), 3: (22, 17), 4: (8, 0), 5: (0, 20)}
    orders = [
        an_order(who, day, money)
        for who, both in spent.items()
        for day, money in zip((then, now), both, strict=True)
        if money
    ]
    tables = Invented(orders=orders)

    assert value_of("net_revenue_retention", YEAR, tables) == pytest.approx(1.02)
    assert value_of("gross_revenue_retention", YEAR, tables) == pytest.approx(0.87)
    more = told("sales_movement", YEAR, tables).figures[0].more
    assert (more["new"], more["up"], more["down"], more["lost"]) == (20, 15, -5, -8)


def a_subscription(
    number: int, start: date, end: date | None = None, amount: int = 100, **more: Any
) -> dict[str, Any]:
    return {
        "subscription_id": number, "person_id": number, "status": "active", "amount_minor": amount, "currency": "EUR",
        "interval": "month", "started_on": start, "ended_on": end, **more,
    }  # fmt: skip


def test_subscribers_are_kept_or_lost_by_their_contracts() -> None:
    old = date(2024, 3, 1)
    rows = [a_subscription(number, old) for number in range(1, 961)]
    rows += [a_subscription(number, old, date(2025, 5, 1)) for number in range(961, 1001)]
    rows += [a_subscription(number, date(2025, 2, 1)) for number in range(1001, 1051)]
    rows += [a_subscription(2000, old, status="trial")]
    tables = Invented(subscriptions=rows)

    assert value_of("subscriber_retention", YEAR, tables) == pytest.approx(0.96)
    assert value_of("subscriber_churn", YEAR, tables) == pytest.approx(0.04)
    assert value_of("subscription_net_retention", YEAR, tables) == pytest.approx(0.96)


def test_a_cohort_is_shown_as_far_as_time_has_gone_and_the_running_month_is_marked() -> None:
    orders = [
        an_order(1, date(2025, 10, 5), 400),
        an_order(2, date(2025, 10, 9), 200),
        an_order(1, date(2025, 12, 3), 100),
    ]
    ask = an_ask(until=date(2025, 12, 20), group="cohort")

    people = told("cohort_retention", ask, Invented(orders=orders)).figures
    sales = told("cohort_sales", ask, Invented(orders=orders)).figures

    assert [(one.group, one.more["step"], one.k, one.n, one.more["is_whole"]) for one in people] == [
        ("2025-10", 0, 2, 2, True), ("2025-10", 1, 0, 2, True), ("2025-10", 2, 1, 2, False),
    ]  # fmt: skip
    assert [(one.value, one.more["so_far"]) for one in sales] == [(300, 300), (0, 300), (50, 350)]


@settings(max_examples=6, deadline=None)
@given(some_orders)
def test_scores_and_names_are_those_of_the_engine(rows: list[tuple[int, int, int]]) -> None:
    tables, bought = shop_of(rows)
    who = sorted(bought)
    days = [(UNTIL - max(bought[one])).days for one in who]
    often = [len(bought[one]) for one in who]
    spend = [sum(bought[one].values()) for one in who]
    three = score(cut_points(days, often, spend), days, often, spend)

    found = tables.run(scores(tables, an_ask())).sort_by("person_id").to_pylist()

    expected = [tuple(int(part[place]) for part in three) for place in range(len(who))]
    assert [(one["recency"], one["frequency"], one["money"]) for one in found] == expected
    assert [one["rfm"] for one in found] == [group_of(*one) for one in expected]


def test_engagement_is_the_worked_example() -> None:
    day = UNTIL
    touched = [
        {"touchpoint_id": number, "person_id": 1, "kind": kind, "day": day - timedelta(days=age)}
        for number, (kind, age) in enumerate(
            [("message.received", 30), *[("link.clicked", 60)] * 3, ("message.opened", 1)]
        )
    ]
    tables = Invented(orders=[an_order(1, day - timedelta(days=15))], touchpoints=touched)
    raw = raw_engagement(["order", "reply", "click", "click", "click"], [15, 30, 60, 60, 60])

    found = tables.run(indexes(tables, an_ask(), day)).to_pylist()

    assert found == [
        {"person_id": 1, "raw": pytest.approx(9.82, abs=0.005), "engagement": pytest.approx(90.0)}
    ]
    assert engagement_index([raw], 24)[0] == pytest.approx(61.0, abs=0.05)


def test_upsell_counts_kinds_and_leaves_out_what_was_given_back() -> None:
    products = [
        {"product_id": number, "sku": str(number), "name": "Thing", "kind_id": kind, "kind": "Kind"}
        for number, kind in ((1, 1), (2, 2), (3, 1))
    ]
    first, later = an_order(1, date(2025, 1, 5)), an_order(1, date(2025, 2, 5))
    alone, undone = an_order(2, date(2025, 1, 5)), an_order(3, date(2025, 1, 5))
    lines = [
        a_line(first, 1), a_line(later, 2, 300), a_line(later, 3, 700), a_line(alone, 1), a_line(undone, 1),
        a_line(undone, 2, refunded_quantity=1.0, refunded_minor=1000),
    ]  # fmt: skip
    tables = Invented(orders=[first, later, alone, undone], lines=lines, products=products)

    figure = told("upsell_ratio", YEAR, tables).figures[0]

    assert (figure.value, figure.n, figure.more["several"], figure.more["one"]) == (0.5, 3, 1, 2)
    assert value_of("upsell_share", YEAR, tables) == pytest.approx(0.3)


def test_a_small_group_is_marked_and_a_figure_opens_its_people() -> None:
    people = [a_person(1, acquired_channel="mail"), a_person(2, acquired_channel="ads")]
    orders = [an_order(1, date(2025, 1, 5)), an_order(1, date(2025, 3, 5)), an_order(2, date(2025, 1, 5))]
    tables = Invented(people=people, orders=orders)
    ask = an_ask(since=date(2025, 1, 1), group="channel", only="mail")

    figure = told("repurchase_rate", ask, tables).figures

    assert [(one.group, one.k, one.n, one.is_small) for one in figure] == [("mail", 1, 1, True)]
    metric = find_metric("repurchase_rate")
    assert metric.people
    assert tables.run(metric.people(tables, ask)).to_pylist() == [{"person_id": 1}]
