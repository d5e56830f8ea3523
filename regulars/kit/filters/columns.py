from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.page import Run, Source
from regulars.kit.filters.scope import Scope
from regulars.kit.filters.sql import Sql
from regulars.kit.money import Money
from regulars.kit.traits import Trait


@dataclass(frozen=True)
class Named:
    """An id that a column shows by its name."""

    id: int
    name: str

    def __str__(self) -> str:
        return self.name


def columns_for(names: Iterable[str], subject: str, asker: Asker) -> tuple[Trait, ...]:
    """Return the traits of these names that can be shown; a name that is gone or not for the asker is left out."""
    known = asker.traits(subject)
    wanted = dict.fromkeys(name for name in names if name in known and known[name].column_sql)
    return tuple(known[name] for name in wanted)


def compile_columns(source: Source, traits: Sequence[Trait], ids: Sequence[int]) -> Sql:
    """Return the SQL of the traits' values for these ids: the id, then for each trait its value and its currency."""
    scope = Scope(source.alias)
    shown = [f"{scope.alias}.id"]
    for trait in traits:
        shown.append(scope.render(trait.column_sql, trait.join))
        shown.append(scope.render(trait.currency_sql, trait.join) if trait.currency_sql else "NULL")
    return Sql(
        f"SELECT {', '.join(shown)} FROM {source.table} AS {scope.alias}{scope.join_sql} WHERE {scope.alias}.id = ANY(%s)",
        (list(ids),),
    )


def fetch_columns(
    source: Source, traits: Sequence[Trait], ids: Sequence[int], run: Run
) -> dict[int, dict[str, Any]]:
    """Return the traits' values by id and name; money knows its currency."""
    if not traits or not ids:
        return {number: {} for number in ids}
    sql = compile_columns(source, traits, ids)
    ours = {trait.name: trait.currency() for trait in traits if trait.type == "money" and trait.currency}
    found = {
        row[0]: {
            trait.name: _valued(trait, row[1 + 2 * at], row[2 + 2 * at] or ours.get(trait.name, ""))
            for at, trait in enumerate(traits)
        }
        for row in run(sql.text, sql.args)
    }
    for trait in traits:
        if trait.names is not None:
            _name_all(trait.name, trait.names, found)
    return found


def _name_all(
    field: str, names: Callable[[list[int]], Mapping[int, str]], found: dict[int, dict[str, Any]]
) -> None:
    """Put names in place of ids, asking once for all rows."""
    held = sorted({row[field] for row in found.values() if row[field] is not None})
    known = names(held) if held else {}
    for row in found.values():
        if row[field] is not None:
            row[field] = Named(row[field], str(known.get(row[field], row[field])))


def _valued(trait: Trait, value: Any, currency: str) -> Any:
    value = trait.absent if value is None else value
    if trait.type != "money" or value is None:
        return value
    return Money(int(value), currency) if currency else value
