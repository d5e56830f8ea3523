"""Pages: cursors, counts, columns, querysets, and the shapes of SQL that indexes can serve."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from regulars.kit import traits
from regulars.kit.filters import (
    BadFilter,
    Count,
    Source,
    Wanted,
    compile_ids,
    compile_page,
    estimate_count,
    filtered,
    row_rule_of,
)
from regulars.kit.filters.columns import columns_for, fetch_columns
from regulars.kit.filters.sql import Sql
from regulars.kit.lists import run
from regulars.kit.money import Money
from regulars.kit.tests import filters_world as world
from regulars.kit.traits import Trait

pytestmark = pytest.mark.django_db
ASKER = world.ASKERS[0]
MANY = 20_000


@pytest.fixture(autouse=True)
def _world() -> None:
    world.register()
    world.lay_tables()


def wanted(**more: Any) -> Wanted:
    return Wanted(source=world.SOURCE, asker=ASKER, **more)


def many_souls() -> None:
    """Make 20,000 souls, each fifth with figures, and the indexes a list needs."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO world_soul (id, name, name_folded, visits, stage, team_id) SELECT n, 'n' || n, 'n' || n, n %% 10, "
            f"CASE WHEN n %% 1000 = 0 THEN 'advocate' ELSE 'acquired' END, n %% 7 FROM generate_series(1, {MANY}) n", []
        )  # fmt: skip
        cursor.execute(
            f"INSERT INTO world_figures SELECT n, n, n %% 5, now(), now() FROM generate_series(5, {MANY}, 5) n",
            [],
        )
        cursor.execute("CREATE INDEX ON world_soul (stage)")
        cursor.execute('CREATE INDEX ON world_soul (name_folded COLLATE "C", id)')
        cursor.execute("CREATE INDEX ON world_soul (visits, id)")
        cursor.execute("CREATE INDEX ON world_figures (revenue DESC, soul_id DESC)")
        cursor.execute("ANALYZE world_soul; ANALYZE world_figures")


def plan_of(statement: Sql) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {statement.text}", statement.args)
        return "\n".join(row[0] for row in cursor.fetchall())


def cursor_of(**told: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "ä", "e30", "!!!!", "W10=", "a" * 5000, cursor_of(s="-visits", v=[1]), cursor_of(s="-visits", v=[1, 2], i=1),
        cursor_of(s="-visits", v=["x"], i=1), cursor_of(s="-visits", v=["NaN"], i=1), cursor_of(s="-visits", v=[{}], i=1),
        cursor_of(s="-visits", v=[1], i=True), cursor_of(s="-visits", v=[1], i=2**70), cursor_of(s="-visits", v=["1e999"], i=1),
        cursor_of(s="-visits", v=[True], i=1), cursor_of(s="-visits", v=1, i=1),
    ],
)  # fmt: skip
def test_a_damaged_cursor_is_refused_with_a_clear_sentence(cursor: str) -> None:
    with pytest.raises(BadFilter, match="cursor: This cursor"):
        compile_page(wanted(sort="-visits", after=cursor))


@pytest.mark.parametrize(("field", "value"), [("nickname", "a\x00"), ("nickname", "\ud800"), ("born", "x"), ("seen_at", "2024-01-01"),
                                              ("name", None), ("spent", 2**70), ("is_vip", 1)])  # fmt: skip
def test_a_cursor_holds_only_values_of_its_fields(field: str, value: object) -> None:
    with pytest.raises(BadFilter, match="damaged"):
        compile_page(wanted(sort=field, after=cursor_of(s=field, v=[value], i=1)))


def test_a_cursor_of_another_order_is_refused() -> None:
    many_souls()
    cursor = compile_page(wanted(sort="visits", limit=1)).fetch(run).next_cursor

    with pytest.raises(BadFilter, match="another sort order"):
        compile_page(wanted(sort="-visits", limit=1, after=cursor))


@pytest.mark.parametrize(
    ("sort", "problem"),
    [("visit", "sort\\[0\\]: .*Did you mean “visits”"), ("visits,visits", "once"), ("tags", "not known"),
     ("name,visits,born,score", "Up to 3"), ([("visits", "down")], "not known")],
)  # fmt: skip
def test_a_sort_order_that_is_none_is_refused(sort: Any, problem: str) -> None:
    with pytest.raises(BadFilter, match=problem):
        compile_page(wanted(sort=sort))


def test_a_common_value_is_read_from_the_sort_index_and_stops_early() -> None:
    many_souls()
    stage = {"field": "stage", "op": "is", "value": "acquired"}

    plan = plan_of(compile_page(wanted(tree=stage, sort="name")).statements[0])

    assert "Index Scan using world_soul_name_folded_id_idx" in plan
    assert "Sort" not in plan


def test_a_rare_value_is_read_from_its_own_index() -> None:
    many_souls()
    stage = {"field": "stage", "op": "is", "value": "advocate"}

    plan = plan_of(compile_page(wanted(tree=stage, sort="-revenue")).statements[0])

    assert "world_soul_stage_idx" in plan


