"""The database that the workers copy is never an old one."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.kit.postgres import binaries
from tests.database import fingerprint, keep, migrate, named, renew, restore, sql

TYPES = re.compile(r"::(character varying|text)(\[\])?|[()]")
MIGRATION = "def move(apps, editor):\n    from regulars.shop.engine.words import fold\n    fold(apps)\n"
FILES = {
    "requirements.txt": "django==5",
    "regulars/config/settings.py": "APPS = []",
    "regulars/shop/migrations/0001_initial.py": MIGRATION,
    "regulars/shop/engine/words.py": "from .letters import LETTERS",
    "regulars/shop/engine/letters.py": "LETTERS = 'ab'",
    "regulars/shop/views.py": "VIEWS = []",
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith("views.py")])
def test_whatever_migrations_are_made_of_makes_another_dump(repo: Path, name: str) -> None:
    before = fingerprint(repo)

    (repo / name).write_text(FILES[name] + "\n# changed")

    assert fingerprint(repo) != before


def test_a_new_migration_makes_another_dump_and_a_view_does_not(repo: Path) -> None:
    before = fingerprint(repo)

    (repo / "regulars/shop/views.py").write_text("VIEWS = [1]")
    assert fingerprint(repo) == before

    (repo / "regulars/shop/migrations/0002_more.py").write_text("")
    assert fingerprint(repo) != before


@pytest.fixture
def places() -> Iterator[tuple[str, str, str]]:
    """The server's address, and two databases on it that are removed afterwards."""
    url = os.environ["REGULARS_TEST_DATABASE_URL"]
    names = [f"regulars_{what}_{os.getpid()}" for what in ("first", "second")]
    first, second = (named(url, name) for name in names)
    yield url, first, second
    for name in names:
        sql(url, f"DROP DATABASE IF EXISTS {name}")


def test_a_damaged_dump_is_thrown_away(places: tuple[str, str, str], tmp_path: Path) -> None:
    url, first, second = places
    renew(first, url)
    sql(first, "CREATE TABLE word (id int)")
    dump = tmp_path / "one.dump"
    keep(dump, first)
    assert restore(dump, second, url)

    dump.write_bytes(dump.read_bytes()[:200])

    assert not restore(dump, second, url)
    assert not dump.exists()


@pytest.mark.proof
def test_a_restored_database_is_what_migrating_makes(places: tuple[str, str, str], tmp_path: Path) -> None:
    url, first, second = places
    migrate(first, url)
    keep(tmp_path / "one.dump", first)
    assert restore(tmp_path / "one.dump", second, url)

    assert told(second) == told(first)


def told(place: str) -> list[str]:
    """Return a database as statements, without what a dump says in other words of the same database.

    That is: its random words around it, and where the types of a list stand once an index has been read from a dump.
    """
    command = [binaries.locate().path("pg_dump"), "--no-owner", f"--dbname={place}"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [TYPES.sub("", line) for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]
