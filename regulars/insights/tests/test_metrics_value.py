from __future__ import annotations

from datetime import date, timedelta
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.insights.engine.clv.valuation import summarise
from regulars.insights.metrics.predicting import histories
from regulars.insights.tests.invented import UNTIL, Invented, a_person, an_ask, an_order, told, value_of

some_orders = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 720), st.integers(1, 5_000)), min_size=1, max_size=40
)


def on(day: int) -> date:
    return date(2024, 1, 1) + timedelta(days=day)


def a_shop(size: int = 300, seed: int = 5) -> Invented:
    """Customers who buy at rates of their own, and leave."""
    chance = np.random.default_rng(seed)
    orders: list[dict[str, Any]] = []
    for person in range(1, size + 1):
        rate, day = chance.gamma(0.8, 0.02), float(chance.integers(0, 400))
        money = chance.gamma(6, 500)
        while day < 730:
            orders.append(an_order(person, on(int(day)), max(int(chance.gamma(6, money / 6)), 1)))
            day += chance.exponential(1 / max(rate, 1e-6))
            if chance.random() < 0.15:
                break
    people = [
        a_person(number, acquired_channel="mail" if number % 2 else "ads") for number in range(1, size + 1)
    ]
    return Invented(orders=orders, people=people)


@settings(max_examples=10, deadline=None)
@given(some_orders)
def test_histories_are_those_of_the_engine(rows: list[tuple[int, int, int]]) -> None:
    tables = Invented(orders=[an_order(person, on(day), money) for person, day, money in rows])
    person, day, money = (np.array(values) for values in zip(*rows, strict=True))
    ids, who = summarise(person, day, money.astype(float), (UNTIL - date(2024, 1, 1)).days - 1)

    found = tables.run(histories(tables, UNTIL)).sort_by("person_id")

    assert who.spend is not None
    assert found["person_id"].to_pylist() == ids.tolist()
    assert found["frequency"].to_pylist() == who.frequency.tolist()
    assert found["recency"].to_pylist() == who.recency.tolist()
    assert found["age"].to_pylist() == who.age.tolist()
    assert found["spend"].to_pylist() == pytest.approx(who.spend.tolist())


def test_groups_are_valued_by_one_model_and_add_up() -> None:
    tables = a_shop()

    whole = told("predicted_value", an_ask(), tables).figures[0]
    parts = told("predicted_value", an_ask(group="channel"), tables).figures
    half = told("predicted_value", an_ask(chosen=(("margin", 0.5),)), tables).figures[0]

    assert whole.more["method"] in {"bgnbd", "mbgnbd"}
    assert sum(one.more["total"] for one in parts) == pytest.approx(whole.more["total"], rel=1e-6)
    assert {one.group for one in parts} == {"mail", "ads"}
    assert half.value == pytest.approx((whole.value or 0) / 2)
    assert whole.low is not None
    assert whole.high is not None
    assert whole.value is not None
    assert whole.low < whole.value < whole.high


def test_too_thin_data_are_refused_with_a_reason_and_valued_by_their_mean() -> None:
    orders = [an_order(1, on(0)), an_order(1, on(100)), an_order(2, on(50))]
    tables = Invented(orders=orders)

    figure = told("predicted_value", an_ask(), tables).figures[0]
    active = told("active_share", an_ask(), tables).figures[0]

    assert (figure.more["method"], figure.more["refused"]) == ("group_mean", "few_customers")
    assert figure.more["says"] == "There are too few customers for a model."
    assert figure.value is not None
    assert active.value is None


def test_nobody_bought_is_no_figure() -> None:
    for name in (
        "predicted_value",
        "expected_purchases",
        "active_share",
        "acquisition_limit",
        "forecast_backtest",
    ):
        assert value_of(name, an_ask(), Invented()) is None


def test_the_backtest_says_month_by_month_what_came() -> None:
    tables = a_shop()
    ask = an_ask(group="period", chosen=(("months", 3),))

    months = told("forecast_backtest", ask, tables).figures

    assert len(months) == 3
    assert [one.more["actual"] for one in months] == sorted(one.more["actual"] for one in months)
    last = months[-1]
    assert last.more["error"] == pytest.approx((last.value or 0) / last.more["actual"] - 1)


