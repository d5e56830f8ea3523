"""The list, the 360° page, search and the API over many people, each against the emptiest request of its kind in the same run.

    python benchmarks/pages.py [PEOPLE]

Makes a database of its own, serves it as in production (two web processes), and prints one JSON line for each promise.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load import Measured, measure
from benchmarks.scratch import scratch_database
from benchmarks.world import FIRST, fill, surnames

Path_ = Callable[[int], str]
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with scratch_database("regulars_pages") as url:
        from django.db import connection

        began = time.perf_counter()
        fill(connection, people)
        tell("world", people=people, seconds=round(time.perf_counter() - began, 1))
        owner, agent, key = visitors()
        with served(url) as port:
            lists(port, owner, agent, people)
            person(port, owner)
            search(port, owner)
            api(port, key)


def visitors() -> tuple[str, str, str]:
    """Make an owner, an agent of one team, and an API key; return their session cookies and the key's secret."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from regulars.kit.actor import Actor
    from regulars.team.actions.keys import create_api_key
    from regulars.team.models import Member, Team

    cookies = []
    for role in ("owner", "agent"):
        member = Member.objects.create_user(f"{role}@example.com", None, name=role.title(), role=role)
        member.teams.set(Team.objects.all()[:1] if role == "agent" else [])
        session = SessionStore()
        session.update({
            SESSION_KEY: str(member.pk), BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
            HASH_SESSION_KEY: member.get_session_auth_hash(),
        })  # fmt: skip
        session.create()
        cookies.append(f"sessionid={session.session_key}")
    secret = create_api_key("measurement", role="owner", by=Actor.clock())[1]
    return cookies[0], cookies[1], secret


@contextmanager
def served(url: str) -> Iterator[int]:
    """Serve the database with two web processes, as in production."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
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


def ask(
    port: int, cookie: str, path: str | Path_, clients: int = 1, more: dict[str, str] | None = None
) -> Measured:
    """Measure one page."""
    find = path if callable(path) else lambda number: path
    return measure(
        port, {"Cookie": cookie, **(more or {})}, lambda number: ("GET", find(number), None), clients
    )


def against(name: str, baseline: Measured, found: Measured, promise: float, **more: Any) -> None:
    """Print how one measured thing stands to its baseline."""
    ratio = round(found.p95_ms / baseline.p95_ms, 2) if baseline.p95_ms else None
    tell(name, ours=found.told(), baseline=baseline.told(), ratio=ratio, promise=promise, **more)


def tell(name: str, **values: Any) -> None:
    print(json.dumps({"name": name, **values}), flush=True)


def where(tree: dict[str, Any], sort: str = "") -> str:
    return f"/people/?filter={quote(json.dumps(tree))}" + (f"&sort={sort}" if sort else "")


def lists(port: int, owner: str, agent: str, people: int) -> None:
    """Six named queries over the whole list, at one and at eight clients."""
    stage = {"field": "stage", "op": "is", "value": "acquired"}
    country = {"field": "country", "op": "is", "value": "FI"}
    rare = {"field": "health", "op": "is", "value": "at_risk"}
    queries = {
        "one field": (owner, where(country, "name"), 4),
        "two fields": (owner, where({"and": [stage, country]}, "name"), 8),
        "rare value by revenue": (owner, where(rare, "-commerce.revenue"), 4),
        "common value by name": (owner, where(stage, "name"), 4),
        "an agent limited to a team": (agent, "/people/?sort=name", 4),
        "200 pages deep": (owner, deep(port, owner, 200), 4),
    }
    for clients in (1, 8):
        empty = ask(port, owner, "/kit/shell/", clients)
        for name, (cookie, path, promise) in queries.items():
            against(
                f"people list: {name}",
                empty,
                ask(port, cookie, path, clients),
                promise,
                clients=clients,
                people=people,
            )


def deep(port: int, cookie: str, pages: int) -> str:
    """Return the address of a page so many pages down, reached by following the cursor."""
    import re

    path = "/people/?sort=name"
    for _page in range(pages):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", headers={"Cookie": cookie, **PARTIAL}
        )
        text = urllib.request.urlopen(request, timeout=60).read().decode()
        found = re.search(r'hx-get="([^"]*after=[^"]*)"', text)
        if found is None:
            raise SystemExit("The list ended early.")
        path = found.group(1).replace("&amp;", "&")
    return path


def person(port: int, owner: str) -> None:
    """The 360° page of somebody with 100,000 touchpoints beside the same with 10."""
    few, many = ask(port, owner, "/people/1/"), ask(port, owner, "/people/2/")
    against("360° page, 100,000 touchpoints against 10", few, many, 1.1)
    feed = "/people/{}/timeline/"
    for name, query in (
        ("first page", ""),
        ("rarest kind", "?kind=stage.moved"),
        ("jump to the middle", "?on=2023-01-15"),
    ):
        few = ask(port, owner, feed.format(1) + query, more=PARTIAL)
        many = ask(port, owner, feed.format(2) + query, more=PARTIAL)
        against(f"timeline, {name}", few, many, 1.1)


def search(port: int, owner: str) -> None:
    """Search as one types, and with a typo, beside the palette with nothing typed."""
    chance, names = random.Random(7), surnames()
    whole = [f"{chance.choice(FIRST)} {chance.choice(names)}" for _n in range(2_000)]
    begun = [chance.choice(names)[: chance.randint(3, 5)] for _n in range(2_000)]
    typos = [mistyped(chance.choice(names), chance) for _n in range(2_000)]
    empty = ask(port, owner, "/palette/?q=", more=PARTIAL)
    for name, words in (
        ("two whole words", whole),
        ("beginnings of 3 to 5 letters", begun),
        ("one typo", typos),
    ):
        found = ask(
            port,
            owner,
            lambda number, words=words: f"/palette/?q={quote(words[number % 2000])}",
            more=PARTIAL,
        )
        against(f"search: {name}", empty, found, 4)


def mistyped(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word))
    return word[:place] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[place + 1 :]


def api(port: int, secret: str) -> None:
    """Create people through the API beside a bare view that does the same two inserts."""
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def made(number: int) -> tuple[str, str, bytes]:
        body = {"name": f"New {number}", "email": f"new{number}@bench.example"}
        return "POST", "/api/v1/people", json.dumps(body).encode()

    def bare(number: int) -> tuple[str, str, bytes]:
        return "POST", f"/kit/bare/{number}/", b""

    for clients in (1, 8):
        base = measure(port, headers, bare, clients)
        against("API: create a person", base, measure(port, headers, made, clients), 3, clients=clients)
    for name, path in (("get a person", "/api/v1/people/77"), ("list 50", "/api/v1/people?limit=50")):
        tell(
            f"API: {name}", ours=measure(port, headers, lambda number, path=path: ("GET", path, None)).told()
        )


if __name__ == "__main__":
    main()
