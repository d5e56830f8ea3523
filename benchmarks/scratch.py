"""A database of its own for a measurement, on the server that REGULARS_DATABASE_URL names; dropped afterwards."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg


@contextlib.contextmanager
def scratch_database(name: str, *, is_kept: bool = False) -> Iterator[str]:
    """Make an empty, migrated database, point Django at it and drop it in the end; one that is kept is used again as it is."""
    server = os.environ.get("REGULARS_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    parts = urlsplit(server)
    url = urlunsplit(parts._replace(path=f"/{name}"))
    admin = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        is_there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not (is_kept and is_there):
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
    os.environ["REGULARS_DATABASE_URL"] = url
    try:
        _set_up()
        yield url
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(admin, autocommit=True) as connection:
            if not is_kept:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)


class PeakMemory:
    """The most memory (PSS: shared pages counted once) this process and its children held at one moment, looked at often.

    What the system remembers as a child's largest size is no use: it begins with its parent's at the fork.
    """

    def __init__(self) -> None:
        self.mb = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            self.mb = max(self.mb, sum(map(_pss_kb, _family())) // 1024)
            if self._over.wait(0.25):
                return


def _family() -> list[int]:
    own = os.getpid()
    children = Path(f"/proc/{own}/task").glob("*/children")
    return [own, *(int(pid) for path in children for pid in _read(path).split())]


def _pss_kb(pid: int) -> int:
    lines = _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def cpu_seconds() -> float:
    """Return the processor time of this process, its ended children and its database session, where that is on this machine."""
    from django.db import connection

    used = os.times()
    own = used.user + used.system + used.children_user + used.children_system
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    try:
        fields = open(f"/proc/{row[0]}/stat").read().rsplit(")", 1)[1].split()  # noqa: SIM115
    except OSError:
        return round(own, 1)
    return round(own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), 1)
