"""Telling people apart: whoever nothing is known of stands in the group without a name, never in none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.insights.metrics.grouping import OF_PEOPLE, OF_PRODUCTS, grouped, known_groupings
from regulars.insights.metrics.predicting import histories
from regulars.insights.tests.invented import UNTIL, Invented, a_line, an_ask, an_order
from regulars.kit.metrics import GROUP

UNKNOWN = ("stage", "health", "country", "team_id", "acquired_channel", "acquired_campaign")


@pytest.fixture(scope="module")
def shop() -> Invented:
    """Customers of whom nothing is known, one whose row is gone, one whose money came back, and one who bought on the last day."""
    days = [UNTIL - timedelta(days=ago) for ago in (900, 400, 30, 1)]
    orders = [an_order(n, day) for n, day in enumerate(days, 1)]
    orders += [
        an_order(5, days[1]), an_order(6, days[2], 1000, refunded_minor=1000), an_order(6, days[3], 0), an_order(None, days[0]),
    ]  # fmt: skip
    people = [{"person_id": n, **dict.fromkeys(UNKNOWN)} for n in (1, 2, 3, 4, 6)]
    lines = [a_line(orders[0], 1), a_line(orders[1], 99)]
    return Invented(
        orders=orders, people=people, lines=lines, products=[{"product_id": 1, "name": "Tea", "sku": "T"}]
    )


@pytest.mark.parametrize("by", [*OF_PEOPLE, "first_product"])
@pytest.mark.parametrize("step", ["day", "week", "month", "quarter", "year"])
def test_nobody_is_told_apart_into_nothing(shop: Invented, by: str, step: str) -> None:
    ask = an_ask(group=by, step=step)

    found = shop.run(grouped(histories(shop, ask.until), shop, ask))

    assert found.num_rows
    assert found[GROUP].null_count == 0
    assert set(found["person_id"].to_pylist()) <= {1, 2, 3, 4, 5}


def test_every_grouping_of_people_is_looked_at() -> None:
    assert {*OF_PEOPLE, *OF_PRODUCTS, "first_product", "period"} == set(known_groupings())
