from __future__ import annotations

import doctest
from dataclasses import replace
from datetime import date

import ibis
import pytest

from regulars.insights.facts.reading import TYPES, Tables, table_of
from regulars.insights.metrics import intervals
from regulars.insights.metrics.grouping import GROUPINGS, OF_PEOPLE
from regulars.insights.queries.answers import expression_of, grouping_label
from regulars.insights.tests.invented import Invented, an_ask, an_order, spark_of, told
from regulars.kit.facts import Column, Fact, facts
from regulars.kit.facts import _facts as known_facts
from regulars.kit.metrics import Ask, Metric, PeopleGrouping, metrics, offer_grouping

ASK = Ask(today=date(2026, 11, 30), until=date(2026, 11, 30), since=date(2025, 11, 30))


def built(metric: Metric, group: str, tables: Tables) -> list[ibis.Table]:
    ask = replace(ASK, group=group)
    people = [metric.people(tables, ask)] if metric.people else []
    return [expression_of(metric, tables, ask), *people]


@pytest.mark.slow
@pytest.mark.parametrize("metric", metrics().values(), ids=lambda metric: metric.name)
def test_every_metric_compiles_for_spark_and_duckdb(metric: Metric) -> None:
    some = ibis.table({"person_id": "int64"}, name="segment")
    # How people are told apart is the same everywhere; the other ways a metric builds itself.
    groups = [name for name in metric.groups if name not in OF_PEOPLE or name == "cohort"][:1]

    for one in built(metric, "", Tables(some)):
        assert "SELECT" in str(ibis.to_sql(one, dialect="duckdb"))
    for group in groups or [""]:
        assert all("SELECT" in spark_of(one) for one in built(metric, group, Tables()))


@pytest.mark.parametrize("group", OF_PEOPLE)
def test_every_way_to_tell_people_apart_compiles_for_spark_and_duckdb(group: str) -> None:
    for one in built(metrics()["repurchase_rate"], group, Tables()):
        assert "SELECT" in spark_of(one)
        assert "SELECT" in str(ibis.to_sql(one, dialect="duckdb"))


@pytest.mark.parametrize("metric", metrics().values(), ids=lambda metric: metric.name)
def test_every_metric_says_what_it_is(metric: Metric) -> None:
    said = (metric.label, metric.definition, metric.formula, metric.source, metric.example)
    columns = set(expression_of(metric, Tables(), ASK).columns)

    assert all(str(words).strip() for words in said)
    assert set(metric.inputs) <= set(facts())
    assert set(metric.groups) <= set(GROUPINGS)
    # What is finished in Python says there what its columns are.
    assert metric.finish or ("n" in columns and columns & {"value", "k"})
    if metric.people:
        assert set(metric.people(Tables(), ASK).columns) == {"person_id"}


def test_every_fact_is_a_table_of_its_columns() -> None:
    for fact in facts().values():
        schema = table_of(fact).schema()

        assert list(schema.names) == [column.name for column in fact.columns]
        assert {str(kind) for kind in schema.types} <= set(TYPES.values())


def test_the_examples_of_intervals_hold() -> None:
    assert doctest.testmod(intervals).failed == 0


def test_a_room_can_offer_a_way_to_tell_people_apart(offering: None, monkeypatch: pytest.MonkeyPatch) -> None:
    members = Fact(
        name="members", label="Members", key="person_id", query="", key_sql="", tracks=(),
        columns=(Column("person_id", "id"), Column("tier", "text")),
    )  # fmt: skip
    monkeypatch.setitem(known_facts, "members", members)
    offer_grouping(PeopleGrouping(name="tier", label="Tier", fact="members", column="tier"))
    days = [date(2025, 1, 1), date(2025, 2, 1)]
    orders = [an_order(1, days[0]), an_order(1, days[1]), an_order(2, days[0]), an_order(3, days[0])]
    tiers = [{"person_id": 1, "tier": "gold"}, {"person_id": 2, "tier": None}]

    figures = told("repurchase_rate", an_ask(group="tier"), Invented(orders=orders, members=tiers)).figures

    assert [(one.group, one.k, one.n) for one in figures] == [("", 0, 2), ("gold", 1, 1)]
    assert "tier" in metrics()["customer_churn"].groups
    assert "tier" not in metrics()["bought_with"].groups
    assert grouping_label("tier") == "Tier"
    assert "SELECT" in spark_of(built(metrics()["repurchase_rate"], "tier", Tables())[0])
