"""Reading the mirror: facts as Ibis tables over one state of the files, run by an embedded engine within limits."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy

from regulars.insights.facts.limits import asked_by_somebody, run_within
from regulars.insights.facts.manifest import FILES, Filed, Manifest, current_version, pin
from regulars.insights.models import Mirror
from regulars.kit.clock import now
from regulars.kit.facts import ColumnType, Fact, facts
from regulars.kit.refused import Refused

if TYPE_CHECKING:
    import duckdb
    import ibis
    import pyarrow as pa

# How the types of facts are called in Ibis and in the files.
TYPES: Mapping[ColumnType, str] = {
    "id": "int64", "int": "int64", "money": "int64", "number": "float64", "text": "string", "flag": "boolean",
    "time": "timestamp('UTC', 6)", "day": "date",
}  # fmt: skip
SQL_TYPES: Mapping[ColumnType, str] = {
    "id": "BIGINT", "int": "BIGINT", "money": "BIGINT", "number": "DOUBLE", "text": "VARCHAR", "flag": "BOOLEAN",
    "time": "TIMESTAMPTZ", "day": "DATE",
}  # fmt: skip


# The people a question is about, beside the facts; and how many queries are kept compiled.
ASKED = "asked_people"
MOST_QUERIES = 1000


class NoMirror(Refused):
    """Nothing has been mirrored yet."""

    code = "no_mirror"
    default = gettext_lazy("The figures are being prepared for the first time; that takes a few minutes.")


class Tables:
    """Every registered fact as an Ibis table by its name; bound to no engine, so that any can run what is built on it."""

    def __init__(self, people: ibis.Table | None = None) -> None:
        self._people = people

    def __getattr__(self, name: str) -> ibis.Table:
        fact = facts().get(name)
        if fact is None:
            raise AttributeError(f"There is no fact {name}.")
        table = table_of(fact)
        if self._people is None or not fact.is_about_people:
            return table
        return table.semi_join(self._people, "person_id")


@cache
def _table(name: str, columns: tuple[tuple[str, str], ...]) -> ibis.Table:
    import ibis

    return ibis.table(dict(columns), name=name)


def _stands_alone(expression: ibis.Table) -> bool:
    """Tell whether an expression reads nothing that goes away with it, such as a table in memory."""
    from ibis.expr.operations import InMemoryTable

    return not expression.op().find(InMemoryTable)


def table_of(fact: Fact) -> ibis.Table:
    """Return a fact as a table that no engine stands behind yet."""
    return _table(fact.name, tuple((column.name, TYPES[column.type]) for column in fact.columns))


@dataclass(frozen=True)
class Query:
    """An expression as the engine's SQL, and the columns it gives."""

    sql: str
    columns: pa.Schema


@dataclass
class Engine:
    """DuckDB over the files of one manifest, which stay while this is open."""

    manifest: Manifest
    connection: duckdb.DuckDBPyConnection
    held: int
    queries: dict[Hashable, Query] = field(default_factory=dict)
    readers: int = 0
    is_old: bool = False
    lock: Lock = field(default_factory=Lock)

    def close(self) -> None:
        self.connection.close()
        os.close(self.held)


class Facts(Tables):
    """The facts of one state of the mirror, for everybody or for some people; one question at a time."""

    def __init__(self, engine: Engine, people: pa.Table | None = None) -> None:
        super().__init__(None if people is None else _table(ASKED, (("person_id", "int64"),)))
        self._engine = engine
        self._cursor = engine.connection.cursor()
        if people is not None:
            # Under one name for whomever is asked about, so that queries are the same; other cursors do not see it.
            self._cursor.register(ASKED, people)

    @cached_property
    def _backend(self) -> ibis.backends.duckdb.Backend:
        import ibis

        return ibis.duckdb.from_connection(self._cursor)

    @property
    def version(self) -> int:
        return self._engine.manifest.version

    @property
    def seen_at(self) -> datetime:
        """When this state was last known to be right: a refresh that finds nothing new writes no files."""
        manifest, mirror = self._engine.manifest, Mirror.current()
        is_ours = mirror.token == manifest.token
        return (mirror.seen_at if is_ours else None) or manifest.seen_at

    @property
    def age(self) -> timedelta:
        return now() - self.seen_at

    def of(self, person_ids: pa.Table | None) -> Facts:
        """Return the same facts for these people alone (one column `person_id`); None means everybody, guests too."""
        return Facts(self._engine, person_ids)

    def run(self, expression: ibis.Expr) -> pa.Table:
        """Run an expression and return its rows; ends early where `limits` say so."""
        return run_within(lambda: self._backend.to_pyarrow(expression), self.interrupt)

    def run_kept(self, key: Hashable, build: Callable[[], ibis.Table]) -> pa.Table:
        """Run what `build` gives, built and compiled once for each key on these files, whoever the people are."""
        key = (key, self._people is None)
        query = self._engine.queries.get(key)
        if query is None:
            expression = build()
            if not _stands_alone(expression):
                return self.run(expression)
            query = Query(self._backend.compile(expression), expression.schema().to_pyarrow())
            if len(self._engine.queries) >= MOST_QUERIES:
                self._engine.queries.clear()
            self._engine.queries[key] = query
        return self._fetch(query)

    def _fetch(self, query: Query) -> pa.Table:
        found = run_within(lambda: self._cursor.sql(query.sql).to_arrow_table(), self.interrupt)
        return found.cast(query.columns, safe=False)

    def batches(self, expression: ibis.Expr, size: int = 100_000) -> pa.RecordBatchReader:
        """Run an expression and return its rows bit by bit."""
        return self._backend.to_pyarrow_batches(expression, chunk_size=size)

    def interrupt(self) -> None:
        """Stop the question that is running, from another thread: whoever asked went away."""
        self._cursor.interrupt()


