from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.insights.engine.intervals import newcombe
from regulars.insights.tests.invented import UNTIL, Invented, a_line, an_ask, an_order, told

START = date(2024, 1, 1)
baskets = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 300), st.sets(st.integers(1, 5), min_size=1, max_size=4)),
    min_size=1,
    max_size=25,
)


def a_product(number: int) -> dict[str, Any]:
    return {
        "product_id": number,
        "sku": f"S{number}",
        "name": f"Thing {number}",
        "kind_id": number,
        "kind": f"Kind {number}",
    }


def name(number: int) -> str:
    return f"Thing {number} · S{number}"


def shop_of(rows: list[tuple[int, int, set[int]]]) -> Invented:
    orders = [an_order(person, START + timedelta(days=day)) for person, day, _items in rows]
    lines = [a_line(order, item) for order, row in zip(orders, rows, strict=True) for item in row[2]]
    return Invented(orders=orders, lines=lines, products=[a_product(number) for number in range(1, 6)])


def pairs_of(
    here: dict[Any, set[int]], there: dict[Any, set[int]]
) -> dict[tuple[str, str], tuple[int, int, float]]:
    """Count pairs slowly: n, k and lift of each."""
    first = Counter(item for items in here.values() for item in items)
    other = Counter(item for key, items in there.items() if key in here for item in items)
    both = Counter(
        (one, two) for key, items in here.items() for one in items for two in there.get(key, ()) if one != two
    )
    return {
        (name(one), name(two)): (first[one], k, pytest.approx((k / first[one]) / (other[two] / len(here))))
        for (one, two), k in both.items()
    }


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(baskets)
def test_pairs_are_what_a_slow_count_says(rows: list[tuple[int, int, set[int]]]) -> None:
    tables = shop_of(rows)
    ask = an_ask(group="product", chosen=(("pairs", 1),))
    orders = {place: row[2] for place, row in enumerate(rows)}
    days: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for person, day, items in rows:
        days[person][day] |= items
    here, there = {}, {}
    for person, bought in days.items():
        for place, (one, two) in enumerate(zip(sorted(bought), sorted(bought)[1:], strict=False)):
            here[person, place], there[person, place] = bought[one], bought[two]

    together = told("bought_with", ask, tables).figures
    following = told("bought_next", ask, tables).figures

    assert {(one.group, one.more["other"]): (one.n, one.k, one.value) for one in together} == pairs_of(
        orders, orders
    )
    assert {(one.group, one.more["other"]): (one.n, one.k, one.value) for one in following} == pairs_of(
        here, there
    )


def test_a_pair_that_may_be_chance_is_called_so() -> None:
    rows = [(number, number, {1, 2}) for number in range(30)]
    rows += [(100 + number, number, {3} if number % 2 else {4, 3}) for number in range(30)]

    found = told("bought_with", an_ask(group="product"), shop_of(rows)).figures

    assert {(one.group, one.more["other"]): one.more["is_noise"] for one in found} == {
        (name(one), name(two)): False for pair in ((1, 2), (3, 4)) for one, two in permutations(pair)
    }
    by_chance = [(number, number, {1 + number % 2, 3 + number // 2 % 2}) for number in range(40)]
    again = told("bought_with", an_ask(group="product"), shop_of(by_chance)).figures
    assert {one.more["is_noise"] for one in again} == {True}


def test_first_products_that_make_regulars_stand_beside_all_others() -> None:
    rows = [(person, 10 * time, {1}) for person in range(1, 41) for time in range(3 if person <= 30 else 1)]
    rows += [
        (person, 10 * time, {2}) for person in range(41, 141) for time in range(3 if person <= 50 else 1)
    ]

    figures = told("first_products", an_ask(group="product"), shop_of(rows)).figures

    first = figures[0]
    assert (first.group, first.k, first.n, first.more["others"], first.more["is_noise"]) == (
        name(1),
        30,
        40,
        0.1,
        False,
    )
    apart = newcombe(30, 40, 10, 100)
    assert (first.more["apart_low"], first.more["apart_high"]) == pytest.approx((apart.low, apart.high))


def test_only_purchases_old_enough_tell_who_came_back_after_a_product() -> None:
    recent = (UNTIL - START).days - 20
    rows = [(1, 0, {1}), (1, 50, {2}), (2, 0, {1}), (2, 300, {2}), (3, recent, {1})]

    figures = told("product_repurchase", an_ask(group="product"), shop_of(rows)).figures

    assert [(one.group, one.k, one.n) for one in figures] == [(name(1), 1, 2), (name(2), 0, 2)]


def test_returns_are_counted_by_line_and_reasons_by_refund() -> None:
    order = an_order(1, date(2025, 3, 1))
    lines = [a_line(order, 1), a_line(order, 1, refunded_quantity=1.0), a_line(order, 2)]
    refunds = [
        {"refund_id": number, "person_id": 1, "day": date(2025, 3, 9), "amount_minor": 100, "reason": reason}
        for number, reason in enumerate(["broken", "broken", ""])
    ]
    tables = Invented(orders=[order], lines=lines, refunds=refunds, products=[a_product(1), a_product(2)])

    rate = told("return_rate", an_ask(group="product"), tables).figures
    reasons = told("return_reasons", an_ask(), tables).figures

    assert [(one.group, one.k, one.n) for one in rate] == [(name(1), 1, 2), (name(2), 0, 1)]
    assert [(one.more["label"], one.k, one.n) for one in reasons] == [("broken", 2, 3), ("", 1, 3)]


def test_demand_counts_pieces_month_by_month() -> None:
    orders = [an_order(1, date(2025, 3, 1)), an_order(2, date(2025, 4, 1))]
    lines = [a_line(orders[0], 1, quantity=3.0), a_line(orders[1], 1, quantity=5.0), a_line(orders[1], 2)]
    tables = Invented(orders=orders, lines=lines, products=[a_product(1), a_product(2)])

    all_of_it = told("demand", an_ask(group="period"), tables).figures
    single = told("demand", an_ask(group="period", chosen=(("product", 1),)), tables).figures

    assert [(one.group, one.value) for one in all_of_it] == [("2025-03", 3), ("2025-04", 6)]
    assert [one.value for one in single] == [3, 5]
