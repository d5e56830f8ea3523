"""The requests that are measured, each with the emptiest one of its kind to hold it against."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from benchmarks.world import FIRST, surnames

Request = tuple[str, str, bytes | None]
Get = Callable[[str, dict[str, str]], str]
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
MANY = 2_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request by name: what the n-th one says, what it is held against and how many times as much it may take."""

    name: str
    request: Callable[[int], Request]
    headers: dict[str, str]
    against: str = ""
    promise: float | None = None
    clients: tuple[int, ...] = (1,)


@dataclass(frozen=True)
class Visitors:
    """Who asks: the cookies of an owner and of an agent of one team, and an API key's secret."""

    owner: str
    agent: str
    secret: str


def visitors() -> Visitors:
    """Make those who ask, or sign them in when they are there."""
    from regulars.kit.actor import Actor
    from regulars.team.actions.keys import create_api_key

    secret = create_api_key("measurement", role="owner", by=Actor.clock())[1]
    return Visitors(_signed_in("owner"), _signed_in("agent"), secret)


def _signed_in(role: str) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from regulars.team.models import Member, Team

    address = f"{role}@measured.example"
    member = Member.objects.filter(email=address).first()
    member = member or Member.objects.create_user(address, None, name=role.title(), role=role)
    member.teams.set(Team.objects.all()[:1] if role == "agent" else [])
    session = SessionStore()
    session.update({
        SESSION_KEY: str(member.pk), BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
        HASH_SESSION_KEY: member.get_session_auth_hash(),
    })  # fmt: skip
    session.create()
    return f"sessionid={session.session_key}"


def asked(who: Visitors, get: Get) -> list[Asked]:
    """Return everything that is measured, baselines before what is held against them."""
    return [*_lists(who, get), *_people(who), *_searches(who), *_api(who)]


def _lists(who: Visitors, get: Get) -> list[Asked]:
    stage = {"field": "stage", "op": "is", "value": "acquired"}
    country = {"field": "country", "op": "is", "value": "FI"}
    rare = {"field": "health", "op": "is", "value": "at_risk"}
    queries = [
        ("as it opens", who.owner, "/people/", 4),
        ("one field", who.owner, _where(country, "name"), 4),
        ("two fields", who.owner, _where({"and": [stage, country]}, "name"), 8),
        ("rare value by revenue", who.owner, _where(rare, "-commerce.revenue"), 4),
        ("common value by name", who.owner, _where(stage, "name"), 4),
        ("an agent limited to a team", who.agent, "/people/?sort=name", 4),
        ("200 pages deep", who.owner, _deep(get, who.owner, 200), 4),
    ]
    shell = page("empty shell", who.owner, "/kit/shell/", clients=(1, 8))
    return [
        shell,
        *(page(f"people list: {name}", cookie, path, against=shell.name, promise=promise, clients=(1, 8))
          for name, cookie, path, promise in queries),
    ]  # fmt: skip


def _where(tree: dict[str, Any], sort: str) -> str:
    return f"/people/?filter={quote(json.dumps(tree))}&sort={sort}"


def _deep(get: Get, cookie: str, pages: int) -> str:
    """Return the address of a page so many pages down, reached by following the cursor."""
    path = "/people/?sort=name"
    for _step in range(pages):
        found = re.search(r'hx-get="([^"]*after=[^"]*)"', get(path, {"Cookie": cookie, **PARTIAL}))
        if found is None:
            return path
        path = found.group(1).replace("&amp;", "&")
    return path


def _people(who: Visitors) -> list[Asked]:
    made = []
    for what, path in (
        ("360° page", "/people/{}/"),
        ("timeline, first page", "/people/{}/timeline/"),
        ("timeline, rarest kind", "/people/{}/timeline/?kind=stage.moved"),
        ("timeline, jump to the middle", "/people/{}/timeline/?on=2023-01-15"),
    ):
        few, many = f"{what}, 10 touchpoints", f"{what}, 100,000 touchpoints"
        more = PARTIAL if "timeline" in what else {}
        made += [
            page(few, who.owner, path.format(1), more),
            page(many, who.owner, path.format(2), more, against=few, promise=1.1),
        ]
    return made


def _searches(who: Visitors) -> list[Asked]:
    chance, names = random.Random(7), surnames()
    kinds = {
        "two whole words": [f"{chance.choice(FIRST)} {chance.choice(names)}" for _n in range(MANY)],
        "beginnings of 3 to 5 letters": [chance.choice(names)[: chance.randint(3, 5)] for _n in range(MANY)],
        "one typo": [mistyped(chance.choice(names), chance) for _n in range(MANY)],
    }
    empty = page("empty palette", who.owner, "/palette/?q=", PARTIAL)
    return [
        empty,
        *(page(f"search: {name}", who.owner, lambda n, words=words: f"/palette/?q={quote(words[n % MANY])}", PARTIAL,
                against=empty.name, promise=4) for name, words in kinds.items()),
    ]  # fmt: skip


def mistyped(word: str, chance: random.Random) -> str:
    """Put one wrong letter into a word."""
    place = chance.randrange(1, len(word))
    return word[:place] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[place + 1 :]


def _api(who: Visitors) -> list[Asked]:
    headers = {"Authorization": f"Bearer {who.secret}", "Content-Type": "application/json"}

    def made(number: int) -> Request:
        body = {"name": f"New {number}", "email": f"new{number}@bench.example"}
        return "POST", "/api/v1/people", json.dumps(body).encode()

    def bare(number: int) -> Request:
        return "POST", f"/kit/bare/{number}/", b""

    def got(path: str) -> Callable[[int], Request]:
        return lambda number: ("GET", path, None)

    both = (1, 8)
    return [
        Asked(name="a bare view doing two INSERTs", request=bare, headers=headers, clients=both),
        Asked(name="API: create a person", request=made, headers=headers, clients=both, promise=3,
              against="a bare view doing two INSERTs"),
        Asked(name="API: get a person", request=got("/api/v1/people/77"), headers=headers),
        Asked(name="API: list 50 people", request=got("/api/v1/people?limit=50"), headers=headers),
    ]  # fmt: skip


def page(
    name: str, cookie: str, path: str | Callable[[int], str], more: dict[str, str] | None = None, **rest: Any
) -> Asked:
    find = path if callable(path) else lambda number: path
    return Asked(
        name=name,
        request=lambda n: ("GET", find(n), None),
        headers={"Cookie": cookie, **(more or {})},
        **rest,
    )
