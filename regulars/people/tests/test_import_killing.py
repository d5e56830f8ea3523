"""Imports that are killed, and imports that others overtake: nothing is lost, nothing is taken in twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from regulars.kit.actor import Actor
from regulars.people.actions.imports import counts, draft_import, run_import
from regulars.people.actions.imports.merging import PeopleMerge
from regulars.people.models import Identity, ImportReject, ImportRun, Person
from regulars.team.models import Business
from regulars.timeline.models import Touchpoint
from tests.cast import a_person

pytestmark = pytest.mark.django_db(transaction=True)
PROGRAM = Path(__file__).with_name("import_program.py")
ROOT = Path(__file__).parents[3]
ROWS = 6_000


@pytest.fixture
def run(tmp_path: Path) -> ImportRun:
    Business.objects.update_or_create(pk=1, defaults={"name": "Kahvila Aalto", "country": "FI"})
    path = tmp_path / "people.csv"
    rows = "".join(
        f"Person {n},{'broken' if n % 500 == 7 else f'p{n}@example.org'},+35840{n:07d}\n" for n in range(ROWS)
    )
    path.write_text("name,email,phone\n" + rows)
    return draft_import("people", path, by=Actor.clock("test"))


@pytest.mark.slow
def test_an_import_killed_in_the_middle_goes_on_and_ends_as_if_nothing_had_happened(
    run: ImportRun, tmp_path: Path
) -> None:
    kills = 0
    while kills < 3:
        process = start(run, tmp_path)
        if not wait_for_a_chunk(run, process):
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        assert counted_as_written(run)

    done = run_import(ImportRun.objects.get(pk=run.pk), by=Actor.clock("test"))

    broken = sum(n % 500 == 7 for n in range(ROWS))
    assert kills == 3
    assert counts(done) == {
        "seen": ROWS,
        "created": ROWS - broken,
        "updated": 0,
        "unchanged": 0,
        "rejected": broken,
    }
    assert (Person.objects.count(), Identity.objects.count()) == (ROWS - broken, 2 * (ROWS - broken))
    assert Touchpoint.objects.filter(kind="person.created").count() == ROWS - broken
    assert sorted(ImportReject.objects.values_list("row", flat=True)) == [
        n + 2 for n in range(ROWS) if n % 500 == 7
    ]


def test_an_address_taken_by_somebody_in_the_very_moment_is_met_again(
    run: ImportRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "people.csv").write_text("name,email,phone\nAda,ada@example.org,\n")
    create = PeopleMerge._create
    taken: list[Person] = []

    def create_while_another_does(self: PeopleMerge, *rest: Any) -> None:
        if not taken:
            in_another_connection(lambda: taken.append(a_person("Ada of the web", email="ada@example.org")))
        create(self, *rest)

    monkeypatch.setattr(PeopleMerge, "_create", create_while_another_does)

    done = run_import(run, by=Actor.clock("test"))

    assert (done.created, done.updated) == (0, 1)
    assert Person.objects.get().name == "Ada"
    assert Identity.objects.count() == 1


def start(run: ImportRun, folder: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "REGULARS_DATABASE_URL": address(),
        "REGULARS_DATA": str(folder),
        "PYTHONPATH": str(ROOT),
    }
    environment |= {"REGULARS_SECRET_KEY": "tests"}
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(run.pk)], env=environment, stderr=subprocess.DEVNULL
    )


def counted_as_written(run: ImportRun) -> bool:
    """Say whether what is written is exactly what the run has counted."""
    stored = ImportRun.objects.get(pk=run.pk)
    return (
        stored.created == Person.objects.count()
        and stored.seen == stored.position == stored.created + stored.rejected
    )


def wait_for_a_chunk(run: ImportRun, process: subprocess.Popen[bytes], seconds: float = 60) -> bool:
    """Wait until the process has taken in another chunk; say whether it did before its end."""
    begun, end = ImportRun.objects.get(pk=run.pk).position, time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if ImportRun.objects.get(pk=run.pk).position > begun:
            return True
        time.sleep(0.01)
    return False


def in_another_connection(work: Any) -> None:
    def whole() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=whole)
    thread.start()
    thread.join()


def address() -> str:
    """Return the address of the database this test runs on, which may be a socket."""
    at = connection.settings_dict
    secret = f":{quote(at['PASSWORD'], safe='')}" if at["PASSWORD"] else ""
    user = f"{quote(at['USER'], safe='')}{secret}@"
    if str(at["HOST"]).startswith("/"):
        return f"postgresql://{user}:{at['PORT']}/{at['NAME']}?host={quote(at['HOST'])}"
    return f"postgresql://{user}{at['HOST']}:{at['PORT']}/{at['NAME']}"
