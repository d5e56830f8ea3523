"""Import people from CSV, against hand-written SQL that moves the same rows from a staged table without any check.

    python benchmarks/import_people.py [ROWS]

Prints JSON: seconds of both, their ratio (promised: at most 2), rows a second and the importer's peak memory.
"""

import csv
import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.scratch import PeakMemory, cpu_seconds, scratch_database

FIRST = [
    "Anna",
    "Łukasz",
    "Mia",
    "José",
    "Zoë",
    "Bob",
    "Maria",
    "Søren",
    "Aino",
    "Jonas",
    "Kata",
    "Ольга",
    "Emma",
    "Noah",
]
LAST = [
    "Virtanen",
    "Grüße",
    "Smith",
    "Nguyễn",
    "O’Brien",
    "Kovács",
    "Jonaitis",
    "Hansen",
    "de Vries",
    "Müller",
    "García",
]
CITIES = ["Helsinki", "Vilnius", "Oslo", "Budapest", "Hamburg", "Lyon", "Sevilla", "Gdańsk"]
COUNTRIES = ["Finland", "Lithuania", "NO", "Hungary", "Deutschland", "France", "Spain", "Poland"]
HEADER = [
    "First name", "Last name", "E-mail", "Phone", "Job title", "City", "Country", "Language", "Date of birth", "Source",
    "Campaign", "Customer since",
]  # fmt: skip
BASELINE = [
    """INSERT INTO people_person (
        id, name, first_name, last_name, sort_name, job_title, language, time_zone, country, city, birthday, stage, stage_since,
        health, acquired_channel, acquired_campaign, acquired_currency, preferred_channel, tag_ids, custom, is_demo, created_at,
        updated_at, version)
    SELECT row_number, name, first_name, last_name, sort_name, job_title, language, '', country, city, birthday, 'reached',
        created_at, '', acquired_channel, acquired_campaign, '', '', '{}', '{}', false, created_at, now(), 1 FROM staged_people""",
    """INSERT INTO people_identity (person_id, kind, value, raw, label, is_primary, is_verified, is_shared, created_at)
    SELECT row_number, kind, value, raw, '', place = 0, false, false, now() FROM staged_identity""",
    """INSERT INTO people_searchdoc (subject, subject_id, words) SELECT 'person', row_number, words::tsvector FROM staged_people""",
    """INSERT INTO timeline_touchpoint (kind, person_id, occurred_at, recorded_at, actor_kind, actor_label, channel, subject_type,
        subject_id, label, payload, depth, is_silent)
    SELECT 'person.created', row_number, created_at, now(), 'import', 'people.csv', '', 'person', row_number, name, '{}', 0, true
    FROM staged_people""",
]


def write_file(path: Path, count: int) -> None:
    """Write people as a shop's export has them: one in four phones as written at home, the rest international."""
    dice = random.Random(4)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(count):
            writer.writerow(_row(number, dice))


def _row(number: int, dice: random.Random) -> list[str]:
    place = dice.randrange(len(CITIES))
    first, last = dice.choice(FIRST), dice.choice(LAST)
    phone = f"+35840{number:07d}" if number % 4 else f"040 {number:07d}"
    return [
        first, last, f"{'Person' if number % 3 else 'person'}.{number}@example{number % 997}.com", phone,
        dice.choice(["Buyer", "Owner", "Barista", ""]), CITIES[place], COUNTRIES[place] if number % 4 else "Finland",
        dice.choice(["fi", "en", "lt", "hu", ""]), f"{dice.randrange(1940, 2006)}-0{dice.randrange(1, 10)}-1{dice.randrange(10)}",
        dice.choice(["web", "shop", "friend"]), dice.choice(["spring", "autumn", ""]),
        f"202{dice.randrange(6)}-0{dice.randrange(1, 10)}-1{dice.randrange(10)} 10:{dice.randrange(10, 60)}:00",
    ]  # fmt: skip


def measure_ours(path: Path) -> dict[str, object]:
    """Import the file as the command line does."""
    from regulars.kit.actor import Actor
    from regulars.people.actions.imports import counts, draft_import, run_import

    by = Actor.clock("benchmark")
    started, cpu = time.perf_counter(), cpu_seconds()
    run = run_import(draft_import("people", path, by=by), by=by)
    return {"seconds": time.perf_counter() - started, "cpu": round(cpu_seconds() - cpu, 1), **counts(run)}


def measure_baseline(path: Path) -> tuple[float, float]:
    """Move the same rows, tidied and staged beforehand, with four statements."""
    from django.db import connection

    with connection.cursor() as cursor:
        stage(cursor, path)
        cursor.execute("TRUNCATE people_person, people_company, people_searchdoc CASCADE; CHECKPOINT")
        started, cpu = time.perf_counter(), cpu_seconds()
        for statement in BASELINE:
            cursor.execute(statement)
        return time.perf_counter() - started, round(cpu_seconds() - cpu, 1)


def stage(cursor: object, path: Path) -> None:
    """Copy the tidied rows into tables of the same form as the import's own."""
    from regulars.kit.actor import Actor
    from regulars.people.actions.imports.people import _noun
    from regulars.people.actions.imports.running import chunks_of
    from regulars.people.actions.imports.sql import COPY_IDENTITIES, COPY_PEOPLE, STAGING
    from regulars.people.models import ImportRun

    run = ImportRun.objects.latest("pk")
    run.position = 0
    noun = _noun(run, Actor.clock("benchmark"))
    for statement in (STAGING.split("TRUNCATE")[0], COPY_PEOPLE, COPY_IDENTITIES):
        if statement.startswith("COPY"):
            continue
        staging = statement.replace("TEMP TABLE IF NOT EXISTS import_", "TABLE staged_").replace(
            " ON COMMIT DELETE ROWS", ""
        )
        cursor.execute(staging)  # type: ignore[attr-defined]
    for rows in chunks_of(run, 20_000):
        chunk = noun.tidy(rows)
        for statement, text in ((COPY_PEOPLE, chunk.people), (COPY_IDENTITIES, chunk.identities)):
            with cursor.copy(statement.replace("import_", "staged_")) as copy:  # type: ignore[attr-defined]
                copy.write(text)
    blanks = ("job_title", "language", "acquired_campaign", "first_name", "last_name")
    sets = ", ".join(f"{name} = coalesce({name}, '')" for name in blanks)
    cursor.execute(f"UPDATE staged_people SET {sets}")  # type: ignore[attr-defined]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder, scratch_database("bench_import_people"):
        path = Path(folder) / "people.csv"
        write_file(path, count)
        with PeakMemory() as memory:
            ours = measure_ours(path)
        seconds = float(str(ours["seconds"]))
        again = measure_ours(path) if count <= 100_000 else {}
        baseline, baseline_cpu = measure_baseline(path)
        print(
            json.dumps(
                {
                    "name": f"import {count:,} people", "ours": round(seconds, 1), "baseline": round(baseline, 1),
                    "ratio": round(seconds / baseline, 2), "rows_per_second": round(count / seconds), "peak_memory_mb": memory.mb, "cpu_seconds": [ours["cpu"], baseline_cpu],
                    "counts": {k: v for k, v in ours.items() if k != "seconds"}, "again": again,
                },
                default=str,
            )
        )  # fmt: skip


if __name__ == "__main__":
    main()
