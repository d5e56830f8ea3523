"""Every address with every role, the agent of another team and a stranger, against the permission table."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.test import Client

from regulars.config.api import api
from regulars.config.tests.every_door_world import FIRM, HERS, SECRET, address, doors, world
from regulars.kit.actor import Actor
from regulars.team.actions.keys import create_api_key
from regulars.team.models import ApiKey, Member, Role, Team
from regulars.team.rules import VERBS, may

# Doors of libraries and of the kit, which knows no members, with why they stand open.
OPEN = {
    "regulars.config.health": "says only that the installation is well",
    "regulars.config.api": "the API asks for a key itself; its documentation is public",
    "functools": "the API's own description",
    "ninja.operation": "the API asks for a key itself",
    "allauth": "the sign-in library guards its own pages",
    "regulars.kit.views": "the gallery of components, shown to builders only",
    "django.views.generic.base": "leads on to a guarded page",
}
SIGN_IN = "/accounts/login/"
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def is_open(view: Any) -> bool:
    module = view.__module__
    return getattr(view, "open_to_all", False) or any(module.startswith(name) for name in OPEN)


def pages() -> list[tuple[str, list[str], Any]]:
    return [
        door for door in doors() if not door[0].startswith(("api/", "accounts/")) and hasattr(door[2], "verb")
    ]


@pytest.fixture
def examples(
    everybody: dict[str, Member], north: Team, south: Team, settings: Any, tmp_path: Path
) -> dict[str, Any]:
    settings.DATA_DIR = tmp_path
    return world(everybody, north)


def send(client: Client, method: str, path: str, **more: Any) -> HttpResponseBase:
    """Ask and take back what it did, so that every door sees the same world."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        answer = getattr(client, method)(path, **more)
        body_of(answer)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def body_of(answer: HttpResponseBase) -> str:
    if answer.streaming:
        answer = HttpResponse(b"".join(answer))  # type: ignore[call-overload]
    return answer.content.decode(errors="replace")  # type: ignore[attr-defined, no-any-return]


def clients(everybody: dict[str, Member]) -> dict[str, Client]:
    made = {role: Client() for role in everybody}
    for role, client in made.items():
        client.force_login(everybody[role])
    return made


def test_every_view_says_who_may_enter() -> None:
    silent = [pattern for pattern, _names, view in doors() if not hasattr(view, "verb") and not is_open(view)]

    assert silent == []


def test_the_walk_has_an_example_of_every_argument(examples: dict[str, Any]) -> None:
    unknown = {name for _pattern, names, _view in pages() for name in names if name not in examples}

    assert unknown == set(), "Teach every_door_world an example of these."


def test_a_stranger_is_led_to_sign_in_everywhere(examples: dict[str, Any]) -> None:
    answers = {
        (method, path): send(Client(), method, path)
        for pattern, names, _view in pages()
        for path in [address(pattern, names, examples)]
        for method in ("get", "post")
    }

    wrong = {
        door: answer.status_code
        for door, answer in answers.items()
        if answer.status_code != 405 and not answer.headers.get("Location", "").startswith(SIGN_IN)
    }
    assert wrong == {}
    assert len(answers) > 100


def test_a_stranger_whose_page_asks_for_a_piece_is_told_to_sign_in(aino: Member) -> None:
    answer = Client().get("/settings/", headers={"HX-Request": "true"})

    assert answer.status_code == 401


@pytest.mark.parametrize("role", ["owner", "manager", "agent", "other agent", "marketer", "analyst"])
def test_every_page_keeps_to_the_permission_table(
    role: str, examples: dict[str, Any], everybody: dict[str, Member]
) -> None:
    client = clients(everybody)[role]
    wrong: dict[tuple[str, str, str], int] = {}
    for pattern, names, view in pages():
        path = address(pattern, names, examples)
        for method in ("get", "post"):
            status = send(client, method, path).status_code
            lets_in = not view.verb or may(everybody[role], view.verb)
            if not fits(status, lets_in=lets_in, is_sure=role == "owner"):
                wrong[(method, view.verb, path)] = status

    assert wrong == {}


def fits(status: int, *, lets_in: bool, is_sure: bool) -> bool:
    """Tell whether a status is what the table promises; who may enter may still be refused a single row."""
    if status == 405:
        return True
    if not lets_in:
        return status in (403, 404)
    return status < 500 and status != 401 and not (is_sure and status == 403)


def test_no_page_shows_an_agent_a_customer_of_another_team(
    examples: dict[str, Any], everybody: dict[str, Member]
) -> None:
    signed_in = clients(everybody)
    seen, leaks = 0, []
    for pattern, names, _view in pages():
        path = address(pattern, names, examples)
        if names_her(body_of(send(signed_in["owner"], "get", path))):
            seen += 1
            if names_her(body_of(send(signed_in["other agent"], "get", path))):
                leaks.append(path)

    assert leaks == []
    assert seen >= 5