def test_a_new_customer_may_cost_what_the_first_purchase_and_the_later_ones_bring() -> None:
    figure = told("acquisition_limit", an_ask(), a_shop()).figures[0]

    assert figure.value == pytest.approx(figure.more["first_purchase"] + figure.more["later_purchases"])
    assert figure.more["later_purchases"] > 0


def test_payback_allows_for_those_who_leave() -> None:
    # A thousand customers bring 30.00 a month; each month 2.5 % of them have left. Winning one cost 200.00.
    start = UNTIL - timedelta(days=600)
    orders = [
        an_order(person, start + timedelta(days=ceil(30.4375 * month)), 3_000)
        for month in range(12)
        for person in range(1, round(1000 * 0.975**month) + 1)
    ]
    people = [
        a_person(number, acquired_cost_minor=20_000, acquired_currency="EUR") for number in range(1, 1001)
    ]
    tables = Invented(orders=orders, people=people)

    assert value_of("acquisition_cost", an_ask(), tables) == 20_000
    assert value_of("payback_months", an_ask(), tables) == 8
    brought = sum(3_000 * round(1000 * 0.975**month) / 1000 for month in range(12))
    assert value_of("first_months_value", an_ask(), tables) == pytest.approx(brought)
    assert value_of("value_to_cost", an_ask(), tables) == pytest.approx(brought / 20_000)


def test_young_customers_lower_no_later_month() -> None:
    old, young = UNTIL - timedelta(days=100), UNTIL - timedelta(days=40)
    orders = [
        an_order(1, old, 4_000),
        an_order(1, old + timedelta(days=45), 1_000),
        an_order(2, young, 4_000),
    ]

    figure = told("first_months_value", an_ask(), Invented(orders=orders)).figures[0]

    assert (figure.value, figure.n, figure.more["months"], figure.more["is_whole"]) == (5_000, 2, 3, False)


def test_simple_value_counts_on_customers_who_are_old_enough() -> None:
    orders = [
        an_order(1, on(0), 400),
        an_order(1, on(30), 600),
        an_order(1, on(60), 500),
        an_order(2, UNTIL - timedelta(days=5), 500),
    ]

    figure = told("simple_value", an_ask(), Invented(orders=orders)).figures[0]

    assert (figure.more["average_sale"], figure.more["expected_purchases"], figure.value) == (500, 3, 1_500)
    assert (figure.more["counted_on"], figure.more["old"]) == ("old enough", 1)


def test_the_share_that_comes_later_is_that_of_whole_first_years() -> None:
    orders = [
        an_order(1, on(0), 4_000),
        an_order(1, on(100), 3_000),
        an_order(1, on(360), 3_000),
        an_order(1, on(400), 9_000),
    ]
    orders += [an_order(2, UNTIL - timedelta(days=90), 1_000)]

    assert value_of("later_share", an_ask(), Invented(orders=orders)) == pytest.approx(0.6)


def test_a_subscriber_is_worth_the_published_sum() -> None:
    old = date(2025, 11, 20)
    rows = [
        {"subscription_id": number, "person_id": number, "status": "active", "amount_minor": 5_000, "currency": "EUR",
         "interval": "month", "started_on": old, "ended_on": date(2025, 12, 20) if number <= 20 else None}
        for number in range(1, 101)
    ]  # fmt: skip
    ask = an_ask(since=UNTIL - timedelta(days=30), chosen=(("discount", 0.1),))

    figure = told("subscription_value", ask, Invented(subscriptions=rows)).figures[0]

    stays = 0.8 ** (30.4375 / 30)
    assert figure.more["retention"] == pytest.approx(stays)
    assert figure.value == pytest.approx(5_000 * stays / (1.1 - stays))
    assert figure.more["paid_now"] == pytest.approx(5_000 * 1.1 / (1.1 - stays))


def test_the_shops_formula_multiplies_its_parts() -> None:
    figure = told("shop_value", an_ask(), a_shop()).figures[0]

    more = figure.more
    assert figure.value == pytest.approx(more["average_order"] * more["orders_a_year"] / more["churn"])
