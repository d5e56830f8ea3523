"""The mirror, the summary of each customer and the write-back of their worth, each beside the plainest way of doing the same.

    python benchmarks/insights_mirror.py [--people N] [--orders N] [--touchpoints N] [--world URL] [--peer PYTHON]

`--world` names a database that an earlier run or `insights_world.fill` has filled. Prints JSON: name, ours, baseline, ratio; seconds of the
wall and of the processor (other work on the machine disturbs the first more than the second), and the most memory.
`--peer` names a Python that has lifetimes 0.11.3, whose own summary is then timed on the same orders (see clv.py).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.scratch import PeakMemory, cpu_seconds, scratch_database

SUMMARY = """
    SELECT person_id, count(*) AS days, min(day) AS first_on, max(day) AS last_on,
        (sum(net_minor) - arg_min(net_minor, day)) / nullif(count(*) - 1, 0) AS average_minor
    FROM read_parquet({files}) GROUP BY 1"""
TRACKED = ("commerce_order",)
NEW_ORDERS = """
    INSERT INTO commerce_order (source, number, person_id, placed_at, status, currency, total_minor, refunded_minor, shipping_minor,
        discount_minor, tax_minor, base_minor, base_refunded_minor, line_count, channel, campaign, coupon, country, custom, is_demo,
        created_at, updated_at, version)
    SELECT 'bench', i::text, 1 + i %% 1000, now(), 'completed', 'EUR', 100, 0, 0, 0, 0, 100, 0, 1, '', '', '', '', '{}', false, now(), now(), 1
    FROM generate_series(1, 100000) AS i"""


def main() -> None:
    options = _options()
    with (
        world(options),
        tempfile.TemporaryDirectory(prefix="bench-insights-") as folder,
        PeakMemory() as memory,
    ):
        from django.conf import settings

        settings.INSIGHTS_DIR = folder
        for result in _measure(options, Path(folder)):
            print(json.dumps({**result, "peak_mb": memory.mb}), flush=True)


def _options() -> argparse.Namespace:
    parser = sizes()
    parser.add_argument("--peer", default="")
    return parser.parse_args()


def sizes() -> argparse.ArgumentParser:
    """Return what reads how large a world is asked for, or which one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--touchpoints", type=int, default=5_000_000)
    parser.add_argument("--world", default="")
    return parser


@contextmanager
def world(options: argparse.Namespace) -> Iterator[None]:
    if options.world:
        os.environ["REGULARS_DATABASE_URL"] = options.world
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, skip_checks=True)
        yield
        return
    with scratch_database("bench_insights"):
        from benchmarks.insights_world import fill

        fill(options.people, options.orders, options.touchpoints)
        yield


