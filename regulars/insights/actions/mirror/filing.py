"""Writing the files of one fact: whole, changed, or folded; each is on the disk before a manifest names it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.insights.actions.mirror.aside import ALL, NO_DAY, put_aside
from regulars.insights.actions.mirror.copying import arrow_schema
from regulars.insights.facts.manifest import FILES, Filed, sync_folder
from regulars.insights.facts.reading import connect, parquet, view_sql
from regulars.kit.facts import Fact

if TYPE_CHECKING:
    import pyarrow as pa


def file_whole(fact: Fact, parts: Iterable[pa.Table], folder: Path, version: int, border: str) -> Filed:
    """Write all rows of a fact into month files, whatever order they come in, in bounded memory."""
    names, rows = {}, {}
    with put_aside(fact, arrow_schema(fact), folder) as aside:
        for part in parts:
            aside.add(part)
        aside.close()
        if not aside.months:
            return Filed(border=border)
        with workbench(folder) as bench:
            for month in aside.months:
                bench.register("put_aside", aside.rows(month))
                names[month], rows[month] = write_month(bench, fact, "FROM put_aside", month, folder, version)
                bench.unregister("put_aside")
    return Filed(months=names, rows=rows, top=aside.top, border=border)


def file_changes(
    fact: Fact, filed: Filed, keys: pa.Table, rows: pa.Table, folder: Path, version: int, border: str
) -> Filed:
    """Put changed rows in the place of those with these keys; `keys` has one column, the fact's key."""
    files, key = folder / FILES, fact.key
    with workbench(folder) as bench:
        bench.register("keys", keys)
        bench.register("changed", rows)
        old = (
            f"FROM {parquet(files, [filed.delta])} ANTI JOIN keys USING ({key}) UNION ALL "
            if filed.delta
            else ""
        )
        delta = write(bench, f"{old}FROM changed", files, f"{fact.name}/delta.{version}.parquet")
        # Keys above the highest in the month files are in none of them, so they need not be looked for there.
        gone = f"SELECT {key} FROM {parquet(files, [filed.dead])} UNION " if filed.dead else ""
        gone += f"SELECT {key} FROM keys WHERE {key} <= {filed.top} ORDER BY 1"
        dead = write(bench, gone, files, f"{fact.name}/dead.{version}.parquet")
    return replace(filed, delta=delta[0], delta_rows=delta[1], dead=dead[0], dead_rows=dead[1], border=border)


def fold(fact: Fact, filed: Filed, folder: Path, version: int) -> Filed:
    """Write the month files that changes touch anew, so that readers find everything in its place again."""
    if not (filed.delta or filed.dead):
        return filed
    files = folder / FILES
    with workbench(folder) as bench:
        bench.execute(f"CREATE VIEW whole AS {view_sql(fact, filed, files)}")
        touched = _touched(bench, fact, filed, files)
        names, rows = _write_months(bench, fact, "whole", touched, folder, version)
        top = max(filed.top, _top(bench, fact, parquet(files, [filed.delta])) if filed.delta else 0)
    untouched = [month for month in filed.months if month not in touched]
    return Filed(
        months={**{month: filed.months[month] for month in untouched}, **names},
        rows={**{month: filed.rows[month] for month in untouched}, **rows},
        top=top,
        border=filed.border,
    )


@contextmanager
def workbench(folder: Path) -> Iterator[Any]:
    """Give an engine to write files with."""
    (folder / FILES).mkdir(parents=True, exist_ok=True)
    bench = connect(folder)
    try:
        yield bench
    finally:
        bench.close()


def _top(bench: Any, fact: Fact, source: str) -> int:
    return int(bench.execute(f"SELECT max({fact.key}) FROM {source}").fetchone()[0] or 0)


def _months(bench: Any, fact: Fact, source: str) -> list[str]:
    """Return the months that rows of a source are filed under, as 2026-03."""
    if not fact.month:
        return [ALL]
    found = bench.execute(
        f"SELECT DISTINCT strftime({fact.month}, '%Y-%m') FROM {source} ORDER BY 1"
    ).fetchall()
    return [month or NO_DAY for (month,) in found]


def _in_month(fact: Fact, month: str) -> str:
    if month == ALL:
        return "true"
    if month == NO_DAY:
        return f"{fact.month} IS NULL"
    first = f"DATE '{month}-01'"
    return f"{fact.month} >= {first} AND {fact.month} < {first} + INTERVAL 1 MONTH"


def _touched(bench: Any, fact: Fact, filed: Filed, files: Path) -> list[str]:
    """Return the months that have dead rows, or rows in the delta."""
    found = set(_months(bench, fact, parquet(files, [filed.delta]))) if filed.delta else set()
    dead = f"FROM {parquet(files, [filed.dead])}"
    for month, name in filed.months.items():
        if filed.dead and month not in found:
            hit = f"SELECT EXISTS (FROM {parquet(files, [name])} SEMI JOIN ({dead}) USING ({fact.key}))"
            found |= {month} if bench.execute(hit).fetchone()[0] else set()
    return sorted(found)


def _write_months(
    bench: Any, fact: Fact, source: str, months: Iterable[str], folder: Path, version: int
) -> tuple[Mapping[str, str], Mapping[str, int]]:
    """Write the rows of these months, sorted, a file for each; return the files' names and their rows, empty months left out."""
    names, rows = {}, {}
    for month in months:
        query = f"FROM {source} WHERE {_in_month(fact, month)}"
        name, count = write_month(bench, fact, query, month, folder, version)
        if name:
            names[month], rows[month] = name, count
    return names, rows


def write_month(
    bench: Any, fact: Fact, query: str, month: str, folder: Path, version: int
) -> tuple[str, int]:
    """Write a query's rows, sorted, as the file of a month; return its name, empty without rows, and how many there are."""
    order = f" ORDER BY {', '.join(fact.sort)}" if fact.sort else ""
    return write(bench, f"{query}{order}", folder / FILES, f"{fact.name}/{month}.{version}.parquet")


def write(bench: Any, query: str, files: Path, name: str) -> tuple[str, int]:
    """Write a query's rows to a file that survives a power cut; return its name, empty without rows, and how many there are."""
    path = files / name
    path.parent.mkdir(parents=True, exist_ok=True)
    bench.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    count = int(bench.fetchone()[0])
    if count == 0:
        path.unlink()
        return "", 0
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)
    return name, count
