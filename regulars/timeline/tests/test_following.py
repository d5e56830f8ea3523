from __future__ import annotations

import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce, followers
from regulars.timeline.actions import following
from regulars.timeline.actions.adopting import adopt_restored_touchpoints, count_strays
from regulars.timeline.actions.following import MOST_FAILURES, follow_everything, follow_next
from regulars.timeline.actions.hearing import hear_everything
from regulars.timeline.models import Follower, Hearing, Touchpoint
from regulars.timeline.tests import happenings
from regulars.timeline.tests.happenings import FOLLOWER, Poked, traces
from tests.cast import a_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no other room's follower read along."""
    from regulars.kit.events import listening

    ours = {name: one for name, one in listening._followers.items() if name == FOLLOWER}
    monkeypatch.setattr(listening, "_followers", ours)
    monkeypatch.setitem(listening._reactions, "test.poked", [])


@transaction.atomic
def poke(*numbers: int, silent: bool = False) -> None:
    ada = a_person()
    for n in numbers:
        announce(Poked(person_id=ada.pk, n=n), by=Actor.clock(), silent=silent)


def follow_all() -> None:
    """Read on once no older transaction is left, of this test or of others on the same server."""
    wait_until_settled()
    follow_everything()


def wait_until_settled() -> None:
    end = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(
                "SELECT coalesce(bool_and(xid < timeline_settled() OR timeline_strays() > 0), true) FROM timeline_touchpoint"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)


def wake() -> None:
    Follower.objects.update(failed_at=now() - timedelta(minutes=5))


def followed(*numbers: int) -> list[str]:
    return sorted(f"follow {n}" for n in numbers)


def test_a_follower_reads_everything_in_order_and_once() -> None:
    seen: list[int] = []
    happenings.also["follow"] = seen.append
    poke(*range(200))

    follow_all()
    poke(200, 201)
    follow_all()

    assert seen == list(range(202))
    assert traces() == followed(*range(202))


def test_silent_history_is_followed_and_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    poke(1, silent=True)
    poke(2)

    follow_all()

    assert traces() == followed(1, 2)
    assert list(Touchpoint.objects.order_by("pk").values_list("is_silent", flat=True)) == [True, False]


def test_a_follower_may_leave_history_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from regulars.kit.events import listening

    [declared] = followers()
    monkeypatch.setitem(listening._followers, FOLLOWER, replace(declared, silent_too=False))
    poke(1, silent=True)
    poke(2)

    follow_all()

    assert traces() == followed(2)


def test_a_slow_transaction_that_is_overtaken_by_later_ids_is_still_followed() -> None:
    ada = a_person()
    announced, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            announce(Poked(person_id=ada.pk, n=1), by=Actor.clock())
            announced.set()
            go_on.wait(20)
        connection.close()

    slow = threading.Thread(target=slowly)
    slow.start()
    assert announced.wait(20)
    poke(2)
    follow_everything()
    before = traces()
    go_on.set()
    slow.join()
    follow_all()

    assert before == []
    assert traces() == followed(1, 2)


def test_a_long_transaction_in_another_database_holds_nobody_up() -> None:
    place = {**connection.get_connection_params(), "dbname": "postgres", "autocommit": True}
    place.pop("cursor_factory")
    with psycopg.connect(**place) as elsewhere, connection.cursor() as cursor:
        elsewhere.execute("BEGIN")
        elsewhere.execute("SELECT pg_current_xact_id()")
        poke(1)
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) <= max(xid) FROM timeline_touchpoint")
        assert cursor.fetchone() == (True,)

        follow_all()
        elsewhere.execute("ROLLBACK")

    assert traces() == followed(1)


def test_a_batch_that_fails_is_neither_half_done_nor_lost() -> None:
    poke(*range(10))
    happenings.also["follow"] = lambda n: 1 // (0 if n == 9 else 1) and None

    wait_until_settled()
    follow_next()
    while follow_next():
        pass

    assert traces() == followed(*range(9))
    cursor = Follower.objects.get()
    assert (cursor.failures, cursor.error.splitlines()[0]) == (
        1,
        "ZeroDivisionError: integer division or modulo by zero",
    )
    happenings.also.clear()
    wake()
    follow_all()
    assert traces() == followed(*range(10))
    cursor.refresh_from_db()
    assert (cursor.failures, cursor.failed_at, cursor.error) == (0, None, "")


def test_a_poisoned_touchpoint_is_set_aside_where_a_person_sees_it_and_the_rest_is_read() -> None:
    poke(*range(10))
    happenings.also["follow"] = lambda n: 1 // (0 if n == 4 else 1) and None

    for _ in range(MOST_FAILURES):
        follow_all()
        wake()
    follow_all()

    assert traces() == followed(0, 1, 2, 3, 5, 6, 7, 8, 9)
    failed = Hearing.objects.get()
    assert (failed.listener, failed.failed_at is not None) == (f"follower:{FOLLOWER}", True)
    happenings.also.clear()
    Hearing.objects.update(failed_at=None)
    hear_everything()
    assert traces() == followed(*range(10))
    assert not Hearing.objects.exists()


def test_a_follower_that_can_read_nothing_stops_instead_of_setting_everything_aside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    poke(*range(10))
    monkeypatch.setattr(following, "MOST_FAILURES", 1)
    monkeypatch.setattr(following, "MOST_ASIDE", 2)
    happenings.also["follow"] = lambda n: 1 // 0 and None

    for _ in range(6):
        follow_all()
        wake()
    aside = Hearing.objects.count()
    happenings.also.clear()
    follow_all()

    assert aside == 2
    assert traces() == followed(*range(2, 10))


def test_a_follower_that_breaks_its_transaction_is_found_out_too() -> None:
    poke(1, 2, 3)

    def break_quietly(n: int) -> None:
        if n == 2:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 / 0")
            except Exception:  # noqa: BLE001  what a careless follower does
                return

    happenings.also["follow"] = break_quietly
    for _ in range(MOST_FAILURES):
        follow_all()
        wake()
    follow_all()

    assert traces() == followed(1, 3)
    assert Hearing.objects.get().failed_at is not None


def test_a_resting_follower_is_left_alone() -> None:
    poke(1)
    happenings.also["follow"] = lambda n: 1 // 0 and None
    wait_until_settled()
    follow_next()
    happenings.also.clear()

    assert follow_next() is False
    assert traces() == []


def test_followers_read_on_after_the_data_moved_to_another_server() -> None:
    poke(1, 2, 3)
    follow_all()
    poke(4)
    pretend_to_come_from_another_server(ahead=1_000_000)
    poke(5)
    assert count_strays() > 0
    follow_all()
    before = traces()

    assert adopt_restored_touchpoints() > 0
    poke(6)
    follow_all()

    assert before == followed(1, 2, 3)
    assert traces() == followed(1, 2, 3, 4, 5, 6)
    assert count_strays() == 0
    assert adopt_restored_touchpoints() == 0


def pretend_to_come_from_another_server(*, ahead: int) -> None:
    """Count all transactions so far as another server would have, and go on with our own numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SET regulars.timeline_door = 'tests'")
        for table in ("timeline_touchpoint", "timeline_follower"):
            cursor.execute(f"UPDATE {table} SET xid = (xid::text::bigint + {ahead})::text::xid8")
        cursor.execute("RESET regulars.timeline_door")


@pytest.fixture(autouse=True)
def _era_of_this_server() -> object:
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION timeline_era() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 0::bigint'"
        )
