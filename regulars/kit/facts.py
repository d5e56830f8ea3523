"""The contract of facts: what a room lets insights count, as columns with types and one query that gives them.

A fact is a table of things that happened, mirrored out of PostgreSQL into month files (regulars/insights). A room describes
it as data and registers it from its `apps.ready()`; nothing else has to be written for it to be mirrored, tracked and read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.utils.functional import Promise

# id, int and money are int64 (money in minor units), time is a UTC timestamp in microseconds, day a date of the business.
ColumnType = Literal["id", "int", "money", "number", "text", "flag", "time", "day"]
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True)
class Column:
    """One column: its name, type, and what it means where the name cannot say it all."""

    name: str
    type: ColumnType
    meaning: str = ""


@dataclass(frozen=True, kw_only=True)
class Track:
    """Changes of which table change a fact.

    `key` is the table's column that is noted down when a row is inserted, deleted, or changed in one of `watched`. `keys` turns the
    noted numbers `{noted}` (an array) into keys of the fact; empty when they are the keys. A table whose rows are only added and
    that knows their order says so by `arrivals`: its inserts are not noted.
    """

    table: str
    key: str = "id"
    watched: tuple[str, ...] = ()
    keys: str = ""
    arrivals: bool = False


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """How to find what was added to a table that knows its own order, instead of noting every row.

    `border` gives, as text, how far everything has been committed; `since` keeps the rows at or after such a border.
    """

    border: str
    since: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A table of facts: its columns, where they come from, and how changes are found.

    `query` selects the columns in their order and ends in a WHERE clause, to which ` AND {key_sql} = ANY(…)` can be added. It may
    name `{zone}` (the business's time zone, quoted) and `{currency}`. `key` is the column by which rows are replaced: all rows of
    a changed key go, and those that are there now come. A fact that sums another up names it as `sums_up` and tracks nothing; its
    `query` reads that fact alone, in SQL that the engine of the mirror reads, and makes of the rows of one key in one month rows of
    that key in that month. `month` is the day or time by whose month rows are filed; empty for a
    small table kept in one file. `sort` orders rows within a file, so that readers skip what they need not see.
    """

    name: str
    label: str | Promise
    columns: tuple[Column, ...]
    query: str
    key_sql: str
    tracks: tuple[Track, ...]
    key: str = "id"
    sums_up: str = ""
    month: str = ""
    sort: tuple[str, ...] = ()
    arrivals: Arrivals | None = None
    needs: tuple[str, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        used = {self.key, *self.sort, *([self.month] if self.month else [])}
        if not _NAME.match(self.name) or not used <= set(names):
            raise TypeError(f"Fact {self.name} names columns that it does not have: {used - set(names)}")

    @property
    def types(self) -> Mapping[str, ColumnType]:
        return {column.name: column.type for column in self.columns}

    @property
    def is_about_people(self) -> bool:
        """Whether each row belongs to a person, so that it can be narrowed to the people somebody may see."""
        return "person_id" in self.types


_facts: dict[str, Fact] = {}


def register_fact(*facts: Fact) -> None:
    """Offer facts to the mirror; the same name again replaces the fact."""
    for fact in facts:
        _facts[fact.name] = fact


def facts() -> Mapping[str, Fact]:
    """Return every registered fact by its name."""
    return dict(_facts)
