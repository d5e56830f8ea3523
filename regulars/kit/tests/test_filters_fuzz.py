"""The SQL of random filters over random rows says exactly what the slow reference says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cmp_to_key
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit.filters import Asker, Wanted, compile_ids, compile_page, parse, parse_sort
from regulars.kit.filters.reference import Row, passes
from regulars.kit.filters.sort import SortKey
from regulars.kit.tests import filters_said as said
from regulars.kit.tests import filters_world as world
from regulars.kit.traits import Trait

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
often = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
quickly = settings(often, max_examples=15)
WIDE_TREES = said.trees(said.WIDE)
SORTABLE = [trait.name for trait in world.TRAITS if trait.sortable]
SORTS = st.lists(
    st.tuples(st.sampled_from(SORTABLE), st.sampled_from(["asc", "desc"])),
    max_size=3,
    unique_by=lambda key: key[0],
)


@pytest.fixture(autouse=True)
def _world() -> None:
    world.register()
    world.lay_tables()


def run(sql: str, params: list[object]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def expected(tree: object, rows: dict[int, Row], asker: Asker) -> set[int]:
    node = parse(tree, "soul", asker)
    return {number for number, row in rows.items() if passes(node, row, asker)}


def answers(souls: list[dict[str, Any]], trees: list[object], asker: Asker) -> Iterator[tuple[Any, ...]]:
    """Yield each filter, and its opposite, with what SQL finds and what the reference does."""
    world.fill(souls)
    rows = world.plain_rows(souls)
    for tree in trees:
        for asked in (tree, {"not": tree}):
            found = compile_ids(Wanted(source=world.SOURCE, asker=asker, tree=asked))
            yield asked, found, {row[0] for row in run(found.text, found.args)}, expected(asked, rows, asker)


@often
@given(st.data(), st.sampled_from(world.ASKERS))
def test_sql_finds_exactly_the_rows_that_the_reference_finds(data: st.DataObject, asker: Asker) -> None:
    souls = data.draw(st.lists(said.souls(said.WIDE), min_size=1, max_size=6))
    trees = data.draw(st.lists(WIDE_TREES, min_size=4, max_size=12))

    for tree, sql, found, wanted in answers(souls, trees, asker):
        assert found == wanted, (tree, sql)


@quickly
@given(st.data(), st.sampled_from(world.ASKERS))
@pytest.mark.parametrize(
    "trait", [trait for trait in world.TRAITS if not trait.see], ids=lambda trait: trait.name
)
def test_every_operator_agrees_at_its_edges(trait: Trait, data: st.DataObject, asker: Asker) -> None:
    pools = said.narrow(asker)
    souls = data.draw(st.lists(said.souls(pools, trait.name), min_size=4, max_size=10))
    trees = data.draw(st.lists(said.tests([trait], pools), min_size=10, max_size=20))

    for tree, sql, found, wanted in answers(souls, trees, asker):
        assert found == wanted, (tree, sql)


@often
@given(st.data(), st.sampled_from(world.ASKERS))
def test_behaviours_agree_at_their_edges(data: st.DataObject, asker: Asker) -> None:
    pools = said.narrow(asker)
    souls = data.draw(st.lists(said.souls(pools, "orders", "visited"), min_size=2, max_size=6))
    trees = data.draw(st.lists(said.behaviours(pools), min_size=10, max_size=20))

    for tree, sql, found, wanted in answers(souls, trees, asker):
        assert found == wanted, (tree, sql)


@often
@given(st.data(), SORTS, st.integers(1, 4), st.sampled_from(world.ASKERS))
def test_turning_all_pages_gives_the_whole_sorted_list_once(
    data: st.DataObject, sort: list[tuple[str, str]], limit: int, asker: Asker
) -> None:
    souls = data.draw(st.lists(said.souls(said.WIDE), min_size=2, max_size=9))
    tree = data.draw(st.one_of(st.just({}), WIDE_TREES))
    rule = ("s.team_id = ANY(%s) OR s.keeper_id = %s", [[1, 2], 7])
    allowed = {n for n, soul in enumerate(souls, 1) if soul["team"] in (1, 2) or soul["keeper"] == 7}

    world.fill(souls)
    rows = world.plain_rows(souls)
    seen = turned(Wanted(source=world.SOURCE, asker=asker, tree=tree, sort=sort, limit=limit, row_rule=rule))

    assert seen == in_order(expected(tree, rows, asker) & allowed, rows, parse_sort(sort, "soul", asker))


@often
@given(st.data(), SORTS.filter(bool), st.integers(1, 3), st.sampled_from(world.ASKERS))
def test_equal_and_missing_sort_values_lose_no_row(
    data: st.DataObject, sort: list[tuple[str, str]], limit: int, asker: Asker
) -> None:
    souls = data.draw(
        st.lists(said.souls(said.narrow(asker), *(name for name, _way in sort)), min_size=4, max_size=12)
    )

    world.fill(souls)
    rows = world.plain_rows(souls)
    seen = turned(Wanted(source=world.SOURCE, asker=asker, sort=sort, limit=limit))

    assert seen == in_order(set(rows), rows, parse_sort(sort, "soul", asker))


def turned(wanted: Wanted) -> list[int]:
    """Return the ids of all pages, one after the other."""
    seen: list[int] = []
    for _turn in range(20):
        page = compile_page(wanted).fetch(run)
        seen += page.ids
        if not page.next_cursor:
            break
        wanted = replace(wanted, after=page.next_cursor)
    return seen


def in_order(numbers: set[int], rows: dict[int, Row], keys: tuple[SortKey, ...]) -> list[int]:
    """Sort one pair at a time, by the rule in words: empty last, unless a number stands for it; then by id."""

    def value(number: int, key: SortKey) -> Any:
        held = rows[number].values[key.trait.name]
        held = world.fold(held) if key.trait.name == "name" else held
        return held[0] if isinstance(held, tuple) else held

    def compare(one: int, other: int) -> int:
        for key in keys:
            ours, theirs = value(one, key), value(other, key)
            if ours == theirs:
                continue
            if ours is None or theirs is None:
                is_last = ours is None
                return (-1 if is_last else 1) if key.is_null_first else (1 if is_last else -1)
            return (1 if ours > theirs else -1) * (-1 if key.is_descending else 1)
        return (one - other) * (-1 if keys and keys[0].is_descending else 1)

    return sorted(numbers, key=cmp_to_key(compare))