_engines: dict[Path, Engine] = {}
_opening = Lock()


@contextmanager
def open_facts(folder: Path | None = None) -> Iterator[Facts]:
    """Open the newest state of the mirror for reading; refuses with NoMirror before there is one."""
    engine = _enter(folder or mirror_folder())
    try:
        yield Facts(engine)
    finally:
        _leave(engine)


@contextmanager
def asked_facts() -> Iterator[Facts]:
    """Open the newest state for a page or a program: what it asks ends with its time, or when whoever asked has gone."""
    with asked_by_somebody(), open_facts() as facts:
        yield facts


def mirror_folder() -> Path:
    """Return the folder that holds the mirror."""
    return Path(settings.INSIGHTS_DIR)


def _enter(folder: Path) -> Engine:
    with _opening:
        engine = _engines.get(folder)
        if engine is None or engine.manifest.version != current_version(folder):
            newer = _open(folder)
            if engine is not None:
                engine.is_old = True
                _close_unread(engine)
            engine = _engines[folder] = newer
        engine.readers += 1
        return engine


def _leave(engine: Engine) -> None:
    with _opening:
        engine.readers -= 1
        _close_unread(engine)


def _close_unread(engine: Engine) -> None:
    if engine.is_old and engine.readers == 0:
        engine.close()


def close_engines() -> None:
    """Let go of the files of this process, for tests and before the folder is removed."""
    with _opening:
        for engine in _engines.values():
            engine.close()
        _engines.clear()


def _open(folder: Path) -> Engine:
    pinned = pin(folder)
    if pinned is None:
        raise NoMirror
    manifest, held = pinned
    connection = connect(folder)
    for fact in facts().values():
        filed = manifest.facts.get(fact.name, Filed())
        connection.execute(f"CREATE VIEW {fact.name} AS {view_sql(fact, filed, folder / FILES)}")
    return Engine(manifest, connection, held)


def connect(
    folder: Path, *, memory_mb: int | None = None, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """Return an embedded engine within the limits of memory and threads; what does not fit goes to disk beside the mirror."""
    import duckdb

    limits: dict[str, Any] = {
        "memory_limit": f"{memory_mb or settings.INSIGHTS_MEMORY_MB or memory_for_us()}MB",
        "threads": threads or settings.INSIGHTS_THREADS or os.cpu_count() or 1,
        "temp_directory": str(folder / "spill"),
        "autoinstall_known_extensions": "false",
        "preserve_insertion_order": "false",
        "TimeZone": "UTC",
    }
    return duckdb.connect(":memory:", config=limits)


def memory_for_us() -> int:
    """Return a quarter of the machine's memory in MB, at least 512 and at most 4,096."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(512, min(4096, total // 4))


def view_sql(fact: Fact, filed: Filed, files: Path) -> str:
    """Return the query that gives a fact as it is: the month files less dead keys, and what stands in their place."""
    columns = ", ".join(f'"{column.name}"' for column in fact.columns)
    parts = []
    if filed.months:
        dead = f" AS b ANTI JOIN {parquet(files, [filed.dead])} AS d USING ({fact.key})" if filed.dead else ""
        parts.append(f"SELECT {columns} FROM {parquet(files, list(filed.months.values()))}{dead}")
    if filed.delta:
        parts.append(f"SELECT {columns} FROM {parquet(files, [filed.delta])}")
    return " UNION ALL ".join(parts) or f"SELECT {_nothing(fact)} WHERE false"


def parquet(files: Path, names: list[str]) -> str:
    paths = ", ".join("'" + str(files / name).replace("'", "''") + "'" for name in names)
    return f"read_parquet([{paths}])"


def _nothing(fact: Fact) -> str:
    return ", ".join(f'CAST(NULL AS {SQL_TYPES[column.type]}) AS "{column.name}"' for column in fact.columns)
