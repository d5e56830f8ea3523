"""Real workers, really killed: nothing announced is lost, nothing is applied twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection, transaction

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.people.models import Person
from regulars.timeline.models import JobFailure
from regulars.timeline.tests.happenings import Poked, by_the_clock, failing, slowly, traces
from tests.cast import a_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROGRAM = Path(__file__).with_name("worker_program.py")
ROOT = Path(__file__).parents[3]
Worker = subprocess.Popen[bytes]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    started: list[Worker] = []
    environment = {
        **os.environ,
        "REGULARS_DATABASE_URL": address(),
        "REGULARS_DATA": str(tmp_path),
        "REGULARS_SECRET_KEY": "tests",
        "PYTHONPATH": str(ROOT),
    }

    def start() -> Worker:
        with (tmp_path / "worker.log").open("ab") as log:
            worker = subprocess.Popen([sys.executable, str(PROGRAM)], env=environment, stdout=log, stderr=log)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


@pytest.fixture(autouse=True)
def _empty_queue() -> None:
    """Forget jobs and workers of other tests; Django empties only tables it manages."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_periodic_defers")
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def address() -> str:
    """Return the address of the test database."""
    place = connection.settings_dict
    user = (
        f"{quote(place['USER'])}:{quote(place['PASSWORD'])}@"
        if place["PASSWORD"]
        else f"{quote(place['USER'])}@"
    )
    return (
        f"postgresql://{user}{'' if place['HOST'].startswith('/') else place['HOST']}:{place['PORT']}/{place['NAME']}"
        + (f"?host={quote(place['HOST'])}" if place["HOST"].startswith("/") else "")
    )


def wait_until(happened: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.02)


def poke(person_id: int, numbers: range) -> None:
    """Announce each of these in a transaction of its own; every fifth action fails at its end."""
    for n in numbers:
        try:
            with transaction.atomic():
                announce(Poked(person_id=person_id, n=n), by=Actor.clock())
                if n % 5 == 4:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            continue


def expected(numbers: range) -> list[str]:
    done = [n for n in numbers if n % 5 != 4]
    return sorted(f"{what} {n}" for n in done for what in ("remember", "answer", "follow"))


def kill_and_count(start_worker: Callable[[], Worker], *, kills: int, pokes: int, seed: int) -> None:
    chance, ada = random.Random(seed), a_person()
    for kill in range(kills):
        worker, before = start_worker(), len(traces())
        poke(ada.pk, range(kill * pokes, (kill + 1) * pokes))
        wait_until(lambda before=before: len(traces()) > before + 10)
        time.sleep(chance.uniform(0, 0.15))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    start_worker()
    numbers = range(kills * pokes)
    wait_until(lambda: len(traces()) >= len(expected(numbers)))
    time.sleep(0.5)

    assert traces() == expected(numbers)


def test_workers_killed_at_random_lose_nothing_and_repeat_nothing(start_worker: Callable[[], Worker]) -> None:
    kill_and_count(start_worker, kills=2, pokes=120, seed=1)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(3))
def test_many_kills_lose_nothing_and_repeat_nothing(start_worker: Callable[[], Worker], seed: int) -> None:
    kill_and_count(start_worker, kills=8, pokes=250, seed=seed)


def test_two_workers_one_of_them_killed_do_everything_once(start_worker: Callable[[], Worker]) -> None:
    ada = a_person()
    first, _second = start_worker(), start_worker()
    poke(ada.pk, range(200))
    wait_until(lambda: len(traces()) > 100)
    first.kill()
    wait_until(lambda: len(traces()) >= len(expected(range(200))))
    time.sleep(0.3)

    assert traces() == expected(range(200))


def test_a_worker_asked_to_stop_ends_what_it_does(start_worker: Callable[[], Worker]) -> None:
    ada = a_person()
    worker = start_worker()
    with transaction.atomic():
        slowly.defer(person_id=ada.pk, name="done", seconds=1.0)
    wait_until(is_a_job_running)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(15) == 0
    assert traces() == ["done"]
    assert jobs() == []


@pytest.mark.parametrize(
    ("begin", "name"),
    [
        (lambda ada: slowly.defer(person_id=ada.pk, name="done", seconds=0.5), "done"),
        (lambda ada: by_the_clock.defer(timestamp=0), "struck"),
    ],
    ids=["deferred", "by the clock"],
)
def test_a_job_whose_worker_was_killed_is_run_by_the_next(
    start_worker: Callable[[], Worker], begin: Callable[[Person], object], name: str
) -> None:
    ada = a_person()
    worker = start_worker()
    with transaction.atomic():
        begin(ada)
    wait_until(is_a_job_running)
    worker.kill()
    worker.wait()
    assert traces() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    start_worker()
    wait_until(lambda: traces() == [name])
    wait_until(lambda: jobs() == [])

    assert traces() == [name]


def test_a_failed_job_is_kept_with_the_reason(start_worker: Callable[[], Worker]) -> None:
    ada = a_person()
    start_worker()
    with transaction.atomic():
        failing.defer(person_id=ada.pk)
    wait_until(lambda: ("test.failing", "failed") in jobs())

    assert JobFailure.objects.get().error.startswith("ValueError: This job fails.")


def test_a_deferred_job_of_a_rolled_back_action_is_not_run() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        failing.defer(person_id=1)
        raise ZeroDivisionError

    assert jobs() == []


def is_a_job_running() -> bool:
    return any(status == "doing" for _name, status in jobs())


def jobs() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, status::text FROM procrastinate_jobs WHERE task_name LIKE 'test.%' ORDER BY id"
        )
        return cursor.fetchall()
