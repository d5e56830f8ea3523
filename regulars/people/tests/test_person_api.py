"""All that a person's record holds, read and written by the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.actions.attachments import attach_file
from regulars.team.actions.keys import create_api_key
from regulars.team.models import Team
from tests.cast import a_person

pytestmark = pytest.mark.django_db
Call = Callable[..., tuple[int, Any]]
HOME = {
    "street": "Mannerheimintie 1",
    "postcode": "00100",
    "city": "Helsinki",
    "country": "FI",
    "label": "home",
}
WORK = {"street": "Aleksanterinkatu 2", "postcode": "00170", "city": "Espoo", "country": "FI"}
CAME = {
    "acquired_channel": "fair",
    "acquired_campaign": "Spring",
    "acquired_cost_minor": 1250,
    "acquired_currency": "EUR",
}
WEDDING = {"name": "Wedding day", "day": "2015-06-20"}


def caller(role: str, *teams: Team) -> Call:
    _key, secret = create_api_key(role, role=role, teams=teams, by=Actor.clock("test"))
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def send(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = json.dumps(body) if body is not None else ""
        answer = client.generic(method, f"/api/v1/{path}", data, content_type="application/json")
        return answer.status_code, answer.json() if answer.content else None

    return send


@pytest.fixture
def call(business: object) -> Call:
    return caller("owner")


def test_a_person_is_created_with_addresses_days_and_what_they_cost(call: Call) -> None:
    status, made = call(
        "POST", "people", {"name": "Ada", "addresses": [HOME], "special_days": [WEDDING]} | CAME
    )

    assert status == 201
    assert made.items() >= ({"special_days": [WEDDING], "attachments": []} | CAME).items()
    assert [one.items() >= {**HOME, "is_primary": True}.items() for one in made["addresses"]] == [True]
    assert call("GET", f"people/{made['id']}") == (200, made)
    assert call("GET", "people")[1]["items"] == [made]


def test_lists_of_a_person_that_are_named_are_replaced_and_others_stay(call: Call) -> None:
    made = call(
        "POST", "people", {"name": "Ada", "addresses": [HOME, WORK], "special_days": [WEDDING]} | CAME
    )[1]
    home = made["addresses"][0]["id"]
    new = {**WORK, "city": "Turku", "is_primary": True}

    kept = call("PATCH", f"people/{made['id']}", {"addresses": [{"id": home, "label": "flat"}, new]})[1]

    assert [(one["city"], one["label"], one["is_primary"]) for one in kept["addresses"]] == [
        ("Helsinki", "flat", False),
        ("Turku", "", True),
    ]
    assert (kept["city"], kept["special_days"]) == ("Turku", [WEDDING])
    emptied = call("PATCH", f"people/{made['id']}", {"addresses": [], "special_days": []})[1]
    assert (emptied["addresses"], emptied["special_days"]) == ([], [])


def test_a_batch_writes_them_too_and_names_what_is_wrong(call: Call) -> None:
    ada = a_person("Ada")
    rows = [
        {"values": {"name": "Eva", "special_days": [WEDDING]}},
        {"do": "change", "id": ada.pk, "values": {"addresses": [HOME]}},
        {"do": "change", "id": ada.pk, "values": {"name": "Adele", "addresses": [{"id": 999}]}},
    ]

    results = call("POST", "people/batch", {"items": rows})[1]["results"]

    assert [row["status"] for row in results] == [201, 200, 422]
    assert results[2]["problem"]["errors"][0]["field"] == "addresses.0.id"
    ada.refresh_from_db()
    assert (ada.name, ada.addresses.get().city) == ("Ada", "Helsinki")


def test_another_cost_keeps_its_currency(call: Call) -> None:
    made = call("POST", "people", {"name": "Ada", "acquired_cost_minor": 900, "acquired_currency": "SEK"})[1]

    changed = call("PATCH", f"people/{made['id']}", {"acquired_cost_minor": 500})[1]

    assert (changed["acquired_cost_minor"], changed["acquired_currency"]) == (500, "SEK")
    gone = call("PATCH", f"people/{made['id']}", {"acquired_cost_minor": None})[1]
    assert (gone["acquired_cost_minor"], gone["acquired_currency"]) == (None, "")


def test_who_may_not_see_costs_neither_reads_nor_writes_what_a_person_cost(call: Call, north: Team) -> None:
    made = call("POST", "people", {"name": "Ada", "team": north.pk} | CAME)[1]
    agent = caller("agent", north)

    status, shown = agent("GET", f"people/{made['id']}")

    assert (status, shown["name"]) == (200, "Ada")
    assert (shown["acquired_cost_minor"], shown["acquired_currency"]) == (None, "")
    assert agent("POST", "people", {"name": "Eva", "acquired_cost_minor": 5})[0] == 403
    assert agent("PATCH", f"people/{made['id']}", {"acquired_cost_minor": 5})[0] == 403


def test_files_kept_with_a_person_are_named(call: Call, by_olga: Actor) -> None:
    ada = a_person("Ada")
    attach_file(ada, name="contract.txt", content=b"Yes", by=by_olga, at=now())

    files = call("GET", f"people/{ada.pk}")[1]["attachments"]

    assert [(one["name"], one["size"]) for one in files] == [("contract.txt", 3)]
