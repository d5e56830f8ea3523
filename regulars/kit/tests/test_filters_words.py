from __future__ import annotations

from typing import Any

import pytest

from regulars.kit.filters import catalogue, chips, sentence
from regulars.kit.tests import filters_world as world

ASKER = world.ASKERS[0]


@pytest.fixture(autouse=True)
def _world() -> None:
    world.register()


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({}, "Everything"),
        ({"field": "stage", "op": "is", "value": "acquired"}, "Stage is Acquired"),
        ({"field": "stage", "op": "any_of", "value": ["acquired", "advocate"]}, "Stage is Acquired or Advocate"),
        ({"field": "labels", "op": "has_all", "value": [1, "Blue", 3]}, "Labels has Red, Blue and Green"),
        ({"field": "is_vip", "op": "is", "value": False}, "Is_vip is no"),
        ({"field": "visits", "op": "between", "value": [1, 5]}, "Visits is between 1 and 5"),
        ({"field": "revenue", "op": "gte", "value": 1250}, "Revenue is at least 12.50\xa0€"),
        ({"field": "born", "op": "anniversary_within_days", "value": 1}, "Born comes round in the next 1 day"),
        ({"field": "keeper", "op": "is", "value": "me"}, "Keeper is me"),
        ({"field": "tags", "op": "empty"}, "Tags is empty"),
        ({"not": {"field": "name", "op": "contains", "value": "x"}}, "Not (name contains “x”)"),
        ({"did": "order.placed"}, "Ordered"),
        ({"did": "order.placed", "never": True}, "Never ordered"),
        ({"did": "order.placed", "at_least": 3, "within_days": 90}, "Ordered at least 3 times in the last 90 days"),
        ({"did": "order.placed", "at_most": 1}, "Ordered at most 1 time"),
        ({"did": "order.placed", "exactly": 2}, "Ordered exactly 2 times"),
        ({"did": "order.placed", "at_least": 2, "at_most": 4}, "Ordered 2 to 4 times"),
        (
            {"did": "order.placed", "between": ["2024-01-01", "2024-02-01"], "where": {"field": "channel", "op": "is", "value": "web"}},
            "Ordered between Jan. 1, 2024 and Feb. 1, 2024 (channel is web)",
        ),
        (
            {"and": [{"field": "stage", "op": "is", "value": "acquired"}, {"did": "order.placed", "at_least": 3, "within_days": 90}]},
            "Stage is Acquired and ordered at least 3 times in the last 90 days",
        ),
        (
            {"or": [{"and": [{"did": "order.placed"}, {"did": "web.visited"}]}, {"field": "tags", "op": "has", "value": "vip"}]},
            "(ordered and visited) or tags has vip",
        ),
    ],
)  # fmt: skip
def test_a_filter_is_said_in_one_sentence(tree: object, said: str) -> None:
    assert sentence(tree, "soul", ASKER) == said


def test_each_part_of_a_filter_is_a_chip_that_knows_what_is_left_without_it() -> None:
    vip: dict[str, Any] = {"field": "is_vip", "op": "is", "value": True}
    bought: dict[str, Any] = {"did": "order.placed"}

    found = chips({"and": [vip, bought]}, "soul", ASKER)

    assert [(chip.text, chip.part, chip.rest) for chip in found] == [
        ("Is_vip is yes", vip, {"and": [bought]}),
        ("Ordered", bought, {"and": [vip]}),
    ]
    assert [(chip.text, chip.rest) for chip in chips(bought, "soul", ASKER)] == [("Ordered", {})]
    assert chips({"and": [vip]}, "soul", ASKER)[0].rest == {}
    assert chips({}, "soul", ASKER) == []


def test_the_catalogue_offers_what_the_asker_may_filter_by() -> None:
    offered = catalogue("soul", ASKER)

    fields = {field["name"]: field for field in offered["fields"]}
    assert "secret" not in fields
    assert fields["stage"]["choices"][1] == {"value": "acquired", "label": "Acquired"}
    assert fields["revenue"]["currency"] == "EUR"
    assert fields["keeper"]["refers_to"] == "member"
    assert fields["born"]["operators"][4] == {
        "name": "last_days", "label": "is in the last days", "arity": "one", "value_type": "days",
    }  # fmt: skip
    assert [one["name"] for one in offered["behaviours"]] == ["order.placed", "web.visited", "order.big"]
    assert [field["name"] for field in offered["behaviours"][2]["where"]] == ["channel"]
