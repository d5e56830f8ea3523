"""The API, from a key to a thousand rows, and against everything a fuzzer thinks of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signals
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings

from regulars.people.models import Person
from regulars.team.actions.keys import create_api_key
from tests.cast import a_person

pytestmark = pytest.mark.django_db


class Caller:
    """A program with a key."""

    def __init__(self, secret: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = json.dumps(body) if body is not None else ""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method, f"/api/v1{path}", data, content_type="application/json", headers=named or None
        )


@pytest.fixture
def secret(by_olga: Any) -> str:
    return create_api_key("test", role="owner", by=by_olga)[1]


@pytest.fixture
def call(secret: str) -> Caller:
    return Caller(secret)


def test_without_a_key_nothing_is_told(client: Client) -> None:
    answer = client.get("/api/v1/people")

    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


def test_a_person_is_added_read_changed_and_deleted(call: Caller) -> None:
    made = call("POST", "/people", {"name": "Ada Lovelace", "email": "ADA@aalto.example", "tags": ["vip"]})
    number = made.json()["id"]
    assert (made.status_code, made.json()["identities"][0]["value"], made.json()["tags"]) == (
        201,
        "ada@aalto.example",
        ["vip"],
    )

    changed = call("PATCH", f"/people/{number}", {"city": "Turku"})
    assert (changed.status_code, changed.json()["city"], changed.json()["version"]) == (200, "Turku", 2)

    assert call("DELETE", f"/people/{number}").status_code == 204
    assert call("GET", f"/people/{number}").status_code == 404


def test_the_same_post_with_the_same_key_is_done_once(call: Caller) -> None:
    first = call("POST", "/people", {"name": "Ada"}, Idempotency_Key="k1")
    second = call("POST", "/people", {"name": "Ada"}, Idempotency_Key="k1")
    other = call("POST", "/people", {"name": "Max"}, Idempotency_Key="k1")

    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, Person.objects.count()) == (422, 1)


def test_what_is_wrong_is_named_field_by_field(call: Caller) -> None:
    problem = call("POST", "/people", {"name": "Ada", "email": "nonsense", "country": "Atlantis"}).json()

    assert {error["field"] for error in problem["errors"]} == {"email", "country"}


def test_a_taken_identity_is_refused_and_names_who_has_it(call: Caller) -> None:
    ada = a_person("Ada", email="ada@aalto.example")

    answer = call("POST", "/people", {"name": "Eve", "email": "ada@aalto.example"})

    assert (answer.status_code, answer.json()["code"]) == (409, "identity_taken")
    assert str(ada.pk) in answer.content.decode()


def test_a_batch_answers_row_by_row_and_its_counts_add_up(call: Caller) -> None:
    answer = call(
        "POST",
        "/people/batch",
        {"items": [{"values": {"name": "A"}}, {"values": {"email": "bad"}}, {"do": "delete", "id": 0}]},
    )

    body = answer.json()
    assert (body["seen"], body["done"], body["refused"]) == (3, 1, 2)
    assert [row["status"] for row in body["results"]] == [201, 422, 404]


def test_pages_of_a_list_show_everybody_once(call: Caller) -> None:
    made = {a_person(f"Customer {number}").pk for number in range(7)}

    seen: list[int] = []
    cursor = ""
    while True:
        page = call("GET", f"/people?limit=3&sort=name&cursor={cursor}").json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            break

    assert (len(seen), set(seen)) == (7, made)


def test_a_filter_that_cannot_be_read_is_a_problem_with_a_pointer(call: Caller) -> None:
    answer = call("GET", '/people?filter={"and":[{"field":"stag","op":"is","value":"x"}]}')

    assert (answer.status_code, answer.json()["code"], answer.json()["pointer"]) == (
        422,
        "bad_filter",
        "/and/0/field",
    )


def test_an_analyst_key_reads_and_does_not_write(by_olga: Any) -> None:
    call = Caller(create_api_key("read", role="analyst", by=by_olga)[1])
    a_person("Ada")

    assert call("GET", "/people").status_code == 200
    assert call("POST", "/people", {"name": "Max"}).status_code == 403


def test_the_list_asks_as_often_for_three_as_for_one(
    call: Caller, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        a_person(f"Customer {number}", email=f"c{number}@aalto.example")

    call("GET", "/people")

    # One of them asks which table of worth is read, every other second at most.
    with django_assert_max_num_queries(10):
        assert len(call("GET", "/people").json()["items"]) == 3


def test_a_person_just_made_is_told_without_being_read_again(
    call: Caller, django_assert_max_num_queries: Any
) -> None:
    said = {"name": "Ada Lovelace", "email": "ada@aalto.example", "phone": "+358401234567"}
    call("GET", "/people")

    # Key, rate, savepoint twice, person, identities, search, announcement.
    with django_assert_max_num_queries(8):
        made = call("POST", "/people", said).json()

    assert made == call("GET", f"/people/{made['id']}").json()
    assert [one["is_primary"] for one in made["identities"]] == [True, True]


ORDER = {
    "currency": "EUR",
    "placed_at": "2026-03-01T12:00:00Z",
    "number": "10042",
    "email": "ada@aalto.example",
    "lines": [{"sku": "A1", "name": "Dark roast", "quantity": 2, "unit_price": "9.95"}],
}


def test_an_order_is_recorded_once_refunded_and_counted(call: Caller) -> None:
    ada = a_person("Ada", email="ada@aalto.example")

    first, again = call("POST", "/orders", ORDER), call("POST", "/orders", ORDER)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["total_minor"], first.json()["person"]) == (1990, ada.pk)

    refund = call("POST", f"/orders/{first.json()['id']}/refunds", {"amount_minor": 990, "reason": "late"})
    assert refund.status_code == 201
    ada.refresh_from_db()
    assert (ada.figures.order_count, ada.figures.revenue_minor, ada.stage) == (1, 1000, "acquired")


def test_a_subscription_is_started_renewed_and_ended(call: Caller) -> None:
    ada = a_person("Ada")
    values = {"person": ada.pk, "name": "Coffee", "amount_minor": 1490, "started_on": "2026-01-15"}

    made = call("POST", "/subscriptions", values).json()
    renewed = call("POST", f"/subscriptions/{made['id']}/renewal").json()
    ended = call("POST", f"/subscriptions/{made['id']}/end").json()

    assert (renewed["renewals"], ended["status"]) == (made["renewals"] + 1, "ended")


def test_what_a_product_costs_is_not_told_to_everyone(by_olga: Any, call: Caller) -> None:
    made = call(
        "POST", "/products", {"sku": "A1", "name": "Dark roast", "price_minor": 995, "cost_minor": 400}
    ).json()
    agent = Caller(create_api_key("agent", role="agent", by=by_olga)[1])

    assert made["cost_minor"] == 400
    assert agent("GET", f"/products/{made['id']}").json()["cost_minor"] is None


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the test's own connection open between requests, as Django's test client does."""
    hooks = (signals.request_started, signals.request_finished)
    for hook in hooks:
        hook.disconnect(close_old_connections)
    yield
    for hook in hooks:
        hook.connect(close_old_connections)


@pytest.mark.proof
def test_nothing_a_fuzzer_sends_makes_the_api_fail_or_break_its_schema(
    secret: str, one_connection: None
) -> None:
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import response_schema_conformance

    from regulars.config.wsgi import application

    person = a_person("Ada", email="ada@aalto.example")
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(operation.as_strategy())
        def attempt(case: Any) -> None:
            case.path_parameters = dict.fromkeys(case.path_parameters or {}, person.pk)
            response = case.call(headers={"Authorization": f"Bearer {secret}"})
            case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])

        attempt()
        tried += 1
    assert tried > 30