def names_her(body: str) -> bool:
    return SECRET in body or FIRM in body


def test_what_is_hers_does_not_open_to_the_agent_of_another_team(
    examples: dict[str, Any], everybody: dict[str, Member]
) -> None:
    signed_in = clients(everybody)
    opened = {}
    for pattern, names, _view in pages():
        if not HERS.intersection(names):
            continue
        path = address(pattern, names, examples)
        for method in ("get", "post"):
            ours, theirs = (
                send(signed_in[role], method, path).status_code for role in ("agent", "other agent")
            )
            if ours < 400 and theirs not in (403, 404):
                opened[(method, path)] = theirs

    assert opened == {}


# --- The API ------------------------------------------------------------------------------------------------------

AREAS = {"identities": "people", "belongings": "people", "memos": "notes", "subscriptions": "orders", "refunds": "orders",
         "touchpoints": "timeline", "kinds": "products"}  # fmt: skip
DEEDS = {"get": {"see"}, "delete": {"delete", "change", "save"}}
WRITES = {"change", "save", "share", "import", "post", "delete"}
BODIES: dict[str, dict[str, Any]] = {
    "post people": {"name": "New One"},
    "patch people/<int:person_id>": {"name": "Renamed"},
    "post companies": {"name": "New Firm"},
    "patch companies/<int:company_id>": {"name": "Renamed"},
    "post fields": {"subject": "person", "key": "hat", "label": "Hat", "type": "text"},
    "post views": {"subject": "person", "name": "New list"},
}


def routes() -> Iterator[tuple[str, str, list[str]]]:
    """Walk the API's description: method, pattern and arguments of every route."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        pattern = re.sub(r"\{(\w+)\}", r"<int:\1>", path.lstrip("/"))
        for method in methods:
            yield method, pattern, re.findall(r"<int:(\w+)>", pattern)


def may_use(key: ApiKey, method: str, pattern: str) -> bool:
    """Tell whether the table lets this key do anything of what the route might be about."""
    area = pattern.removeprefix("api/v1/").split("/")[0]
    area = AREAS.get(area, area)
    deeds = DEEDS.get(method, WRITES)
    known = {verb for verb in VERBS if verb.startswith(f"{area}.") and verb.split(".")[1] in deeds}
    return not known or any(may(key, verb) for verb in known)


def call(method: str, path: str, secret: str, body: dict[str, Any] | None = None) -> HttpResponseBase:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return (
        send(Client(), method, path, headers=headers, data=body or {}, content_type="application/json")
        if method != "get"
        else send(Client(), method, path, headers=headers)
    )


def test_the_api_lets_no_stranger_in(examples: dict[str, Any]) -> None:
    answers = {
        (method, pattern): call(method, address(pattern, names, examples), secret).status_code
        for method, pattern, names in routes()
        for secret in ("", "rk_abcdefgh_wrong")
    }

    assert set(answers.values()) == {401}
    assert len(answers) > 30


@pytest.mark.parametrize("role", Role.values)
def test_the_api_keeps_to_the_permission_table(
    role: str, examples: dict[str, Any], north: Team, by_olga: Actor
) -> None:
    key, secret = create_api_key(role, role=role, by=by_olga, teams=[north])
    wrong: dict[tuple[str, str], int] = {}
    for method, pattern, names in routes():
        body = BODIES.get(f"{method} {pattern.removeprefix('api/v1/')}")
        status = call(method, address(pattern, names, examples), secret, body).status_code
        is_right = (
            status < 500 and status != 401 and (may_use(key, method, pattern) or not 200 <= status < 300)
        )
        if not is_right or (role == "owner" and (status == 403 or (body and status >= 300))):
            wrong[(method, pattern)] = status

    assert wrong == {}


def test_the_api_shows_no_key_a_customer_of_another_team(
    examples: dict[str, Any], north: Team, south: Team, by_olga: Actor
) -> None:
    _key, ours = create_api_key("ours", role="agent", by=by_olga, teams=[north])
    _key, theirs = create_api_key("theirs", role="agent", by=by_olga, teams=[south])
    seen, leaks = 0, []
    for method, pattern, names in routes():
        path = address(pattern, names, examples)
        body = BODIES.get(f"{method} {pattern.removeprefix('api/v1/')}")
        if names_her(body_of(call(method, path, ours, body))) or HERS.intersection(names):
            seen += 1
            answer = call(method, path, theirs, body)
            if names_her(body_of(answer)) or (
                HERS.intersection(names) and answer.status_code not in (403, 404, 422)
            ):
                leaks.append((method, path, answer.status_code))

    assert leaks == []
    assert seen >= 5
