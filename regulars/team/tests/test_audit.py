"""The audit log: it holds what happened, can be searched and exported, and nobody edits it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import EVENTS
from regulars.team.actions.business import change_business
from regulars.team.actions.members import change_member, deactivate_member
from regulars.team.actions.teams import create_team
from regulars.team.models import AuditEntry, Member
from regulars.team.queries import action_label

pytestmark = pytest.mark.django_db
AUDIT = "/settings/audit/"


@pytest.fixture
def history(aino: Member, sam: Member, by_olga: Actor) -> None:
    """A few things that happened: to Aino last week, to a team and to Sam today."""
    with time_machine.travel(now() - timedelta(days=7)):
        change_member(aino, {"job_title": "Barista"}, by=by_olga)
    create_team("=East", by=by_olga)
    deactivate_member(sam, by=Actor("member", aino.pk, "Aino", "198.51.100.4", "r2", aino.pk), at=now())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE team_auditentry SET label = 'x'",
        "DELETE FROM team_auditentry",
        "UPDATE team_auditentry SET at = now()",
    ],
)
def test_the_database_refuses_to_change_or_delete_entries(history: None, statement: str) -> None:
    before = list(AuditEntry.objects.values())

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert list(AuditEntry.objects.values()) == before


def test_neither_do_our_own_models(history: None) -> None:
    entry = AuditEntry.objects.first()
    assert entry is not None
    tries: list[Callable[[], object]] = [entry.delete, entry.save, AuditEntry.objects.all().delete]

    for attempt in tries:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()

    assert AuditEntry.objects.count() == 3


@pytest.mark.parametrize(
    ("asked", "labels"),
    [
        ({}, ["Sam", "=East", "Aino"]),
        ({"words": "barista"}, ["Aino"]),
        ({"words": "east"}, ["=East"]),
        ({"words": "olga aino"}, ["Aino"]),
        ({"action": "member.deactivated"}, ["Sam"]),
        ({"subject": "team"}, ["=East"]),
        ({"words": "nothing like it"}, []),
        ({"from": "no day", "member": "nobody"}, ["Sam", "=East", "Aino"]),
    ],
)
def test_the_page_is_narrowed(
    asked: dict[str, str],
    labels: list[str],
    history: None,
    olga: Member,
    signed_in: Callable[[Member], Client],
) -> None:
    answer = signed_in(olga).get(AUDIT, asked)

    assert [entry.label for entry in answer.context["table"].rows] == labels


def test_the_page_is_narrowed_by_who_what_and_days(
    history: None, olga: Member, aino: Member, signed_in: Callable[[Member], Client]
) -> None:
    client, yesterday = signed_in(olga), (now() - timedelta(days=1)).date().isoformat()

    def found(**asked: object) -> list[str]:
        return [entry.label for entry in client.get(AUDIT, asked).context["table"].rows]

    assert found(member=aino.pk) == ["Sam"]
    assert found(subject=f"member:{aino.pk}") == ["Aino"]
    assert found(to=yesterday) == ["Aino"]
    assert found(**{"from": yesterday}) == ["Sam", "=East"]


def test_more_is_loaded_by_key(olga: Member, by_olga: Actor, signed_in: Callable[[Member], Client]) -> None:
    for number in range(60):
        change_member(olga, {"job_title": f"Job {number}"}, by=by_olga)
    client = signed_in(olga)

    first = client.get(AUDIT).context["table"]
    second = client.get(first.next_url, headers={"HX-Request": "true"})

    rows = second.context["table"].rows
    assert (len(first.rows), len(rows)) == (50, 10)
    assert rows[0].pk < first.rows[-1].pk
    assert b"<html" not in second.content


def test_the_export_holds_what_the_page_shows_and_no_formulas(
    history: None, olga: Member, signed_in: Callable[[Member], Client]
) -> None:
    client = signed_in(olga)

    answer = client.get(f"{AUDIT}export.csv", {"subject": "team"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))  # type: ignore[call-overload]

    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    assert [(row["who"], row["action"], row["label"], row["from"]) for row in rows] == [
        ("Olga", "team.made", "'=East", "203.0.113.7")
    ]


def test_a_change_that_is_rolled_back_leaves_no_entry(by_olga: Actor) -> None:
    with transaction.atomic():
        change_business({"name": "Other", "country": "FI", "currency": "EUR", "time_zone": "UTC"}, by=by_olga)
        transaction.set_rollback(True)

    assert not AuditEntry.objects.exists()


def test_every_event_of_the_audit_log_has_words() -> None:
    labels = {kind: str(action_label(kind)) for kind, event in EVENTS.items() if event.audited}

    assert [kind for kind, label in labels.items() if not label or "." in label] == []
    assert labels["member.signed_in"] == "Signed in"
