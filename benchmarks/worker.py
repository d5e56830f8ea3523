"""How fast one worker process hears and follows, and how long a commit waits for its reaction, alone and behind bulk work.

    python benchmarks/worker.py [TOUCHPOINTS]

Prints JSON, one line for each promise: at least 300 touchpoints a second heard by three reactions that each read one row and
write one; a follower at least 10,000 a second; commit to reaction done p95 under 200 ms, under 500 ms with 10,000 bulk jobs.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PEOPLE = 500
FOLLOWED = 100_000
TAPS = 200
BULK_JOBS = 10_000


def main() -> None:
    from benchmarks.scratch import scratch_database

    touchpoints = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with scratch_database("bench_worker"):
        people = make_people()
        report("worker: heard by three reactions", **hearing(people, touchpoints), promised="ours >= 300/s")
        report("worker: a follower", **following(people), promised="ours >= 10000/s")
        report("worker: idle", **idle())
        report("worker: commit to reaction done, alone", **latency(people), promised="p95_ms < 200")
        with bulk_work(people):
            report("worker: the same behind 10,000 bulk jobs", **latency(people), promised="p95_ms < 500")


def report(name: str, **figures: Any) -> None:
    print(json.dumps({"name": name, **figures}), flush=True)


def make_people() -> list[int]:
    from regulars.kit.clock import now
    from regulars.people.models import Person

    rows = [Person(name=f"P{n}", created_at=now(), updated_at=now()) for n in range(PEOPLE)]
    return [person.pk for person in Person.objects.bulk_create(rows)]


def hearing(people: list[int], count: int) -> dict[str, Any]:
    """Measure how fast a backlog is heard, against a loop that does the same reads and writes and nothing else."""
    from benchmarks.pokes import Poked
    from regulars.timeline.models import Hearing

    by_hand = rate(count, lambda: do_by_hand(people, count))
    announce_all([Poked(person_id=people[n % PEOPLE], n=n) for n in range(count)], silent=False)
    with worker():
        wait_until(lambda: Hearing.objects.count() < count)
        began, left = time.perf_counter(), Hearing.objects.count()
        wait_until(lambda: not Hearing.objects.exists(), every=0.2)
        ours = left / (time.perf_counter() - began)
    return {
        "ours": round(ours),
        "baseline": round(by_hand),
        "ratio": round(ours / by_hand, 2),
        "unit": "touchpoints/s",
    }


def do_by_hand(people: list[int], count: int) -> None:
    from django.db import transaction

    from benchmarks.pokes import read_and_write

    for start in range(0, count, 50):
        with transaction.atomic():
            for n in range(start, start + 50):
                for name in ("first", "second", "third"):
                    read_and_write(people[n % PEOPLE], name)


def following(people: list[int]) -> dict[str, Any]:
    """Measure how fast a follower reads silent history that it has not read before."""
    from benchmarks.pokes import Poked
    from regulars.people.models import Memo

    announce_all([Poked(person_id=people[n % PEOPLE], n=n) for n in range(FOLLOWED)], silent=True)
    with worker():
        before = Memo.objects.count()
        wait_until(lambda: Memo.objects.count() > before)
        began, start = time.perf_counter(), Memo.objects.count()
        wait_until(lambda: Memo.objects.count() >= before + FOLLOWED, every=0.2)
        ours = (before + FOLLOWED - start) / (time.perf_counter() - began)
    return {"ours": round(ours), "unit": "touchpoints/s"}


def idle() -> dict[str, Any]:
    """Measure what a worker with nothing to do costs."""
    with worker() as process:
        time.sleep(5)
        before = cpu_seconds(process.pid)
        time.sleep(10)
        return {
            "memory_mb": memory_mb(process.pid),
            "cpu_percent": round((cpu_seconds(process.pid) - before) * 10, 1),
        }


def latency(people: list[int]) -> dict[str, Any]:
    """Measure from commit to the notice that the reaction's transaction sends when it commits."""
    import psycopg

    from benchmarks.pokes import DONE, Tapped

    took = []
    with worker(), psycopg.connect(os.environ["REGULARS_DATABASE_URL"], autocommit=True) as listener:
        listener.execute(f"LISTEN {DONE}")
        time.sleep(4)
        for n in range(TAPS):
            announce_all([Tapped(person_id=people[n % PEOPLE], n=n)], silent=False)
            began = time.perf_counter()
            heard = next(iter(listener.notifies(timeout=30, stop_after=1)))
            took.append((time.perf_counter() - began) * 1000)
            if heard.payload != str(n):
                raise SystemExit(f"Expected {n}, heard {heard.payload}.")
            time.sleep(0.03)
    cuts = statistics.quantiles(took, n=100)
    return {"p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1), "p99_ms": round(cuts[98], 1)}


@contextmanager
def bulk_work(people: list[int]) -> Iterator[None]:
    """Let bulk jobs wait, enough to outlast the measurement."""
    from django.db import connection, transaction

    from benchmarks.pokes import bulk

    with transaction.atomic():
        bulk.batch_defer(*({"person_id": people[n % PEOPLE]} for n in range(BULK_JOBS)))
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'bench.bulk'")
        left = cursor.fetchone()[0]
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'bench.bulk'")
    report("worker: bulk jobs left after the measurement", left=left)


def announce_all(events: list[Any], *, silent: bool) -> None:
    from django.db import transaction

    from regulars.kit.actor import Actor
    from regulars.kit.events import announce, announce_many

    with transaction.atomic():
        if len(events) == 1:
            announce(events[0], by=Actor.clock(), silent=silent)
        else:
            announce_many(events, by=Actor.clock(), silent=silent)


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, __file__, "--work"], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def work() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    django.setup()
    from benchmarks import pokes  # noqa: F401  its reactions listen
    from regulars.kit.workshop import run

    run()


def rate(count: int, job: Callable[[], object]) -> float:
    began = time.perf_counter()
    job()
    return count / (time.perf_counter() - began)


def wait_until(happened: Callable[[], object], seconds: float = 300, every: float = 0.02) -> None:
    """Ask again and again; a long wait asks seldom, as every question takes from what is measured."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise SystemExit("It did not happen in time.")
        time.sleep(every)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


if __name__ == "__main__":
    work() if sys.argv[1:] == ["--work"] else main()
