from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.kit.actor import Actor
from regulars.people.models import Person
from regulars.people.tasks.imports import take_in_file
from regulars.team.actions.keys import create_api_key

pytestmark = pytest.mark.django_db
CSV = b"Who,Reach,Points\nAda Lovelace,ada@example.org,5\nBob,nothing,6\n"


@pytest.fixture
def api(business: object, settings: Any, tmp_path: Path) -> Any:
    settings.DATA_DIR = tmp_path
    return of_role("owner")


def of_role(role: str) -> Any:
    _key, secret = create_api_key(f"as {role}", role=role, by=Actor.clock("test"))
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def send(method: str, path: str, **values: Any) -> tuple[int, Any]:
        answer = getattr(client, method)(f"/api/v1{path}", values)
        return answer.status_code, answer.json() if answer.content else None

    return send


def test_a_file_is_taken_in_by_api_and_its_refused_rows_are_told(api: Any) -> None:
    status, run = api(
        "post",
        "/imports",
        file=SimpleUploadedFile("people.csv", CSV),
        map='{"name": "Who", "email": "Reach"}',
    )
    assert (status, run["status"], run["mapping"]) == (201, "waiting", {"0": "name", "1": "email"})

    take_in_file(run["id"])

    done = api("get", f"/imports/{run['id']}")[1]
    assert {name: done[name] for name in ("status", "seen", "created", "rejected")} == {
        "status": "done", "seen": 2, "created": 1, "rejected": 1,
    }  # fmt: skip
    assert api("get", f"/imports/{run['id']}/rejects")[1]["items"] == [
        {
            "row": 3,
            "cells": ["Bob", "nothing", "6"],
            "reason": "“nothing” is not an e-mail address: it has no @.",
        }
    ]
    assert Person.objects.get().name == "Ada Lovelace"
    assert [one["id"] for one in api("get", "/imports")[1]["items"]] == [run["id"]]


def test_a_draft_waits_until_it_is_begun_and_can_be_stopped(api: Any) -> None:
    run = api("post", "/imports", file=SimpleUploadedFile("people.csv", CSV), start="false")[1]
    assert run["status"] == "draft"

    assert api("post", f"/imports/{run['id']}/start")[1]["status"] == "waiting"
    assert api("post", f"/imports/{run['id']}/cancellation")[1]["status"] == "cancelled"
    assert api("post", f"/imports/{run['id']}/start")[0] == 409


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}, 422),
        ({"file": SimpleUploadedFile("a.csv", CSV), "map": "nonsense"}, 422),
        ({"file": SimpleUploadedFile("a.csv", CSV), "map": '{"email": "nowhere"}'}, 422),
        ({"file": SimpleUploadedFile("a.csv", CSV), "map": '{"shoe": "Who"}'}, 422),
        ({"file": SimpleUploadedFile("a.csv", CSV), "mode": "merge"}, 422),
        ({}, 422),
    ],
)
def test_what_cannot_be_taken_in_is_refused(api: Any, values: dict[str, Any], status: int) -> None:
    answered, problem = api("post", "/imports", **values)

    assert (answered, problem["status"]) == (status, status)
    assert not Person.objects.exists()


def test_a_key_imports_what_its_role_may(api: Any) -> None:
    run = api("post", "/imports", file=SimpleUploadedFile("people.csv", CSV))[1]

    found = {role: (of_role(role)("get", f"/imports/{run['id']}")[0], of_role(role)("post", "/imports", file=SimpleUploadedFile("p.csv", CSV))[0]) for role in ("manager", "marketer", "agent", "analyst")}  # fmt: skip

    assert found == {
        "manager": (200, 201),
        "marketer": (200, 201),
        "agent": (403, 403),
        "analyst": (403, 403),
    }
