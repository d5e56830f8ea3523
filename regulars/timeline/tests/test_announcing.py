from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, announce_many
from regulars.team.models import AuditEntry
from regulars.timeline.actions.hearing import event_of
from regulars.timeline.models import Hearing, Touchpoint
from regulars.timeline.tests.happenings import Described, Poked, Unheard
from tests.cast import a_company, a_person

pytestmark = pytest.mark.django_db


def test_an_announcement_is_one_touchpoint_one_audit_entry_and_one_waiting_row_in_one_statement(
    by: Actor,
) -> None:
    ada = a_person("Ada Aalto")

    with CaptureQueriesContext(connection) as said:
        number = announce(Poked(person_id=ada.pk, n=7), by=by, channel="chat")

    touchpoint = Touchpoint.objects.get()
    assert len(said.captured_queries) == 1
    assert number == touchpoint.pk
    assert (touchpoint.kind, touchpoint.person_id, touchpoint.payload, touchpoint.channel) == (
        "test.poked",
        ada.pk,
        {"n": 7},
        "chat",
    )
    assert (touchpoint.actor_kind, touchpoint.actor_label) == ("clock", "tests")
    assert AuditEntry.objects.get().action == "test.poked"
    assert list(Hearing.objects.values_list("touchpoint_id", "listener", "is_bulk")) == [(number, "", False)]


def test_announcing_outside_a_transaction_is_a_mistake(transactional_db: None, by: Actor) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        announce(Poked(n=1), by=by)

    assert not Touchpoint.objects.exists()


def test_a_rolled_back_action_announces_nothing(by: Actor) -> None:
    ada = a_person()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce(Poked(person_id=ada.pk), by=by)
        _ = 1 / 0

    assert not Touchpoint.objects.exists()
    assert not Hearing.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_source_key_is_booked_once_and_audited_once(by: Actor) -> None:
    ada = a_person()

    first = announce(Poked(person_id=ada.pk, n=1), by=by, source_key="shop:1")
    again = announce(Poked(person_id=ada.pk, n=2), by=by, source_key="shop:1")

    assert again is None
    assert list(Touchpoint.objects.values_list("pk", flat=True)) == [first]
    assert AuditEntry.objects.count() == 1
    assert Hearing.objects.count() == 1


def test_many_announcements_are_the_same_as_so_many_single_ones(by: Actor) -> None:
    people = [a_person() for _ in range(25)]
    moments = [now() - timedelta(days=days) for days in range(25)]
    single = [
        announce(Poked(person_id=one.pk, n=one.pk), by=by, occurred_at=at)
        for one, at in zip(people, moments, strict=True)
    ]

    with CaptureQueriesContext(connection) as said:
        many = announce_many(
            [Poked(person_id=one.pk, n=one.pk) for one in people], by=by, occurred_at=moments
        )

    columns = (
        "kind",
        "person_id",
        "occurred_at",
        "actor_kind",
        "actor_label",
        "payload",
        "label",
        "subject_type",
        "subject_id",
    )
    rows = dict(
        zip(
            Touchpoint.objects.values_list("pk", flat=True),
            Touchpoint.objects.values_list(*columns),
            strict=True,
        )
    )
    assert len(said.captured_queries) == 1
    assert [rows[number] for number in many if number] == [rows[number] for number in single if number]
    assert AuditEntry.objects.count() == 50
    assert Hearing.objects.filter(is_bulk=True).count() == 25


def test_many_with_source_keys_leave_out_what_was_booked_before_or_stands_twice(by: Actor) -> None:
    ada = a_person()
    announce(Poked(person_id=ada.pk, n=0), by=by, source_key="k0")

    numbers = announce_many(
        [Poked(person_id=ada.pk, n=n) for n in range(5)], by=by, source_keys=["k0", "k1", None, "k1", "k2"]
    )

    assert [number is not None for number in numbers] == [False, True, True, False, True]
    written = Touchpoint.objects.in_bulk([number for number in numbers if number])
    assert [written[number].payload["n"] if number else None for number in numbers] == [None, 1, 2, None, 4]
    assert AuditEntry.objects.count() == 4


def test_what_nobody_hears_and_no_timeline_shows_is_only_audited(by: Actor) -> None:
    assert announce(Unheard(), by=by) is None

    assert not Touchpoint.objects.exists()
    assert AuditEntry.objects.get().action == "test.unheard"


def test_silent_history_is_on_the_timeline_and_wakes_nobody(by: Actor) -> None:
    ada = a_person()
    long_ago = datetime(2012, 3, 4, 5, 6, tzinfo=UTC)

    announce(Poked(person_id=ada.pk), by=by, silent=True, occurred_at=long_ago)

    assert Touchpoint.objects.get().is_silent
    assert Touchpoint.objects.get().occurred_at == long_ago
    assert not Hearing.objects.exists()


def test_the_last_touch_moves_forward_only(by: Actor) -> None:
    ada = a_person()
    yesterday, long_ago = now() - timedelta(days=1), now() - timedelta(days=1000)

    announce(Poked(person_id=ada.pk), by=by, occurred_at=yesterday)
    announce(Poked(person_id=ada.pk), by=by, occurred_at=long_ago)

    ada.refresh_from_db()
    assert ada.last_touch_at == yesterday


def test_an_event_is_read_back_as_it_was_announced(by: Actor) -> None:
    company = a_company()
    event = Described(
        company_id=company.pk,
        words="",
        at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        on=date(2026, 2, 3),
        share=Decimal("0.25"),
        pair=(1, 2),
        names=["Ä", "\\u0000"],
    )

    announce(event, by=by)

    assert event_of(Touchpoint.objects.get()) == event


def test_an_event_whose_words_were_erased_is_not_read_back(by: Actor) -> None:
    announce(Described(words="secret"), by=by)
    touchpoint = Touchpoint.objects.get()
    touchpoint.payload = {}

    assert event_of(touchpoint) is None


def test_the_table_refuses_change_and_removal_save_through_its_doors(by: Actor) -> None:
    from django.db.utils import ProgrammingError

    from regulars.timeline.actions.doors import blank_touchpoints, repoint_touchpoints, withdraw_touchpoints

    ada, bob = a_person(), a_person()
    number = announce(Poked(person_id=ada.pk, n=5), by=by)
    assert number

    for statement in ("UPDATE timeline_touchpoint SET label = 'x'", "DELETE FROM timeline_touchpoint"):
        with (
            pytest.raises(ProgrammingError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    assert repoint_touchpoints(from_person_id=ada.pk, to_person_id=bob.pk) == 1
    assert Touchpoint.objects.get().person_id == bob.pk
    assert blank_touchpoints(person_id=bob.pk) == 1
    assert Touchpoint.objects.get().payload == {}
    assert withdraw_touchpoints([number]) == 1
    assert not Touchpoint.objects.exists()
