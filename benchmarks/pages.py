"""The list, the 360° page, search and the API over many people, each against the emptiest request of its kind in the same run.

    python benchmarks/pages.py [PEOPLE] [WORD ...]

Makes a database of its own, serves it as in production (two web processes), and prints one JSON line for each promise.
Words pick the requests whose names hold one of them, and what those are held against.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.asked import Asked, asked, visitors
from benchmarks.load import Measured, measure
from benchmarks.scratch import scratch_database
from benchmarks.world import fill


def main() -> None:
    count = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1].isdigit() else ""
    people, words = int(count or 1_000_000), sys.argv[2 if count else 1 :]
    with scratch_database("regulars_pages") as url:
        from django.db import connection

        began = time.perf_counter()
        fill(connection, people)
        tell("world", people=people, seconds=round(time.perf_counter() - began, 1))
        who = visitors()
        with served(url) as port:
            everything = asked(who, lambda path, headers: get(port, path, headers))
            measure_all(port, chosen(everything, words), people)


def chosen(everything: list[Asked], words: list[str]) -> list[Asked]:
    """Return the requests whose names hold one of the words, with their baselines."""
    found = [one for one in everything if not words or any(word in one.name for word in words)]
    names = {name for one in found for name in (one.name, one.against)}
    return [one for one in everything if one.name in names]


def measure_all(port: int, wanted: list[Asked], people: int) -> None:
    """Measure each request at each number of clients, and say how it stands to what it is held against."""
    found: dict[tuple[str, int], Measured] = {}
    for one in wanted:
        for clients in one.clients:
            ours = found[one.name, clients] = measure(port, one.headers, one.request, clients)
            more: dict[str, Any] = {"clients": clients, "people": people, "ours": ours.told()}
            if baseline := found.get((one.against, clients)):
                ratio = round(ours.p95_ms / baseline.p95_ms, 2) if baseline.p95_ms else None
                more |= {"baseline": baseline.told(), "ratio": ratio, "promise": one.promise}
            tell(one.name, **more)


@contextmanager
def served(url: str) -> Iterator[int]:
    """Serve the database with two web processes, as in production."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = {
        **os.environ,
        "REGULARS_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
    }
    command = [sys.executable, "-m", "regulars", "web", "--port", str(port), "--processes", "2"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()


def wait_for(port: int) -> None:
    for _try in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/openapi.json", timeout=5).read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The web processes did not start.")


def get(port: int, path: str, headers: dict[str, str]) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    text: bytes = urllib.request.urlopen(request, timeout=60).read()
    return text.decode()


def tell(name: str, **values: Any) -> None:
    print(json.dumps({"name": name, **values}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
