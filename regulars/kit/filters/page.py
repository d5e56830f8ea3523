"""One page of ids: filtered, sorted, and continued by key, so that page 200 costs what page 1 costs.

Shapes are chosen for the planner. What is empty sorts last, but `NULLS LAST` would keep PostgreSQL from reading a plain index
backwards; so a page over a key that may be null is two statements, first the rows that have it, then (only when those run out)
the rows that do not. Each of them continues by one row comparison, (key, id) > (…), which an index on (key, id) answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.compile import as_node, node_sql
from regulars.kit.filters.cursor import Cursor, read_cursor, write_cursor
from regulars.kit.filters.scope import Scope
from regulars.kit.filters.sort import SortKey, SortWords, parse_sort
from regulars.kit.filters.sql import Sql, all_of, any_of
from regulars.kit.traits import Trait

RowRule = tuple[str, Sequence[object]]
Run = Callable[[str, list[object]], Iterable[Sequence[Any]]]
MAX_LIMIT = 1000


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a subject's rows live; `where` says which rows count at all (`p.deleted_at IS NULL`), in terms of the alias."""

    subject: str
    table: str
    alias: str
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which page: filter, sort order, after which cursor, how many, and which rows the asker may see."""

    source: Source
    asker: Asker
    tree: object = None
    sort: SortWords = ()
    after: str = ""
    limit: int = 50
    row_rule: RowRule | None = None


@dataclass(frozen=True)
class Page:
    """The ids found, in order, and the cursor after the last; empty when there is no more."""

    ids: list[int]
    next_cursor: str = ""


@dataclass(frozen=True)
class CompiledPage:
    """The statements that give a page; the next one is run only when those before gave too few rows."""

    keys: tuple[SortKey, ...]
    statements: tuple[Sql, ...]
    limit: int

    def fetch(self, run: Run) -> Page:
        """Run the statements (`run(sql, params)` returns rows) and return the page."""
        rows: list[Sequence[Any]] = []
        for statement in self.statements:
            rows += list(run(statement.text, statement.args))[: self.limit + 1 - len(rows)]
            if len(rows) > self.limit:
                break
        ids = [row[0] for row in rows[: self.limit]]
        if len(rows) <= self.limit:
            return Page(ids)
        last = rows[self.limit - 1]
        return Page(ids, write_cursor(self.keys, Cursor(tuple(last[1:]), last[0])))


def compile_page(wanted: Wanted) -> CompiledPage:
    """Return the SQL of one page; the cursor, sort order and filter are checked first."""
    keys = parse_sort(wanted.sort, wanted.source.subject, wanted.asker)
    after = read_cursor(wanted.after, keys) if wanted.after else None
    limit = max(1, min(wanted.limit, MAX_LIMIT))
    wanted = replace(wanted, tree=as_node(wanted.tree, wanted.source.subject, wanted.asker))
    statements = tuple(_statement(wanted, part, limit) for part in _parts(keys, after))
    return CompiledPage(keys, statements, limit)


def compile_ids(wanted: Wanted) -> Sql:
    """Return the SQL of all ids that pass, unsorted: for counts, bulk actions, segments and exports."""
    scope = Scope(wanted.source.alias)
    where = _where(wanted, scope)
    return (
        f"SELECT {scope.alias}.id FROM {wanted.source.table} AS {scope.alias}{scope.join_sql} WHERE " + where
    )


@dataclass(frozen=True)
class _Part:
    """One of the statements: rows whose first key is there, or rows whose first key is null."""

    keys: tuple[SortKey, ...]
    after: Cursor | None
    first_is_null: bool = False


def _parts(keys: tuple[SortKey, ...], after: Cursor | None) -> list[_Part]:
    if not keys or keys[0].trait.not_null:
        return [_Part(keys, after)]
    parts = [_Part(keys, None), _Part(keys, None, first_is_null=True)]
    if keys[0].is_null_first:
        parts.reverse()
    if after is None:
        return parts
    begun = next(place for place, part in enumerate(parts) if part.first_is_null == (after.values[0] is None))
    return [replace(parts[begun], after=after), *parts[begun + 1 :]]


def _statement(wanted: Wanted, part: _Part, limit: int) -> Sql:
    scope = Scope(wanted.source.alias)
    sorting = _Sorting(part, scope)
    where = all_of([_where(wanted, scope), *sorting.where()])
    columns = ", ".join(
        [f"{scope.alias}.id", *(f"{key} AS k{place}" for place, key in enumerate(sorting.shown))]
    )
    head = f"SELECT {columns} FROM {wanted.source.table} AS {scope.alias}{scope.join_sql} WHERE "
    return head + where + Sql(f" ORDER BY {sorting.order} LIMIT %s", (limit + 1,))


def _where(wanted: Wanted, scope: Scope) -> Sql:
    node = as_node(wanted.tree, wanted.source.subject, wanted.asker)
    parts = [Sql(scope.render(f"({wanted.source.where})"))] if wanted.source.where else []
    if wanted.row_rule is not None:
        parts.append(Sql(f"({wanted.row_rule[0]})", tuple(wanted.row_rule[1])))
    return all_of([*parts, node_sql(node, scope, wanted.asker)])


class _Sorting:
    """ORDER BY, and the condition that continues after a cursor."""

    def __init__(self, part: _Part, scope: Scope) -> None:
        self.part, self.keys = part, part.keys
        self.scope = scope
        self.shown = [
            "NULL" if part.first_is_null and place == 0 else scope.render(key.trait.order_sql, key.trait.join)
            for place, key in enumerate(part.keys)
        ]
        self.is_descending = bool(part.keys) and part.keys[0].is_descending
        first = part.keys[0].trait if part.keys and not part.first_is_null else None
        self.id = scope.render(first.sort_id, first.join) if first and first.sort_id else f"{scope.alias}.id"

    @property
    def order(self) -> str:
        """Return ORDER BY; the id goes the way of the first key, so that one index serves both directions."""
        skipped = 1 if self.part.first_is_null else 0
        words = [self._direction(place) for place in range(skipped, len(self.keys))]
        return ", ".join([*words, self.id + (" DESC" if self.is_descending else "")])

    def _direction(self, place: int) -> str:
        key = self.keys[place]
        direction = " DESC" if key.is_descending else ""
        if place == 0 or key.trait.not_null or (not key.is_descending and not key.is_null_first):
            return self.shown[place] + direction
        return self.shown[place] + direction + (" NULLS FIRST" if key.is_null_first else " NULLS LAST")

    def where(self) -> list[Sql]:
        parts = []
        if self.part.first_is_null:
            parts.append(self._first_is_null(self.keys[0].trait))
        elif self.keys and not self.keys[0].trait.not_null:
            parts.append(Sql(f"{self.shown[0]} IS NOT NULL"))
        return [*parts, *self._continued()]

    def _first_is_null(self, trait: Trait) -> Sql:
        apart = self.scope.apart(trait.join)
        if apart is None:
            return Sql(f"{self.scope.render(trait.order_sql, trait.join)} IS NULL")
        inner, rows = apart
        held = inner.render(trait.order_sql, trait.join)
        return Sql(f"NOT EXISTS (SELECT 1 FROM {rows} AND {held} IS NOT NULL)")

    def _continued(self) -> list[Sql]:
        after, skipped = self.part.after, 1 if self.part.first_is_null else 0
        if after is None:
            return []
        if self._is_one_way(skipped):
            names = ", ".join([*self.shown[skipped:], self.id])
            values = (*after.values[skipped:], after.id)
            sign = "<" if self.is_descending else ">"
            return [Sql(f"({names}) {sign} ({', '.join(['%s'] * len(values))})", values)]
        return self._bounded(after, skipped)

    def _is_one_way(self, skipped: int) -> bool:
        """Say whether one row comparison says it all: one direction and, past the first key, no nulls."""
        rest = self.keys[skipped:]
        is_same = all(key.is_descending == self.is_descending for key in rest)
        return is_same and all(
            key.trait.not_null or place == 0 and not skipped for place, key in enumerate(rest)
        )

    def _bounded(self, after: Cursor, skipped: int) -> list[Sql]:
        """Compare key by key; a plain bound on the first key beside it lets an index start at the right place."""
        exact = self._after(skipped, after)
        if skipped:
            return [exact]
        sign = "<=" if self.is_descending else ">="
        return [Sql(f"{self.shown[0]} {sign} %s", (after.values[0],)), exact]

    def _after(self, place: int, after: Cursor) -> Sql:
        if place == len(self.keys):
            return Sql(f"{self.id} {'<' if self.is_descending else '>'} %s", (after.id,))
        key, shown, value = self.keys[place], self.shown[place], after.values[place]
        deeper = self._after(place + 1, after)
        if value is None:
            same = all_of([Sql(f"{shown} IS NULL"), deeper])
            return any_of([same, Sql(f"{shown} IS NOT NULL")]) if key.is_null_first else same
        beyond = [Sql(f"{shown} {'<' if key.is_descending else '>'} %s", (value,))]
        if place > 0 and not key.trait.not_null and not key.is_null_first:
            beyond.append(Sql(f"{shown} IS NULL"))
        return any_of([*beyond, all_of([Sql(f"{shown} = %s", (value,)), deeper])])
