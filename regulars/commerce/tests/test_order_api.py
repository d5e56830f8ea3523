"""Whose order it is that the API records."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.commerce.models import Order, PersonFigures
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.actions import ensure_default_rules
from regulars.people.models import Person
from regulars.team.actions.keys import create_api_key
from regulars.team.models import Business, Team
from regulars.timeline.actions.posting import Draft, post_touchpoint
from tests.cast import a_person

pytestmark = pytest.mark.django_db
Call = Callable[[str, dict[str, Any]], tuple[int, Any]]
ORDER = {
    "currency": "EUR",
    "placed_at": "2026-03-01T12:00:00Z",
    "number": "1",
    "channel": "web",
    "lines": [{"name": "Beans", "unit_price": 5}],
}


def caller(role: str, *teams: Team) -> Call:
    _key, secret = create_api_key(role, role=role, teams=teams, by=Actor.clock("test"))
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def send(path: str, body: dict[str, Any]) -> tuple[int, Any]:
        answer = client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    return send


@pytest.fixture
def call(business: Business) -> Call:
    return caller("owner")


def test_an_order_of_somebody_unknown_creates_them_when_asked_to(call: Call) -> None:
    wanted = {**ORDER, "email": "Ada@Example.org", "name": "Ada Lovelace", "create_person": True}

    status, made = call("orders", wanted)
    again = call("orders", wanted)
    other = call("orders", {**wanted, "number": "2", "name": "Someone else"})

    ada = Person.objects.get()
    assert (status, again[0], other[0]) == (201, 200, 201)
    assert made["person"] == other[1]["person"] == ada.pk
    assert (ada.name, ada.acquired_channel, ada.identities.get().value) == (
        "Ada Lovelace",
        "web",
        "ada@example.org",
    )
    assert PersonFigures.objects.get(person=ada).order_count == 2


def test_without_being_asked_nobody_is_created(call: Call) -> None:
    status, problem = call("orders", {**ORDER, "email": "ada@example.org"})

    assert (status, problem["errors"][0]["field"]) == (422, "identity")
    assert not Person.objects.exists()
    assert not Order.objects.exists()


def test_an_e_mail_that_is_none_creates_nobody_and_records_nothing(call: Call) -> None:
    row = {**ORDER, "email": "nonsense", "create_person": True}

    results = call("orders/batch", {"items": [row]})[1]["results"]

    assert (results[0]["status"], results[0]["problem"]["errors"][0]["field"]) == (422, "email")
    assert not Order.objects.exists()


def test_a_known_customer_is_found_however_the_address_is_written(call: Call) -> None:
    ada = a_person("Ada", email="ada@example.org")

    assert (
        call("orders", {**ORDER, "email": " ADA@Example.ORG ", "create_person": True})[1]["person"] == ada.pk
    )


def test_an_agents_key_adds_customers_to_its_own_team(call: Call, north: Team) -> None:
    agent = caller("agent", north)

    status, made = agent("orders", {**ORDER, "email": "ada@example.org", "create_person": True})

    assert (status, Person.objects.get(pk=made.get("person")).team) == (201, north)


def test_a_buyer_who_used_the_product_is_nurtured(call: Call, by_olga: Actor) -> None:
    ensure_default_rules()
    ada = a_person("Ada", email="ada@example.org")
    call("orders", {**ORDER, "email": "ada@example.org"})
    assert Person.objects.get().stage == "acquired"

    draft = Draft(about=ada, kind="custom.product_used", label="Brewed a cup", source_key="1")
    post_touchpoint(draft, by=by_olga, at=now())

    assert Person.objects.get().stage == "nurtured"