def _measure(options: argparse.Namespace, folder: Path) -> Iterator[dict[str, Any]]:
    from regulars.kit import facts as registry

    everything = dict(registry._facts)
    registry._facts.clear()
    registry._facts.update({name: everything[name] for name in ("orders", "purchase_days")})
    yield from _first_mirror()
    yield from _changes()
    yield from _summary(folder, options.peer)
    registry._facts.update(everything)
    yield _whole_mirror()
    yield from _write_back()
    yield from _tracking()


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return seconds of the wall, seconds of processor time (ours and the server's for us), and what the work returned."""
    cpu, started = cpu_seconds(), time.perf_counter()
    found = work()
    seconds = time.perf_counter() - started
    return seconds, cpu_seconds() - cpu, found


def compared(
    name: str, ours: tuple[float, float], baseline: tuple[float, float], **more: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "ours": round(ours[0], 3),
        "baseline": round(baseline[0], 3),
        "ratio": round(ours[0] / baseline[0], 3),
        "ours_cpu": round(ours[1], 2),
        "baseline_cpu": round(baseline[1], 2),
        **more,
    }


def _first_mirror() -> Iterator[dict[str, Any]]:
    from regulars.insights.actions.mirror import refresh_mirror

    baseline = timed(_copy_and_throw_away)
    ours = timed(lambda: refresh_mirror(full=True))
    again = timed(_copy_and_throw_away)
    best = min(baseline, again)
    yield compared(
        "first mirror of the orders", ours[:2], best[:2], rows=ours[2].rows, bytes_read=baseline[2]
    )


def _copy_and_throw_away() -> int:
    from django.db import connection

    from regulars.insights.actions.mirror.copying import query_of
    from regulars.kit.facts import facts
    from regulars.team.models import Business

    query, size = query_of(facts()["orders"], Business.current()), 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with connection.connection.cursor() as raw, raw.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as rows:
        for row in rows:
            size += len(row)
    return size


def _changes() -> Iterator[dict[str, Any]]:
    from django.db import connection

    from regulars.insights.actions.mirror import refresh_mirror
    from regulars.insights.models import Mirror

    full = Mirror.current().seconds
    runs = []
    for turn in range(5):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE commerce_order SET channel = channel || 'x' WHERE id IN (SELECT 1 + floor(random() * 9e5)::int * 10 + %s "
                "FROM generate_series(1, 1000))",
                [turn],
            )
        runs.append(timed(refresh_mirror))
    middle = sorted(runs, key=lambda run: run[0])[2]
    yield compared(
        "refresh after 1,000 changed orders, of the full mirror", middle[:2], (full, 0.0), rows=middle[2].rows
    )
    yield {
        "name": "folding them into the month files",
        "ours": round(timed(lambda: refresh_mirror(folding=True))[0], 2),
    }


def _summary(folder: Path, peer: str) -> Iterator[dict[str, Any]]:
    from regulars.insights.actions.mirror import refresh_mirror
    from regulars.insights.facts.manifest import FILES, read_manifest
    from regulars.insights.facts.reading import connect, open_facts
    from regulars.insights.metrics.per_person import purchase_summary
    from regulars.kit.clock import now
    from regulars.kit.metrics import Ask

    refresh_mirror(full=True)
    manifest = read_manifest(folder)
    assert manifest
    files, orders = (
        [str(folder / FILES / name) for name in manifest.facts[fact].months.values()]
        for fact in ("purchase_days", "orders")
    )
    hand = connect(folder)
    ask = Ask(today=now().date(), until=now().date().replace(year=2030))
    ours, theirs = [], []
    with open_facts() as facts:
        for _ in range(5):
            theirs.append(timed(lambda: hand.execute(SUMMARY.format(files=files)).to_arrow_table()))
            ours.append(timed(lambda: facts.run(purchase_summary(facts, ask))))
    assert _sums(ours[0][2]) == _sums(theirs[0][2])
    best = [tuple(median(run[place] for run in runs) for place in (0, 1)) for runs in (ours, theirs)]
    yield compared(
        "summary of each customer, beside hand-written SQL", best[0], best[1], people=ours[0][2].num_rows
    )
    if peer:
        theirs_alone = _with_lifetimes(hand, orders, folder, peer)
        yield compared("summary of each customer, beside lifetimes' own function", best[0], theirs_alone)
    hand.close()


# What the peer runs: only the function itself is timed, not reading the arrays.
LIFETIMES = """
import sys, time, numpy as np, pandas as pd
from lifetimes.utils import summary_data_from_transaction_data
folder = sys.argv[1]
orders = pd.DataFrame({name: np.load(f"{folder}/{name}.npy") for name in ("person", "day", "net")})
wall, cpu = time.perf_counter(), time.process_time()
summary_data_from_transaction_data(orders, "person", "day", monetary_value_col="net", observation_period_end=orders.day.max())
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def _with_lifetimes(hand: Any, orders: list[str], folder: Path, peer: str) -> tuple[float, float]:
    """Return the seconds, of the wall and of the processor, of lifetimes' own function on the orders of these days."""
    import numpy as np

    query = (
        "SELECT person_id AS person, day, net_minor::DOUBLE AS net "
        f"FROM read_parquet({orders}) WHERE is_purchase AND person_id IS NOT NULL"
    )
    for name, values in hand.execute(query).fetchnumpy().items():
        np.save(folder / f"{name}.npy", np.asarray(values))
    program = [peer, "-W", "ignore", "-c", LIFETIMES, str(folder)]
    told = subprocess.run(program, check=True, capture_output=True, text=True).stdout.split()
    return float(told[-2]), float(told[-1])


def _sums(found: Any) -> tuple[int, int, int]:
    import pyarrow.compute as pc

    days = pc.sum(
        pc.subtract(pc.cast(found["last_on"], "int32"), pc.cast(found["first_on"], "int32"))
    ).as_py()
    return pc.sum(found["days"]).as_py() - found.num_rows, days, found.num_rows


def _whole_mirror() -> dict[str, Any]:
    from regulars.insights.actions.mirror import refresh_mirror

    ours = timed(lambda: refresh_mirror(full=True))
    return {
        "name": "first mirror of every fact",
        "ours": round(ours[0], 1),
        "ours_cpu": round(ours[1], 1),
        "rows": ours[2].rows,
    }


def _write_back() -> Iterator[dict[str, Any]]:
    from django.db import connection, transaction

    from regulars.insights.actions.worth import refresh_worth, refresh_worth_of
    from regulars.insights.actions.worth.all_people import _as_csv, worth_of_all, write_rows
    from regulars.insights.facts.reading import open_facts

    with open_facts() as facts:
        worked_out = timed(lambda: worth_of_all(facts))
    rows = worked_out[2][0]
    yield {
        "name": "everybody's worth worked out",
        "ours": round(worked_out[0], 2),
        "people": rows.num_rows,
        "traits": rows.num_columns - 1,
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_worth")
        cursor.execute("CREATE TABLE bench_worth (LIKE insights_worth_a INCLUDING ALL)")

    def plainly() -> None:
        with (
            transaction.atomic(),
            connection.connection.cursor() as raw,
            raw.copy(f"COPY bench_worth ({', '.join(rows.column_names)}) FROM STDIN (FORMAT csv)") as into,
        ):
            for part in _as_csv(rows):
                into.write(part)

    def ours() -> None:
        with transaction.atomic():
            write_rows("b", rows)

    baseline, mine = timed(plainly), timed(ours)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_worth")
    yield compared("write-back of everybody's worth", mine[:2], baseline[:2])
    refresh_worth()
    some = [int(number) for number in rows["person_id"].to_numpy()[::7919][:100]]
    refresh_worth_of(some)
    few = [timed(lambda: refresh_worth_of(some))[0] for _ in range(5)]
    yield {"name": "the worth of 100 people from PostgreSQL, ms", "ours": round(median(few) * 1000, 1)}


def _tracking() -> Iterator[dict[str, Any]]:
    """What noting changes adds to writing orders: 100,000 inserted, 100,000 changed, 1,000 one by one."""
    from django.db import connection, transaction

    one = "UPDATE commerce_order SET channel = channel || 'y' WHERE id = %s"
    works: dict[str, Callable[[Any], None]] = {
        "insert 100,000 orders": lambda cursor: cursor.execute(NEW_ORDERS, []),
        "change 100,000 orders": lambda cursor: cursor.execute(
            "UPDATE commerce_order SET channel = channel || 'y' WHERE id <= 100000"
        ),
        "change 1,000 orders one by one": lambda cursor: [
            cursor.execute(one, [number]) for number in range(1, 1001)
        ],
    }
    for name, work in works.items():
        runs: dict[str, list[tuple[float, float]]] = {"ENABLE": [], "DISABLE": []}
        for _ in range(3):
            for switch in runs:
                with transaction.atomic(), connection.cursor() as cursor:
                    for table in TRACKED:
                        cursor.execute(f"ALTER TABLE {table} {switch} TRIGGER USER")
                    runs[switch].append(timed(lambda work=work, cursor=cursor: work(cursor))[:2])
                    transaction.set_rollback(True)
        yield compared(f"tracking: {name}", min(runs["ENABLE"]), min(runs["DISABLE"]))


if __name__ == "__main__":
    main()