@pytest.mark.parametrize("sort", ["name", "-name", "visits", "-visits", "revenue", "-revenue"])
def test_a_deep_page_starts_in_the_middle_of_the_sort_index(sort: str) -> None:
    many_souls()
    first = compile_page(wanted(sort=sort, limit=50)).fetch(run)

    plan = plan_of(compile_page(wanted(sort=sort, limit=50, after=first.next_cursor)).statements[0])

    assert re.search(r"Index Cond: .*ROW\(", plan)
    assert "Sort" not in plan


def test_rows_without_the_sort_value_are_looked_for_only_when_the_others_run_out() -> None:
    many_souls()
    asked: list[str] = []

    def counting(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return run(sql, params)

    page = compile_page(wanted(sort="-revenue", limit=3)).fetch(counting)
    few = compile_page(
        wanted(sort="-revenue", limit=3, tree={"field": "visits", "op": "is", "value": 1})
    ).fetch(counting)

    assert page.ids == [MANY, MANY - 5, MANY - 10]
    assert len(asked) == 1 + 2
    assert few.ids == [MANY - 9, MANY - 19, MANY - 29]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("orders", [2, 4, 3, 1]),
        ("-orders", [1, 3, 4, 2]),
        ("is_vip,orders", [2, 4, 3, 1]),
        ("is_vip,-orders", [1, 3, 2, 4]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_who_has_no_figures_sorts_like_zero(sort: str, order: list[int], limit: int) -> None:
    order_, vip = (ASKER.now, 5, "web"), {"is_vip": True}
    world.fill([world.a_soul(orders=[order_] * times, **vip) for times in (2, 0, 1, 0)])

    seen, more = [], wanted(sort=sort, limit=limit)
    for _turn in range(4):
        page = compile_page(more).fetch(run)
        seen += page.ids
        more = replace(more, after=page.next_cursor)
        if not page.next_cursor:
            break

    assert seen == order


def test_few_rows_are_counted_and_many_estimated() -> None:
    many_souls()

    few = estimate_count(
        compile_ids(wanted(tree={"field": "stage", "op": "is", "value": "advocate"})), patience_ms=2000
    )
    many = estimate_count(compile_ids(wanted()), patience_ms=2000)

    assert (few, str(few)) == (Count(20, is_exact=True), "20")
    assert (many.is_exact, str(many)) == (False, "about 20,000")


def test_a_count_that_takes_too_long_is_given_up_and_harms_nothing() -> None:
    slow = Sql("SELECT s.id FROM world_soul AS s, pg_sleep(5)")

    with transaction.atomic():
        count = estimate_count(slow, patience_ms=20)
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)

    assert not count.is_exact


def test_columns_come_with_their_currency_and_names() -> None:
    world.fill([world.a_soul(spent=1250, spent_in="USD", keeper=7), world.a_soul(keeper=9)])
    asked: list[list[int]] = []

    def names(ids: list[int]) -> dict[int, str]:
        asked.append(ids)
        return {7: "Olga"}

    columns = columns_for(["spent", "keeper", "gone", "secret", "orders", "tags"], "soul", ASKER)
    columns = tuple(replace(one, names=names) if one.name == "keeper" else one for one in columns)
    found = fetch_columns(world.SOURCE, columns, [1, 2], run)

    assert [column.name for column in columns] == ["spent", "keeper", "orders"]
    assert found[1]["spent"] == Money(1250, "USD")
    assert (str(found[1]["keeper"]), str(found[2]["keeper"]), asked) == ("Olga", "9", [[7, 9]])
    assert found[2] == {"spent": None, "keeper": found[2]["keeper"], "orders": 0}


def test_a_queryset_can_be_filtered() -> None:
    traits.register_trait(Trait(name="model", subject="kind", type="text", label="model", sql="{t}.model"))
    ContentType.objects.create(app_label="world", model="soul")
    ContentType.objects.create(app_label="world", model="100%")

    found = filtered(
        ContentType.objects.filter(app_label="world"),
        {"field": "model", "op": "contains", "value": "0%"},
        "kind",
        ASKER,
    )

    assert [one.model for one in found] == ["100%"]


@pytest.mark.parametrize(
    "condition",
    [
        lambda rows: rows,
        lambda rows: rows.none(),
        lambda rows: rows.filter(app_label="world", model__in=["soul", "100%"]),
        lambda rows: rows.filter(pk__in=rows.filter(app_label="world").values("pk")),
        lambda rows: rows.exclude(model="soul").filter(app_label="world"),
    ],
)
def test_a_querysets_condition_serves_as_row_rule(condition: Callable[[Any], Any]) -> None:
    ContentType.objects.create(app_label="world", model="soul")
    ContentType.objects.create(app_label="world", model="100%")
    traits.register_trait(Trait(name="model", subject="kind", type="text", label="model", sql="{t}.model"))
    rows = condition(ContentType.objects.all())
    table = "django_content_type"

    source = Source(subject="kind", table=table, alias=table)
    page = compile_page(Wanted(source=source, asker=ASKER, row_rule=row_rule_of(rows), limit=1000)).fetch(run)

    assert page.ids == sorted(rows.values_list("pk", flat=True))
