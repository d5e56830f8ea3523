"""What the role of web and worker may do, asked of a real database."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from regulars.config import migrating
from regulars.kit.postgres import roles

ROLE = "test_limited_app"
pytestmark = pytest.mark.django_db


@pytest.fixture
def as_app() -> Iterator[None]:
    """Act as the limited role for the length of a test; everything is undone with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {ROLE}")
        has_maintain = connection.pg_version >= migrating.SERVER_WITH_MAINTAIN
        name = str(connection.settings_dict["NAME"])
        for statement in roles.grants(ROLE, name, migrating.append_only_tables(), has_maintain=has_maintain):
            cursor.execute(statement)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def refused(statement: str) -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as problem:
        return str(problem).splitlines()[0]
    return ""


def test_the_books_are_append_only() -> None:
    assert {"team_auditentry", "timeline_touchpoint"} <= set(migrating.append_only_tables())


@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_app_role_cannot_rewrite_any_book(as_app: None, verb: str) -> None:
    tables = migrating.append_only_tables()

    told = [refused(verb.format(table)) for table in tables]

    assert told == [f"permission denied for table {table}" for table in tables]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE people_person ADD COLUMN mine int",
        "DROP TABLE people_person",
        "ALTER TABLE timeline_touchpoint DISABLE TRIGGER ALL",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    ],
)
def test_the_app_role_changes_no_table_and_claims_no_migration(as_app: None, statement: str) -> None:
    assert refused(statement).startswith(("permission denied", "must be owner"))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM timeline_touchpoint",
        "UPDATE people_person SET name = name",
        "CREATE TEMPORARY TABLE staged (LIKE people_person)",
        "SELECT pg_notify('regulars_live', '{}')",
        "SELECT nextval(pg_get_serial_sequence('people_person', 'id'))",
    ],
)
def test_the_app_role_does_its_daily_work(as_app: None, statement: str) -> None:
    assert refused(statement) == ""


def test_a_step_of_a_newer_version_is_noticed() -> None:
    assert migrating.unknown_steps() == []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_future', now())"
        )

    with pytest.raises(migrating.NewerData, match="people 9999_future"):
        migrating.refuse_newer()


def test_a_fresh_database_waits_for_nothing() -> None:
    assert migrating.pending() == []
