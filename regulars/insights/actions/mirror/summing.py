"""Facts that sum another fact up: month by month beside its files, and anew for every key that its changes touch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from regulars.insights.actions.mirror.filing import workbench, write, write_month
from regulars.insights.facts.manifest import FILES, Filed
from regulars.insights.facts.reading import parquet, view_sql
from regulars.kit.facts import Fact, facts


def file_sums(
    fact: Fact, known: Filed | None, was: Filed | None, source: Filed, folder: Path, version: int
) -> Filed:
    """Return the files of a fact that sums up `source`, which was filed as `was` when `known` was written.

    Each month file sums up one of the source. Keys of which the source holds changed rows are dead in all of them, and stand summed
    up anew in the delta; so both are empty once the source is folded.
    """
    if known is None or was is None:
        known, was = Filed(), Filed()
    if source.names == was.names:
        return known
    with workbench(folder) as bench:
        same = [month for month, name in source.months.items() if was.months.get(month) == name]
        names = {month: known.months[month] for month in same if month in known.months}
        rows = {month: known.rows[month] for month in names}
        for month in source.months.keys() - set(same):
            query = _summed(fact, f"FROM {parquet(folder / FILES, [source.months[month]])}")
            name, count = write_month(bench, fact, query, month, folder, version)
            if name:
                names[month], rows[month] = name, count
        corrected = _corrected(bench, fact, source, folder, version)
    return Filed(months=dict(sorted(names.items())), rows=rows, **corrected)


def _corrected(bench: Any, fact: Fact, source: Filed, folder: Path, version: int) -> dict[str, Any]:
    """Write which keys the source's changes touch, and their sums as they are now."""
    files, of = folder / FILES, facts()[fact.sums_up]
    touched = []
    if source.delta:
        touched.append(f"SELECT {fact.key} FROM {parquet(files, [source.delta])}")
    if source.dead and source.months:
        months = parquet(files, list(source.months.values()))
        touched.append(
            f"SELECT {fact.key} FROM {months} AS m SEMI JOIN {parquet(files, [source.dead])} AS d USING ({of.key})"
        )
    if not touched:
        return {}
    keys = f"SELECT DISTINCT {fact.key} FROM ({' UNION ALL '.join(touched)}) WHERE {fact.key} IS NOT NULL ORDER BY 1"
    dead, dead_rows = write(bench, keys, files, f"{fact.name}/dead.{version}.parquet")
    if not dead:
        return {}
    whole = f"FROM ({view_sql(of, source, files)}) AS w SEMI JOIN {parquet(files, [dead])} AS d USING ({fact.key})"
    delta, delta_rows = write(bench, _summed(fact, whole), files, f"{fact.name}/delta.{version}.parquet")
    return {"dead": dead, "dead_rows": dead_rows, "delta": delta, "delta_rows": delta_rows}


def _summed(fact: Fact, rows: str) -> str:
    return f"FROM (WITH {fact.sums_up} AS ({rows}) {fact.query})"
