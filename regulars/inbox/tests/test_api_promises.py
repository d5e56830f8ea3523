"""Promises, templates and reports for programs: the same rules and deeds as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.inbox.models import BusinessHours, ResponseTarget, Template
from regulars.kit.actor import Actor
from regulars.team.actions.keys import create_api_key
from regulars.timeline.actions.hearing import hear_everything
from tests.cast import a_mail, a_message, a_person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Call = Callable[..., Any]
WEEK = ["09:00–17:00"] * 5 + ["", ""]


def caller(role: str, by: Actor) -> Call:
    _key, secret = create_api_key(f"test {role}", role=role, by=by)

    def send(method: str, path: str, body: Any = None) -> Any:
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        headers = {"Authorization": f"Bearer {secret}"}
        return getattr(Client(), method)(f"/api/v1/{path}", headers=headers, **more)

    return send


@pytest.fixture
def call(by_olga: Actor) -> Call:
    return caller("owner", by_olga)


def test_hours_and_targets_are_made_changed_and_thrown_away(call: Call) -> None:
    made = call(
        "post",
        "business-hours",
        {"name": "Office", "time_zone": "Europe/Helsinki", "week": WEEK, "country": "FI"},
    )
    hours = made.json()
    assert (made.status_code, hours["week"], hours["is_default"]) == (201, WEEK, True)
    assert "Christmas Day" in {day["name"] for day in hours["days"]}

    target = call(
        "post", "response-targets", {"name": "Mail", "first_minutes": 60, "hours": hours["id"]}
    ).json()
    assert call("delete", f"business-hours/{hours['id']}").status_code == 409
    changed = call("patch", f"response-targets/{target['id']}", {"first_minutes": 90}).json()
    assert (changed["first_minutes"], changed["hours"], changed["name"]) == (90, hours["id"], "Mail")
    assert call("patch", f"business-hours/{hours['id']}", {"name": "Desk"}).json()["week"] == WEEK
    assert call("delete", f"response-targets/{target['id']}").status_code == 204
    assert call("delete", f"business-hours/{hours['id']}").status_code == 204
    assert (BusinessHours.objects.count(), ResponseTarget.objects.count()) == (0, 0)


def test_what_cannot_be_read_is_refused_by_its_name(call: Call) -> None:
    wrong = call(
        "post", "business-hours", {"name": "X", "time_zone": "Mars/Base", "week": ["nine"] + [""] * 6}
    )

    assert wrong.status_code == 422
    assert "time_zone" in wrong.content.decode() and "day_0" in wrong.content.decode()
    bad = {"name": "X", "first_minutes": 5, "condition": {"field": "nonsense", "op": "is", "value": 1}}
    assert call("post", "response-targets", bad).status_code == 422


def test_the_clocks_of_a_conversation_can_be_read(call: Call, business: Any) -> None:
    call("post", "response-targets", {"name": "Mail", "first_minutes": 60})
    a_person("Ada", email="ada@example.com")
    message = a_message(a_mail())
    hear_everything()

    clocks = call("get", f"conversations/{message.thread_id}/clocks").json()["items"]

    assert [(one["kind"], one["allowed_seconds"], one["done_at"]) for one in clocks] == [
        ("first", 3600, None), ("resolution", None, None),
    ]  # fmt: skip


def test_templates_are_written_changed_and_put_away(call: Call) -> None:
    one = call("post", "templates", {"name": "Hello", "texts": {"en": "Hello", "fi": "Hei"}}).json()

    changed = call("patch", f"templates/{one['id']}", {"texts": {"fi": ""}}).json()

    assert (changed["texts"], changed["sent"]) == ({"en": "Hello"}, 0)
    assert call("post", "templates", {"name": "Bad", "texts": {"en": "{{ who }}"}}).status_code == 422
    assert call("delete", f"templates/{one['id']}").status_code == 204
    assert call("get", "templates").json() == {"items": []}
    assert Template.objects.count() == 1


def test_the_report_is_for_managers_and_analysts(call: Call, by_olga: Actor) -> None:
    found = call("get", "inbox/report?period=7&by=member").json()

    assert (found["items"], found["contacts_per_order"]) == ([], None)
    assert caller("analyst", by_olga)("get", "inbox/report").json()["items"][0]["counts"]["began"] == 0
    assert caller("agent", by_olga)("get", "inbox/report").status_code == 403
