"""What one request costs: CPU-milliseconds of the web process and of its database connection, beside the emptiest request.

    python benchmarks/cost.py [PEOPLE | DATABASE-NAME] [WORD ...]

Asks one process through its WSGI door, without a network, so that the figures hold on a busy machine too. Makes a database of
its own with so many people, or asks one that is already filled. Words pick the requests whose names hold one of them.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.asked import Asked, asked, visitors

ROUNDS, WARM = 60, 12
App = Callable[..., Any]


def main() -> None:
    first, *words = sys.argv[1:] or ["1000000"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    with world(first):
        from regulars.config.wsgi import application as app

        for one in asked(visitors(), lambda path, headers: get(app, path, headers)):
            if not words or any(word in one.name for word in words):
                print(json.dumps({"name": one.name, **cost(app, one)}), flush=True)


@contextmanager
def world(said: str) -> Iterator[None]:
    """Stand on a new world of so many people, or on a database that holds one."""
    if said.isdigit():
        from benchmarks.scratch import scratch_database

        with scratch_database("regulars_cost"):
            from django.db import connection

            from benchmarks.world import fill

            fill(connection, int(said))
            yield
        return
    parts = urlsplit(os.environ["REGULARS_DATABASE_URL"])
    os.environ["REGULARS_DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{said}"))
    import django

    django.setup()
    yield


def cost(app: App, one: Asked) -> dict[str, Any]:
    """Ask again and again; a first dozen warms caches and is not counted."""
    number = time.time_ns() // 1_000_000  # what is made must be new, on a database asked before too
    for step in range(WARM):
        ask(app, one, number + step)
    backend, queries = backend_pid(), count_queries(app, one, number + WARM)
    ours, theirs, wall = cpu(), cpu_of(backend), time.perf_counter()
    for step in range(ROUNDS):
        ask(app, one, number + WARM + 1 + step)
    return {
        "cpu_ms": round((cpu() - ours) / ROUNDS * 1000, 2),
        "database_cpu_ms": round((cpu_of(backend) - theirs) / ROUNDS * 1000, 2),
        "wall_ms": round((time.perf_counter() - wall) / ROUNDS * 1000, 2),
        "queries": queries,
    }


def get(app: App, path: str, headers: dict[str, str]) -> str:
    once = Asked(name=path, request=lambda number: ("GET", path, None), headers=headers)
    return ask(app, once, 0).decode()


def ask(app: App, one: Asked, number: int) -> bytes:
    """Send one request through the WSGI door and read the whole answer."""
    method, path, body = one.request(number)
    where = urlsplit(path)
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": where.path, "QUERY_STRING": where.query, "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:8000",
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body or b""), "CONTENT_LENGTH": str(len(body or b"")),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in one.headers.items()},
    }  # fmt: skip
    if "Content-Type" in one.headers:
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
    said: list[str] = []
    answer = app(environ, lambda status, headers: said.append(status))
    try:
        text = b"".join(answer)
    finally:
        answer.close()
    if said[0][0] not in "23":
        raise SystemExit(f"{one.name}: {said[0]} {text[:300]!r}")
    return text


def count_queries(app: App, one: Asked, number: int) -> int:
    """Return how many statements one request sends."""
    from django.db import connection

    sent: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        ask(app, one, number)
    if os.environ.get("SHOW"):
        for sql in sent:
            print("   ", " ".join(sql.split())[: int(os.environ["SHOW"])])
    return len(sent)


def backend_pid() -> int:
    """Return the process that serves our connection, when the database is on this machine; else 0."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_backend_pid(), inet_server_addr() IS NULL OR inet_server_addr() <<= '127.0.0.0/8'"
        )
        pid, is_here = cursor.fetchone()
    return int(pid) if is_here else 0


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of another process, finely counted by the scheduler where it tells."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


if __name__ == "__main__":
    main()
