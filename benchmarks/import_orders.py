"""Import the real order lines, against hand-written SQL that moves the finished rows from staged tables into the same tables.

    python benchmarks/import_orders.py [FILE]

Prints JSON: seconds of both, their ratio (promised: at most 2), lines a second and the importer's peak memory.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.scratch import PeakMemory, cpu_seconds, scratch_database

DATA = Path(os.environ.get("REGULARS_SHARED_DATA") or ROOT.parent / "shared" / "data")
# In the order in which they refer to each other.
TABLES = (
    "people_person", "people_identity", "people_searchdoc", "people_word", "people_worddeletion", "commerce_product", "commerce_order",
    "commerce_orderline", "commerce_refund", "commerce_refundline", "commerce_personfigures", "people_stageinterval",
    "timeline_touchpoint",
)  # fmt: skip


def measure_ours(path: Path) -> dict[str, Any]:
    """Import the file as the command line does."""
    from regulars.kit.actor import Actor
    from regulars.people.actions.imports import counts, draft_import, run_import

    by = Actor.clock("benchmark")
    started, cpu = time.perf_counter(), cpu_seconds()
    run = run_import(draft_import("orders", path, by=by), by=by)
    told = {"seconds": time.perf_counter() - started, "cpu": round(cpu_seconds() - cpu, 1), **counts(run)}
    return told | {"cancelled": run.options.get("cancelled")}


def measure_baseline() -> tuple[float, float]:
    """Move what the import wrote out and in again, with one statement a table."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE staged_{table} AS SELECT * FROM {table}")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        started, cpu = time.perf_counter(), cpu_seconds()
        for table in TABLES:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM staged_{table}")
        return time.perf_counter() - started, round(cpu_seconds() - cpu, 1)


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "orders" / "online_retail.csv.gz"
    if not path.exists():
        sys.exit(f"The real orders are not here (REGULARS_SHARED_DATA): {path.name}")
    with scratch_database("bench_import_orders"):
        with PeakMemory() as memory:
            ours = measure_ours(path)
        baseline, baseline_cpu = measure_baseline()
        seconds = ours.pop("seconds")
        told = {
            "name": f"import {ours['seen']:,} order lines", "ours": round(seconds, 1), "baseline": round(baseline, 1),
            "ratio": round(seconds / baseline, 2), "rows_per_second": round(ours["seen"] / seconds), "peak_memory_mb": memory.mb,
            "cpu_seconds": [ours.pop("cpu"), baseline_cpu], "counts": ours,
        }  # fmt: skip
        print(json.dumps(told))


if __name__ == "__main__":
    main()
