from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.kit.actor import Actor
from regulars.team.actions.keys import create_api_key
from regulars.timeline.models import Touchpoint
from tests.cast import a_company, a_person

pytestmark = pytest.mark.django_db
Call = Callable[..., Any]


@pytest.fixture
def call(by_olga: Actor) -> Call:
    client = Client(
        headers={"Authorization": f"Bearer {create_api_key('till', role='owner', by=by_olga)[1]}"}
    )

    def send(method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body) if body is not None else ""
        return client.generic(method, f"/api/v1{path}", data, content_type="application/json")

    return send


def test_a_till_posts_a_visit_of_last_year_once(call: Call) -> None:
    ada = a_person()
    visit = {
        "person": ada.pk,
        "kind": "custom.store_visit",
        "occurred_at": "2025-11-02T10:00:00+02:00",
        "label": "Kamppi",
        "payload": {"minutes": 12},
        "channel": "store",
        "source_key": "till-7",
    }

    first, again = call("POST", "/touchpoints", visit), call("POST", "/touchpoints", visit)
    listed = call("GET", f"/touchpoints?person={ada.pk}").json()

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == listed["items"][0]
    assert first.json()["payload"] == {"minutes": 12}
    assert first.json()["occurred_at"] == "2025-11-02T08:00:00Z"
    assert listed["next"] is None


def test_a_timeline_is_read_page_by_page(call: Call) -> None:
    aalto = a_company()
    rows = [{"company": aalto.pk, "kind": "custom.visit", "label": str(n)} for n in range(7)]
    assert call("POST", "/touchpoints/batch", {"items": rows}).json()["done"] == 7

    labels, cursor = [], ""
    while cursor is not None:
        page = call("GET", f"/touchpoints?company={aalto.pk}&limit=3&cursor={cursor}").json()
        labels += [item["label"] for item in page["items"]]
        cursor = page["next"]

    assert sorted(labels) == [str(n) for n in range(7)]


def test_a_batch_says_of_each_row_what_became_of_it(call: Call) -> None:
    ada = a_person()
    good = {"person": ada.pk, "kind": "custom.visit", "source_key": "1"}
    rows = [good, {"person": ada.pk, "kind": "order.placed"}, {"person": 0, "kind": "custom.visit"}, good]

    body = call("POST", "/touchpoints/batch", {"items": rows}).json()

    assert [row["status"] for row in body["results"]] == [201, 422, 404, 200]
    assert (body["seen"], body["done"], body["refused"]) == (4, 2, 2)
    assert Touchpoint.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    [
        "sort=nonsense",
        "filter={bad",
        "person=1&company=1&sort=id",
        "person=1&company=1",
        "person=1&cursor=nonsense",
    ],
)
def test_a_question_that_cannot_be_answered_is_a_problem(call: Call, query: str) -> None:
    a_person()

    assert call("GET", f"/touchpoints?{query}").status_code in (404, 422)


def test_touchpoints_of_everybody_are_filtered_sorted_and_read_one_by_one(call: Call) -> None:
    ada, max_ = a_person("Ada"), a_person("Max")
    for who, kind in ((ada, "custom.visit"), (max_, "custom.visit"), (ada, "custom.call")):
        call("POST", "/touchpoints", {"person": who.pk, "kind": kind})

    visits = '{"field":"kind","op":"is","value":"custom.visit"}'
    found = call("GET", f"/touchpoints?filter={visits}&sort=id").json()["items"]
    hers = call("GET", f"/touchpoints?person={ada.pk}&filter={visits}").json()["items"]

    assert [one["person"] for one in found] == [ada.pk, max_.pk]
    assert [one["person"] for one in hers] == [ada.pk]
    assert call("GET", f"/touchpoints/{found[0]['id']}").json() == found[0]
    assert call("GET", "/touchpoints/0").status_code == 404
    assert call("DELETE", f"/touchpoints/{found[0]['id']}").status_code == 405


def test_a_key_of_another_team_sees_no_touchpoint(call: Call, by_olga: Actor) -> None:
    number = call("POST", "/touchpoints", {"person": a_person("Ada").pk, "kind": "custom.visit"}).json()["id"]
    secret = create_api_key("agent", role="agent", by=by_olga)[1]
    agent = Client(headers={"Authorization": f"Bearer {secret}"})

    assert agent.get("/api/v1/touchpoints").json()["items"] == []
    assert agent.get(f"/api/v1/touchpoints/{number}").status_code == 404


def test_a_time_without_its_zone_is_refused(call: Call) -> None:
    answer = call(
        "POST",
        "/touchpoints",
        {"person": a_person().pk, "kind": "custom.visit", "occurred_at": "2026-01-01T10:00:00"},
    )

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "occurred_at")


def test_a_kind_is_named(call: Call) -> None:
    named = call("PUT", "/touchpoint-kinds/custom.visit", {"label": "Came by", "icon": "building-store"})

    assert named.json() == {"name": "custom.visit", "label": "Came by", "icon": "building-store"}
    assert call("GET", "/touchpoint-kinds").json() == [named.json()]
    assert call("PUT", "/touchpoint-kinds/order.placed", {"label": "x"}).status_code == 422
