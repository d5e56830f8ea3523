"""Every noun of the API does the same things the same way: list, get, create, change, delete, and a thousand at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from regulars.people.models import Person
from regulars.team.actions.keys import create_api_key
from tests.cast import a_company, a_person

pytestmark = pytest.mark.django_db
Call = Callable[..., Any]
WHEN = "2026-03-01T12:00:00Z"


@dataclass(frozen=True)
class Noun:
    """One noun: two to create, what to change, and a question that only the second passes."""

    path: str
    first: dict[str, Any]
    second: dict[str, Any]
    change: dict[str, Any]
    question: tuple[str, str, Any]
    sort: str = "-id"
    about_ada: bool = False
    told: dict[str, Any] = field(default_factory=dict)


NOUNS = [
    Noun("people", {"name": "Eva"}, {"name": "Finn"}, {"city": "Turku"}, ("name", "is", "finn"), "name"),
    Noun("companies", {"name": "Aamu"}, {"name": "Ilta"}, {"city": "Turku"}, ("name", "is", "ilta"), "name"),
    Noun("identities", {"kind": "email", "value": "a@aalto.example"}, {"kind": "phone", "value": "+358401234567"},
         {"label": "work", "is_bounced": True}, ("kind", "is", "phone"), about_ada=True, told={"label": "work"}),
    Noun("notes", {"body": "Likes oats"}, {"body": "Hates rain", "pinned": True}, {"body": "Likes rye"},
         ("pinned", "is", True), about_ada=True),
    Noun("tasks", {"title": "Call"}, {"title": "Write", "due_at": WHEN}, {"done": True}, ("due_at", "not_empty", None),
         "-due_at", about_ada=True, told={}),
    Noun("memos", {"text": "Has a dog"}, {"text": "Sings"}, {"text": "Has two dogs"}, ("text", "contains", "Sing"), about_ada=True),
    Noun("fields", {"label": "Roast"}, {"label": "Shoe", "type": "number"}, {"label": "Favourite roast"},
         ("type", "is", "number"), "key"),
    Noun("views", {"name": "All"}, {"name": "Some", "subject": "company"}, {"name": "Everybody"}, ("subject", "is", "company"), "name"),
    Noun("products", {"name": "Beans", "sku": "B"}, {"name": "Cups", "sku": "C", "price_minor": 900}, {"price_minor": 500},
         ("price", "not_empty", None), "name"),
    Noun("subscriptions", {"name": "Coffee", "amount_minor": 1490, "started_on": "2026-01-15"},
         {"name": "Tea", "amount_minor": 900, "started_on": "2026-02-15", "status": "trial"}, {"amount_minor": 1990},
         ("status", "is", "trial"), "started_on", about_ada=True),
    Noun("orders", {"currency": "EUR", "placed_at": WHEN, "number": "1", "lines": [{"name": "Beans", "unit_price": 5}]},
         {"currency": "EUR", "placed_at": WHEN, "number": "2", "channel": "web", "lines": [{"name": "Cups", "unit_price": 9}]},
         {"coupon": "SPRING"}, ("channel", "is", "web"), "number", about_ada=True),
]  # fmt: skip


@pytest.fixture
def call(by_olga: Any) -> Call:
    return caller(create_api_key("test", role="owner", by=by_olga)[1])


def caller(secret: str) -> Call:
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def send(method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body) if body is not None else ""
        return client.generic(method, f"/api/v1/{path}", data, content_type="application/json")

    return send


@pytest.fixture
def ada() -> Person:
    return a_person("Ada")


def values(noun: Noun, ada: Person, which: str) -> dict[str, Any]:
    return getattr(noun, which) | ({"person": ada.pk} if noun.about_ada else {})


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.path)
def test_a_noun_is_created_got_listed_changed_and_deleted(noun: Noun, call: Call, ada: Person) -> None:
    first = call("POST", noun.path, values(noun, ada, "first"))
    second = call("POST", noun.path, values(noun, ada, "second"))
    assert (first.status_code, second.status_code) == (201, 201)
    name, operator, value = noun.question
    asked = {"field": name, "op": operator} | ({} if value is None else {"value": value})

    found = call("GET", f"{noun.path}?filter={json.dumps(asked)}").json()
    assert [row["id"] for row in found["items"]] == [second.json()["id"]]

    one, place = (
        call("GET", f"{noun.path}?limit=1&sort={noun.sort}").json(),
        f"{noun.path}/{first.json()['id']}",
    )
    two = call("GET", f"{noun.path}?limit=1&sort={noun.sort}&cursor={one['next']}").json()
    assert one["items"][0]["id"] != two["items"][0]["id"]

    got = call("GET", place)
    assert (got.status_code, got.json()["id"]) == (200, first.json()["id"])

    changed = call("PATCH", place, noun.change)
    told = {name: value for name, value in noun.change.items() if name in changed.json()}
    assert changed.status_code == 200
    assert call("GET", place).json().items() >= told.items()

    assert call("DELETE", place).status_code == 204
    left = [row["id"] for row in call("GET", noun.path).json()["items"] if not row.get("ended_at")]
    assert first.json()["id"] not in left


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.path)
def test_a_batch_of_a_noun_creates_changes_and_deletes_row_by_row(
    noun: Noun, call: Call, ada: Person
) -> None:
    known = call("POST", noun.path, values(noun, ada, "first")).json()["id"]
    rows = [
        {"values": values(noun, ada, "second")},
        {"do": "change", "id": known, "values": noun.change},
        {"do": "change", "id": known, "values": {"nonsense": 1}},
        {"do": "delete", "id": known},
        {"do": "delete", "id": 0},
        {"do": "juggle"},
        7,
    ]

    body = call("POST", f"{noun.path}/batch", {"items": rows}).json()

    assert [row["status"] for row in body["results"]] == [201, 200, 422, 204, 404, 422, 422]
    assert (body["seen"], body["done"], body["refused"]) == (7, 3, 4)
    wrong = {"field": "values.nonsense", "reason": "There is no such field."}
    assert wrong in body["results"][2]["problem"]["errors"]
    assert call("POST", f"{noun.path}/batch", {"items": [rows[0]] * 1001}).status_code == 422


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun.about_ada], ids=lambda noun: noun.path)
def test_what_is_about_a_customer_is_not_shown_beyond_the_team(
    noun: Noun, call: Call, ada: Person, by_olga: Any
) -> None:
    number = call("POST", noun.path, values(noun, ada, "first")).json()["id"]
    agent = caller(create_api_key("agent", role="agent", by=by_olga)[1])

    assert [row["id"] for row in call("GET", noun.path).json()["items"]] == [number]
    assert agent("GET", noun.path).json()["items"] == []
    assert agent("GET", f"{noun.path}/{number}").status_code == 404


@pytest.mark.parametrize("noun", ["identities", "notes", "tasks", "memos"])
def test_what_was_said_about_a_deleted_person_is_not_listed(noun: str, call: Call, ada: Person) -> None:
    known = next(one for one in NOUNS if one.path == noun)
    number = call("POST", noun, values(known, ada, "first")).json()["id"]
    call("DELETE", f"people/{ada.pk}")

    assert call("GET", noun).json()["items"] == []
    assert call("GET", f"{noun}/{number}").status_code == 404


def test_a_note_about_a_company_of_the_team_is_listed(by_olga: Any, call: Call) -> None:
    from regulars.team.models import Team

    north = Team.objects.create(name="North")
    firm = a_company("Aamu", team=north)
    number = call("POST", "notes", {"company": firm.pk, "body": "Pays late"}).json()["id"]
    agent = caller(create_api_key("agent", role="agent", by=by_olga, teams=[north])[1])

    assert [row["id"] for row in agent("GET", "notes").json()["items"]] == [number]


def test_a_wrong_way_to_ask_is_a_problem_document(call: Call) -> None:
    answer = call("PUT", "people", {})

    assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json")
    assert answer.headers["Allow"] == "GET, POST"


def test_a_field_that_is_not_known_is_named_as_it_was_sent(call: Call) -> None:
    answer = call("POST", "people", {"name": "Ada", "companies": [{"company": "Aamu", "salary": 1}]})

    assert answer.json()["errors"] == [{"field": "companies.0.salary", "reason": "There is no such field."}]


def test_own_fields_of_an_order_are_read_by_their_type(call: Call) -> None:
    call("POST", "fields", {"subject": "order", "label": "Gift wrap", "type": "bool"})
    values = {"currency": "EUR", "placed_at": WHEN, "lines": [{"name": "Beans", "unit_price": 5}]}

    made = call("POST", "orders", values | {"custom": {"gift_wrap": "yes"}}).json()
    wrong = call("PATCH", f"orders/{made['id']}", {"custom": {"gift_rap": True}})
    changed = call("PATCH", f"orders/{made['id']}", {"custom": {"gift_wrap": False}})
    found = call("GET", 'orders?filter={"field":"custom.gift_wrap","op":"is","value":false}').json()

    assert made["custom"] == {"gift_wrap": True}
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "custom.gift_rap")
    assert (changed.json()["custom"], len(found["items"])) == ({"gift_wrap": False}, 1)


@pytest.mark.slow
def test_every_request_and_answer_of_the_description_has_an_example(client: Client) -> None:
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    # A page, a batch and the likes hold nothing but other schemas, and those have theirs.
    holders = {
        name
        for name, schema in schemas.items()
        if "items" in schema.get("properties", {}) or name.startswith(("CreateDeed", "ChangeDeed"))
    }

    bare = {name for name, schema in schemas.items() if "example" not in json.dumps(schema)} - holders

    assert bare == set()
