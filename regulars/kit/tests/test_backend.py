"""The database connection: looked at between requests, and repeated reads planned once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DataError, ProgrammingError, connection
from django.db.backends.postgresql.base import Cursor

from regulars.kit.postgres.backend import PLANNED_ONCE, base
from regulars.team.models import Team

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def healthy() -> Iterator[None]:
    yield
    connection.health_check_enabled = False
    connection.close()


def between_requests() -> None:
    """Do to the connection what the end of one request and the start of the next do."""
    connection.close_if_unusable_or_obsolete()
    connection.health_check_enabled, connection.health_check_done = True, False


def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    told: list[bool] = []
    connection.close()
    connection.ensure_connection()
    plain = base.base.DatabaseWrapper.is_usable
    monkeypatch.setattr(
        base.DatabaseWrapper, "is_usable", lambda self: told.append(True) or plain(self), raising=False
    )
    return told


def test_a_connection_used_a_moment_ago_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    told = asked(monkeypatch)
    for _request in range(3):
        between_requests()
        assert Team.objects.count() == 0

    assert told == []


def test_a_connection_long_unused_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    told = asked(monkeypatch)
    monkeypatch.setattr(base, "TRUSTED_SECONDS", -1.0)
    for _request in range(2):
        between_requests()
        assert Team.objects.count() == 0

    assert told == [True, True]


def test_a_server_that_went_away_is_noticed_before_anything_is_asked() -> None:
    between_requests()
    assert Team.objects.count() == 0
    other = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()

    between_requests()
    assert Team.objects.count() == 0


def planned(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{sql}%"])
        return int(cursor.fetchone()[0])


def test_repeated_reads_are_planned_once() -> None:
    for number in range(5):
        assert Team.objects.filter(pk=number).first() is None
        with connection.cursor() as cursor:
            cursor.execute(f"{PLANNED_ONCE}SELECT %s + 1", [number])
            assert cursor.fetchall() == [(number + 1,)]
            assert cursor.description[0].type_code == 23
            cursor.execute("SELECT %s + 2", [number])
            assert cursor.fetchall() == [(number + 2,)]

    assert planned('FROM "team_team" WHERE "team_team"."id"') == 1
    assert planned("planned once */ SELECT $1 + 1") == 1
    assert planned("SELECT $1 + 2") == 0


def test_long_lists_are_planned_for_what_is_asked() -> None:
    for number in range(5):
        assert list(Team.objects.filter(name=f"Team {number}").order_by("name")[:50]) == []

    assert planned('FROM "team_team" WHERE "team_team"."name"') == 0


def test_any_number_of_rows_can_be_written_at_once() -> None:
    Team.objects.bulk_create(Team(name=f"Team {number}") for number in range(40_000))

    assert Team.objects.count() == 40_000


def test_a_read_that_cannot_be_planned_without_its_values_is_sent_with_them() -> None:
    unfit = f"{PLANNED_ONCE}SELECT to_jsonb(%s)"
    for _time in range(2):
        with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="polymorphic"):
            cursor.execute(unfit, ["a"])  # nor with them, but that is the asker's fault
    fit = f"{PLANNED_ONCE}SELECT date_trunc('month', %s + interval '1 day') IS NOT NULL"
    with connection.cursor() as cursor:
        for _time in range(2):
            cursor.execute(fit, [date(2026, 3, 1)])
            assert cursor.fetchone() == (True,)
    assert unfit in base._unfit


def test_streams_keep_their_own_cursor() -> None:
    Team.objects.create(name="North")

    assert [team.name for team in Team.objects.filter(pk__gt=0).iterator()] == ["North"]
    with connection.cursor() as cursor:
        assert isinstance(cursor.cursor, Cursor)


@pytest.mark.parametrize(
    "text", ["2026-11-30 18:06:00.123456+00", "2026-11-30 18:06:00+00", "0044-03-15 12:00:00.5+00"]
)
def test_moments_are_read_as_the_driver_reads_them(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, %s::timestamptz", [text, text.replace("+00", "+02")])
        found = cursor.fetchone()

    assert found == (datetime.fromisoformat(text), datetime.fromisoformat(text) - timedelta(hours=2))
    assert all(one.tzinfo is UTC for one in found)


def test_a_moment_that_python_cannot_hold_is_refused() -> None:
    with connection.cursor() as cursor, pytest.raises(DataError, match=r"infinity|year"):
        cursor.execute("SELECT %s::timestamptz", ["infinity"])
        cursor.fetchone()
