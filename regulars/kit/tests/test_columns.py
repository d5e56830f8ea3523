"""Objects made of columns that a statement of ours read."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from regulars.kit.postgres.columns import Columns
from regulars.team.models import Team

pytestmark = pytest.mark.django_db


def test_what_was_not_read_is_read_when_somebody_asks(north: Team, django_assert_num_queries: Any) -> None:
    columns = Columns(Team, "t", "id")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns.sql} FROM team_team t WHERE t.id = %s", [north.pk])
        found = columns.made(cursor.fetchone())

    assert found is not None
    with django_assert_num_queries(0):
        assert (found, found.pk, found.get_deferred_fields() >= {"name"}) == (north, north.pk, True)
    with django_assert_num_queries(1):
        assert found.name == north.name
    found.name = "East"
    found.save()
    assert Team.objects.get().name == "East"


def test_an_outer_join_that_found_nothing_gives_nothing() -> None:
    assert Columns(Team, "t", "id", "name").made((None, None)) is None
