"""Empties the tables after a test that committed: only those that hold rows, which takes a tenth of Django's own way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase

# Written once, after the migrations, and by no test.
KEPT = {"django_content_type", "auth_permission"}
# The queue's tables are no models of ours; a job that one test left must not fail in the next.
QUEUE = {
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}
MANY_ROWS = 1000
PAUSES = (0.3, 1, 3)


@pytest.fixture(autouse=True, scope="session")
def emptying() -> Iterator[None]:
    """Empty the tables in our way after each test that commits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: empty_patiently())
        yield


def empty_patiently() -> None:
    """Empty the tables, again where a page that was just closed still said goodbye: the two may wait for each other."""
    for pause in PAUSES:
        try:
            empty()
            return
        except OperationalError:
            time.sleep(pause)
    empty()


def empty() -> None:
    """Take every row out of the models' tables."""
    with connection.cursor() as cursor:
        large = []
        with transaction.atomic():
            # Keys and triggers are not asked: what they would look after goes too.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in _held(cursor):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
                if cursor.rowcount > MANY_ROWS:
                    large.append(table)
        for table in large:
            cursor.execute(f"VACUUM ANALYZE {connection.ops.quote_name(table)}")


def _held(cursor: Any) -> list[str]:
    """Return the names of the tables that hold rows."""
    names = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    asked = " UNION ALL ".join(
        f"(SELECT '{name}' FROM {connection.ops.quote_name(name)} LIMIT 1)"
        for name in sorted((names | QUEUE) - KEPT)
    )
    cursor.execute(asked)
    return [name for (name,) in cursor.fetchall()]
