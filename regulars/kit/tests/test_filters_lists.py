"""The list engine on real people: filter, sort, columns, row rule and place, all from the address."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.kit.cells import columns_of
from regulars.kit.clock import now
from regulars.kit.filters import Asker
from regulars.kit.lists import ListQuery, ListSpec, compact, every_page, list_ids, list_page, read_query, run
from regulars.people.models import Person
from regulars.team.models import Member, Team
from tests.cast import a_person

pytestmark = pytest.mark.django_db
PEOPLE = ListSpec(
    subject="person",
    rows=Person.objects.visible_to,
    default_columns=("name", "city", "keeper", "commerce.order_count"),
    default_sort="name",
    search=lambda text, seer: list(Person.objects.filter(name__startswith=text).values_list("pk", flat=True)),
)


def asker(member: Member) -> Asker:
    return Asker(now=now(), member_id=member.pk)


def page_for(member: Member, **params: str) -> Any:
    return list_page(PEOPLE, params, seer=member, asker=asker(member))


def names(page: Any) -> list[str]:
    return [row.values["name"] for row in page.rows]


def test_a_page_has_rows_columns_chips_and_a_count(olga: Member) -> None:
    for name, city in (("Ada Berg", "Oulu"), ("Zoë Aho", "Turku"), ("Eve Cole", "Oulu")):
        a_person(name, city=city, keeper=olga)
    oulu = {"field": "city", "op": "is", "value": "OULU"}

    page = page_for(olga, filter=json.dumps(oulu), sort="-name", columns="name,city,gone")

    assert names(page) == ["Eve Cole", "Ada Berg"]
    assert [column.name for column in page.columns] == ["name", "city"]
    assert [chip.text for chip in page.chips] == ["City is OULU"]
    assert (page.count.number, page.count.is_exact, page.problem) == (2, True, "")
    assert page.params == {"filter": compact(oulu), "sort": "-name", "columns": "name,city,gone"}


def test_an_agent_lists_only_their_teams_people(aino: Member, north: Team, south: Team) -> None:
    a_person("Ours Own", team=north)
    a_person("Their Own", team=south)
    a_person("Kept Own", team=south, keeper=aino)

    mine = {"not": {"field": "name", "op": "is", "value": "nobody"}}

    assert names(page_for(aino)) == ["Kept Own", "Ours Own"]
    assert names(page_for(aino, filter=json.dumps(mine))) == ["Kept Own", "Ours Own"]
    assert len(run(*_sql(aino, ListQuery(filter=mine)))) == 2


def _sql(member: Member, query: ListQuery) -> tuple[str, list[Any]]:
    found = list_ids(PEOPLE, query, seer=member, asker=asker(member))
    return found.text, found.args


def test_pages_follow_each_other_and_together_are_the_whole_list(olga: Member) -> None:
    for number in range(7):
        a_person(f"P{number} Same")

    first = page_for(olga, limit="3")
    second = page_for(olga, limit="3", after=first.next_cursor)
    third = page_for(olga, limit="3", after=second.next_cursor)
    all_rows = [
        row.id
        for page in every_page(PEOPLE, ListQuery(), seer=olga, asker=asker(olga), size=2)
        for row in page.rows
    ]

    assert [len(page.rows) for page in (first, second, third)] == [3, 3, 1]
    assert third.next_cursor == ""
    assert (first.count.number, second.count.number) == (7, 7)
    assert [row.id for page in (first, second, third) for row in page.rows] == all_rows


def test_what_is_searched_is_also_filtered(olga: Member) -> None:
    a_person("Ada One", city="Oulu")
    a_person("Ada Two", city="Turku")
    a_person("Eve Two", city="Oulu")

    assert names(page_for(olga, q="Ada", filter='{"field":"city","op":"is","value":"Oulu"}')) == ["Ada One"]
    assert names(page_for(olga, q="%'; --\x00")) == []


@pytest.mark.parametrize(
    "params",
    [
        {"filter": "{"},
        {"filter": '{"field":"x","op":"is","value":1}'},
        {"sort": "nothing"},
        {"after": "x"},
        {"filter": "[]"},
    ],
)
def test_a_bad_address_gives_no_rows_and_a_reason(olga: Member, params: dict[str, str]) -> None:
    a_person("Ada One")

    page = page_for(olga, **params)

    assert page.rows == []
    assert page.problem
    assert [column.name for column in page.columns] == list(PEOPLE.default_columns)


@pytest.mark.parametrize(
    ("limit", "read"), [("", 50), ("x", 50), ("0", 1), ("20", 20), ("99999", 500), ("²", 50)]
)
def test_the_number_of_rows_is_kept_within_reason(limit: str, read: int) -> None:
    assert read_query({"limit": limit}).limit == read


def test_cells_show_values_by_type_with_names_for_ids(olga: Member) -> None:
    a_person("Ada Berg", city="<b>Oulu", keeper=olga)

    page = page_for(olga)
    table = columns_of(page)

    assert [str(column.value(page.rows[0])) for column in table[:3]] == ["Ada Berg", "<b>Oulu", "Olga"]
    assert "0" in str(table[3].value(page.rows[0]))
    assert [(column.align, column.sort) for column in table] == [
        ("start", "name"),
        ("start", "city"),
        ("start", ""),
        ("end", "commerce.order_count"),
    ]


def test_a_list_asks_as_often_for_three_rows_as_for_one(
    olga: Member, by_count: Callable[[Callable[[], object]], int]
) -> None:
    def shown() -> object:
        page = page_for(olga, columns="name,keeper,tags,stage,team")
        return [[str(column.value(row)) for column in columns_of(page)] for row in page.rows]

    a_person("Ada One", keeper=olga)
    shown()  # what is kept between requests is read once
    one = by_count(shown)
    a_person("Ada Two", keeper=olga)
    a_person("Ada Three", keeper=olga)

    assert by_count(shown) == one


@pytest.fixture
def by_count() -> Callable[[Callable[[], object]], int]:
    def count(work: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as queries:
            work()
        return len(queries)

    return count
