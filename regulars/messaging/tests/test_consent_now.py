"""What holds now, as the database's view tells it, against the ledger read line by line."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from regulars.kit.clock import now
from regulars.kit.postgres.remaking import DropView, RemakeView
from regulars.messaging.models import ConsentEntry, ConsentNow, Purpose
from regulars.messaging.queries.consent import consent_now
from regulars.people.models import Identity
from tests.cast import a_person

STATES, MEANS = ("granted", "pending", "withdrawn", "lapsed"), ("email", "sms")
LINES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.sampled_from(MEANS), st.sampled_from(STATES)),
    max_size=25,
)


def replayed(lines: list[tuple[int, int, str, str]]) -> dict[tuple[int, int, str], str]:
    """Read a ledger from its beginning: the last word stands."""
    found: dict[tuple[int, int, str], str] = {}
    for identity, purpose, means, state in lines:
        found[identity, purpose, means] = state
    return found


class TheView(TestCase):  # type: ignore[misc]
    @settings(max_examples=40, deadline=None)
    @given(LINES)
    def test_it_tells_what_a_replay_of_the_ledger_tells(self, lines: list[tuple[int, int, str, str]]) -> None:
        people = [a_person(f"P{number}", email=f"p{number}@example.com") for number in range(3)]
        identities = [one.identities.get() for one in people]
        purposes = [Purpose.objects.get(key=key) for key in ("news", "care")]
        for identity, purpose, means, state in lines:
            add(identities[identity], purposes[purpose], means, state)

        seen = {
            (one.identity_id, one.purpose_id, one.channel_kind): one.state for one in ConsentNow.objects.all()
        }
        asked = {key: one.state for key, one in consent_now([one.pk for one in identities[:2]]).items()}

        wanted = {
            (identities[i].pk, purposes[p].pk, means): state
            for (i, p, means), state in replayed(lines).items()
        }
        assert seen == wanted
        assert asked == {key: state for key, state in wanted.items() if key[0] != identities[2].pk}


def add(identity: Identity, purpose: Purpose, means: str, state: str) -> None:
    ConsentEntry.objects.create(
        identity=identity, person_id=identity.person_id, address_key="", purpose=purpose, channel_kind=means,
        state=state, source="test", at=now(),
    )  # fmt: skip


@pytest.mark.django_db
def test_nothing_is_written_past_the_ledger_through_the_view() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_consent_now SET state = 'granted'")


@pytest.mark.django_db
def test_a_few_identities_are_asked_for_by_the_index_and_not_by_reading_the_ledger() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {ConsentNow.objects.filter(identity__in=[1, 2]).query}")
        plan = " ".join(row[0] for row in cursor.fetchall())

    assert "consent_now" in plan


@pytest.mark.django_db
def test_a_column_it_reads_can_be_altered_between_dropping_and_remaking_it() -> None:
    migration: Any = __import__("regulars.messaging.migrations.0010_consent_now", fromlist=["NOW"])
    name = "messaging_consent_now"
    alter = "ALTER TABLE messaging_consententry ALTER COLUMN state TYPE varchar(20)"
    with connection.cursor() as cursor:
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(alter)
        for statement in (*DropView(name, migration.NOW).sql, alter, *RemakeView(name, migration.NOW).sql):
            cursor.execute(statement)

    assert list(ConsentNow.objects.all()) == []
