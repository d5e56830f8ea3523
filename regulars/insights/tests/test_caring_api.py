"""Costs, goals, definitions and received wisdom for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.insights.actions.mirror import refresh_mirror
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.team.actions.keys import create_api_key
from tests.cast import a_person, an_order

pytestmark = pytest.mark.django_db
TODAY = now().date()


def call(role: str, by: Actor, method: str, path: str, body: Any = None) -> Any:
    _key, secret = create_api_key("test", role=role, by=by)
    more = {} if body is None else {"data": body, "content_type": "application/json"}
    client = getattr(Client(), method)
    return client(f"/api/v1/insights/{path}", headers={"Authorization": f"Bearer {secret}"}, **more)


def test_a_program_enters_costs_and_reads_what_came_back(by_olga: Actor) -> None:
    ada = a_person("Ada")
    for ago in (90, 30):
        an_order(ada, at=now() - timedelta(days=ago), total="10")
    refresh_mirror()
    body = {
        "first_on": str(TODAY - timedelta(days=10)), "last_on": str(TODAY - timedelta(days=1)), "kind": "gifts", "aim": "keep",
        "amount_minor": 500,
    }  # fmt: skip

    made = call("owner", by_olga, "post", "costs", body)

    assert made.status_code == 201, made.content
    assert call("owner", by_olga, "get", "costs").json()["items"][0]["amount_minor"] == 500
    assert call("owner", by_olga, "get", "caring").json()["whole"]["roi"] == 1.0
    assert call("owner", by_olga, "get", "caring").json()["channels"] == []
    assert call("agent", by_olga, "get", "caring").status_code == 403
    assert call("agent", by_olga, "post", "costs", body).status_code == 403
    assert call("owner", by_olga, "delete", f"costs/{made.json()['id']}").status_code == 204
    assert call("owner", by_olga, "get", "costs").json()["items"] == []

    goal = {
        "metric": "repurchase_rate", "baseline": 0.0, "target": 0.5, "baseline_on": str(TODAY - timedelta(days=9)),
        "due_on": str(TODAY + timedelta(days=9)), "deeds": [{"text": "Write", "on": str(TODAY)}],
    }  # fmt: skip
    assert call("owner", by_olga, "post", "goals", goal).status_code == 201
    stood = call("owner", by_olga, "get", "goals").json()["items"][0]
    assert (stood["value"], stood["state"], stood["deeds"][0]["text"]) == (1.0, "reached", "Write")

    fixed = call("owner", by_olga, "patch", "definitions", {"values": {"help_order": 0}})
    assert fixed.json() == {"values": {"help_order": 0}}
    told = call("owner", by_olga, "get", "wisdom").json()["items"]
    assert {one["verdict"] for one in told} == {"too_few", "no_facts"}
