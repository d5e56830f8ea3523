"""The migrated database that every worker copies, made once for a run while the tests are still being collected.

Migrating costs twenty seconds, most of it Django imagining past states. So `tests.run` starts this as a program of its own, which
holds a lock while it works, and keeps a dump for the next run under the hash of all that migrations are made of. Every copy is
migrated all the same, as an installation is by a new version: a dump that lacks a migration gets it.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from regulars.kit.postgres import binaries

REPO = Path(__file__).resolve().parent.parent
KEPT_IN = REPO / "build" / "test-database"
KEPT_DUMPS = 3
NAME, DRAFT = "regulars_migrated", "regulars_migrating"
LOCK = "REGULARS_TEST_TEMPLATE_LOCK"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let the test database be a copy of the migrated one, where `tests.run` makes one."""
    from django.conf import settings

    if LOCK in os.environ and is_there(os.environ["REGULARS_TEST_DATABASE_URL"]):
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = NAME


def is_there(url: str) -> bool:
    """Wait until the database was made, and tell whether that went well: who gets none migrates and sees why."""
    with Path(os.environ[LOCK]).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
    with psycopg.connect(url) as connection:
        return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone())


def start_making(folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Begin to make the migrated database in the background; the lock is held from here until that program ends."""
    with (folder / "template.lock").open("wb") as lock, (folder / "template.log").open("wb") as log:
        fcntl.flock(lock, fcntl.LOCK_EX)
        environment[LOCK] = lock.name
        return subprocess.Popen(
            [sys.executable, "-m", "tests.database"],
            env=environment, stdout=log, stderr=log, pass_fds=[lock.fileno()],
        )  # fmt: skip


def make(url: str) -> None:
    """Make the migrated database from the kept dump or by migrating, under a name that it only gets when it is whole."""
    dump = KEPT_IN / f"{fingerprint()}.dump"
    draft = named(url, DRAFT)
    if not (dump.exists() and restore(dump, draft, url)):
        migrate(draft, url)
        keep(dump, draft)
    sql(url, f"ALTER DATABASE {DRAFT} RENAME TO {NAME}")


def restore(dump: Path, draft: str, url: str) -> bool:
    """Fill a new database from a dump and tell whether that went well; a damaged dump is thrown away."""
    renew(draft, url)
    is_whole = run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={draft}", str(dump))
    if not is_whole:
        dump.unlink()
    return is_whole


def migrate(draft: str, url: str) -> None:
    """Fill a new database as an installation is set up."""
    renew(draft, url)
    environment = {**os.environ, "REGULARS_DATABASE_URL": draft}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0", "--no-input", "--skip-checks"]
    subprocess.run(command, env=environment, cwd=REPO, check=True)


def keep(dump: Path, draft: str) -> None:
    """Keep a database for the next run, beside a few of other branches."""
    dump.parent.mkdir(parents=True, exist_ok=True)
    part = dump.with_suffix(f".{os.getpid()}")
    if run("pg_dump", "--format=custom", "--no-owner", f"--file={part}", f"--dbname={draft}"):
        part.replace(dump)
    part.unlink(missing_ok=True)
    for older in sorted(dump.parent.glob("*.dump"), key=lambda kept: kept.stat().st_mtime)[:-KEPT_DUMPS]:
        older.unlink(missing_ok=True)


def run(name: str, *options: str) -> bool:
    """Run one of PostgreSQL's own programs and tell whether it went well."""
    return subprocess.run([binaries.locate().path(name), *options], check=False).returncode == 0


def renew(draft: str, url: str) -> None:
    """Make a database anew and empty."""
    name = urlsplit(draft).path[1:]
    sql(url, f"DROP DATABASE IF EXISTS {name}")
    sql(url, f"CREATE DATABASE {name}")


def named(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def sql(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def fingerprint(repo: Path = REPO) -> str:
    """Return a hash of all that migrations are made of: their files, what of ours they reach into, and the locked packages."""
    digest = hashlib.sha256()
    for path in sorted(set(sources(repo))):
        digest.update(f"{path.relative_to(repo)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:32]


def sources(repo: Path) -> Iterator[Path]:
    """Walk the files behind the fingerprint."""
    migrations = sorted(repo.glob("regulars/*/migrations/*.py"))
    yield from migrations
    yield from repo.glob("requirements*.txt")
    for folder in {
        repo / "regulars/config",
        *(place for one in migrations for place in reached_by(one, repo)),
    }:
        yield from folder.glob("*.py")


def reached_by(migration: Path, repo: Path) -> Iterator[Path]:
    """Walk the folders of our own modules that a migration imports, wherever in it."""
    for node in ast.walk(ast.parse(migration.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.startswith("regulars."):
                place = repo.joinpath(*name.split("."))
                yield place if place.is_dir() else place.parent


if __name__ == "__main__":
    make(os.environ["REGULARS_TEST_DATABASE_URL"])
