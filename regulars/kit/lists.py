"""The engine under every list: the address says filter, sort, columns and place; the answer is a page of rows.

A room describes its list once as a `ListSpec`; its view calls `list_page`, its bulk actions `list_ids`, its export
`every_page`. All three pass the same filter and the same row rule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from regulars.kit.filters import (
    Asker,
    BadFilter,
    Chip,
    Count,
    SortKey,
    Source,
    Wanted,
    chips,
    compile_ids,
    compile_page,
    estimate_count,
    kept_rule,
    parse,
    read_json,
    row_rule_of,
    sort_words,
)
from regulars.kit.filters.columns import columns_for, fetch_columns
from regulars.kit.filters.sql import Sql
from regulars.kit.traits import Trait

PAGE, MOST = 50, 500
Fetch = Callable[[list[int]], Mapping[int, Any]]


@dataclass(frozen=True, kw_only=True)
class ListSpec:
    """A room's list: its subject, the rows a member or key may see, and what is shown and sorted by unless said otherwise.

    `fetch` turns ids into the objects that rows show; `search` turns what was typed into ids, best first. `rule_key` names all that
    the row rule is made of: rules of one key are made once, and `table` is then said beside it.
    """

    subject: str
    rows: Callable[[Any], QuerySet[Any]]
    default_columns: tuple[str, ...]
    default_sort: str = ""
    fetch: Fetch | None = None
    search: Callable[[str, Any], Sequence[int]] | None = None
    rule_key: Callable[[Any], Hashable] | None = None
    table: str = ""


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """What the address of a list says."""

    filter: Any = field(default_factory=dict)
    sort: str = ""
    columns: tuple[str, ...] = ()
    after: str = ""
    limit: int = PAGE
    q: str = ""

    @property
    def filter_text(self) -> str:
        return compact(self.filter) if self.filter else ""


@dataclass(frozen=True)
class ListRow:
    """One row: the object itself and its traits' values by name."""

    id: int
    object: Any
    values: Mapping[str, Any]

    @property
    def pk(self) -> int:
        return self.id


@dataclass
class ListPage:
    """A page of a list with all that shows around it; `problem` says why there are no rows when the filter was refused."""

    query: ListQuery
    rows: list[ListRow] = field(default_factory=list)
    next_cursor: str = ""
    columns: tuple[Trait, ...] = ()
    sort: tuple[SortKey, ...] = ()
    chips: list[Chip] = field(default_factory=list)
    problem: str = ""
    wanted: Wanted | None = None

    @property
    def is_whole(self) -> bool:
        """Say whether these rows are all there are."""
        return self.wanted is None or (not self.query.after and not self.next_cursor)

    @cached_property
    def count(self) -> Count:
        """How many rows there are in all: exact when few, else an estimate; never a wait."""
        if self.wanted is None or self.is_whole:
            return Count(len(self.rows), is_exact=True)
        return estimate_count(compile_ids(self.wanted))

    @property
    def sort_text(self) -> str:
        return sort_words(self.sort)

    @property
    def params(self) -> dict[str, str]:
        """The address of this list as a query, without the place in it."""
        said = self.query
        told = {"filter": said.filter_text, "sort": said.sort, "columns": ",".join(said.columns), "q": said.q}
        return {name: value for name, value in told.items() if value}


def read_query(params: Mapping[str, str]) -> ListQuery:
    """Read a list's address; what can't be read is refused with BadFilter."""
    limit = params.get("limit", "")
    return ListQuery(
        filter=read_json(params.get("filter", "")),
        sort=params.get("sort", ""),
        columns=tuple(name for name in params.get("columns", "").split(",") if name),
        after=params.get("after", ""),
        limit=max(1, min(int(limit), MOST)) if limit.isascii() and limit.isdigit() else PAGE,
        q=params.get("q", "").strip()[:200].replace("\x00", ""),
    )


def list_page(spec: ListSpec, params: Mapping[str, str] | ListQuery, *, seer: Any, asker: Asker) -> ListPage:
    """Return the page that an address asks for; a refused filter gives a page without rows that says why."""
    query = ListQuery()
    try:
        query = params if isinstance(params, ListQuery) else read_query(params)
        return _page(spec, query, seer, asker)
    except BadFilter as refused:
        return ListPage(
            query, columns=columns_for(spec.default_columns, spec.subject, asker), problem=str(refused)
        )


def list_count(spec: ListSpec, params: Mapping[str, str], *, seer: Any, asker: Asker) -> Count | None:
    """Count a list without reading its rows; None when its filter was refused."""
    try:
        return estimate_count(list_ids(spec, read_query(params), seer=seer, asker=asker))
    except BadFilter:
        return None


def list_ids(spec: ListSpec, query: ListQuery, *, seer: Any, asker: Asker) -> Sql:
    """Return the SQL of all ids in a list, for what is done to the whole of it."""
    return compile_ids(_wanted(spec, query, seer, asker))


def every_page(
    spec: ListSpec, query: ListQuery, *, seer: Any, asker: Asker, size: int = MOST
) -> Iterator[ListPage]:
    """Go through a whole list page by page, in its order, never holding more than one page."""
    query = replace(query, limit=size, after="")
    while True:
        page = _page(spec, query, seer, asker)
        yield page
        if not page.next_cursor:
            return
        query = replace(query, after=page.next_cursor)


def compact(tree: Any) -> str:
    """Write a filter as short as an address likes it."""
    return json.dumps(tree, separators=(",", ":"), ensure_ascii=False)


def run(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _page(spec: ListSpec, query: ListQuery, seer: Any, asker: Asker) -> ListPage:
    node = parse(query.filter, spec.subject, asker)
    wanted = replace(_wanted(spec, query, seer, asker), tree=node)
    compiled = compile_page(wanted)
    found = compiled.fetch(run)
    columns = columns_for(query.columns or spec.default_columns, spec.subject, asker)
    return ListPage(
        query,
        rows=_rows(spec, wanted.source, columns, found.ids),
        next_cursor=found.next_cursor,
        columns=columns,
        sort=compiled.keys,
        chips=chips(query.filter, spec.subject, asker, node),
        wanted=wanted,
    )


def _wanted(spec: ListSpec, query: ListQuery, seer: Any, asker: Asker) -> Wanted:
    table, rule = _table_and_rule(spec, seer)
    return Wanted(
        source=Source(subject=spec.subject, table=table, alias=table),
        asker=asker,
        tree=query.filter,
        sort=query.sort or spec.default_sort,
        after=query.after,
        limit=query.limit,
        row_rule=_with_search(spec, query, seer, table, rule),
    )


def _table_and_rule(spec: ListSpec, seer: Any) -> tuple[str, tuple[str, Sequence[Any]]]:
    if spec.rule_key and spec.table:
        return spec.table, kept_rule((spec.subject, spec.rule_key(seer)), lambda: spec.rows(seer))
    rows = spec.rows(seer)
    return rows.model._meta.db_table, row_rule_of(rows)


def _with_search(
    spec: ListSpec, query: ListQuery, seer: Any, table: str, rule: tuple[str, Sequence[Any]]
) -> tuple[str, Sequence[Any]]:
    if not query.q or spec.search is None:
        return rule
    return f"({rule[0]}) AND {table}.id = ANY(%s)", [*rule[1], list(spec.search(query.q, seer))]


def _rows(spec: ListSpec, source: Source, columns: tuple[Trait, ...], ids: list[int]) -> list[ListRow]:
    values = fetch_columns(source, columns, ids, run)
    objects = spec.fetch(ids) if spec.fetch else {}
    return [ListRow(number, objects.get(number), values.get(number, {})) for number in ids]
