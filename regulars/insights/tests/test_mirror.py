"""The mirror is what PostgreSQL holds, whatever was done since and in whichever order it was committed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from regulars.commerce.actions import cancel_order, delete_order
from regulars.commerce.models import Order
from regulars.inbox.actions import take_message
from regulars.inbox.models import Clock, Conversation
from regulars.insights.actions.mirror import Busy, refresh_mirror
from regulars.insights.actions.mirror.refreshing import LOCK
from regulars.insights.actions.tracking import _CLEAR, MARK, install_tracking
from regulars.insights.apps import track_when_migrated
from regulars.insights.facts.manifest import FILES, read_manifest
from regulars.insights.facts.reading import NoMirror, open_facts
from regulars.insights.models import Change, Mirror
from regulars.insights.tests.truth import mirrored, truth
from regulars.kit.actor import Actor
from regulars.people.actions import delete_person, erase_people
from regulars.people.models import Person, StageInterval, Task
from regulars.team.models import Business, Team
from tests.cast import a_message, a_person, an_order

BY = Actor.clock("test")
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
in_one_transaction = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


@in_one_transaction
def test_without_a_mirror_the_reader_says_so(business: Business) -> None:
    with pytest.raises(NoMirror), open_facts():
        pass


@in_one_transaction
def test_a_full_mirror_holds_every_fact_as_it_is(business: Business) -> None:
    ada = a_person("Ada", country="FI", acquired_channel='fair, "spring"\nsecond line')
    order = an_order(ada, at=AT, lines=[("BEANS", "2", "10.50"), ("CUP", "1", "8")])
    an_order(None, at=AT - timedelta(days=400))
    cancel_order(an_order(ada, at=AT + timedelta(days=40)), by=BY, at=AT)
    take_message(a_message().pk, by=BY, at=AT)

    done = refresh_mirror()

    assert (done.how, done.version) == ("full", 1)
    assert mirrored() == truth()
    assert {
        name: len(rows) for name, rows in mirrored().items() if name in ("orders", "lines", "conversations")
    } == {
        "orders": 3,
        "lines": 4,
        "conversations": 1,
    }
    assert order.pk in {row[0] for row in mirrored()["orders"]}


@in_one_transaction
def test_months_are_sorted_files_of_their_own(business: Business, mirror_folder: Path) -> None:
    import pyarrow.parquet as pq

    people = [a_person() for _ in range(5)]
    for day in (0, 3, 40):
        for person in reversed(people):
            an_order(person, at=AT + timedelta(days=day))
    refresh_mirror()

    manifest = read_manifest(mirror_folder)
    assert manifest
    months = manifest.facts["orders"].months
    march = pq.read_table(mirror_folder / FILES / months["2026-03"])
    assert list(months) == ["2026-03", "2026-04"]
    assert march.num_rows == 10
    assert march["person_id"].to_pylist() == sorted(march["person_id"].to_pylist())
    assert (
        pq.ParquetFile(mirror_folder / FILES / months["2026-03"]).metadata.row_group(0).column(0).compression
        == "ZSTD"
    )


@in_one_transaction
def test_nothing_changed_writes_nothing(business: Business) -> None:
    an_order(a_person(), at=AT)
    refresh_mirror()
    Change.objects.all().delete()
    before = read_manifest_now()
    # Inside this test's own transaction touchpoints are never settled.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('regulars.timeline_door', 'x', true)")
        cursor.execute("DELETE FROM timeline_touchpoint")
    Change.objects.all().delete()

    done = refresh_mirror()

    assert done.how == "nothing"
    assert read_manifest_now() == before
    assert Mirror.current().seen_at == done.seen_at
    with open_facts() as facts:
        assert facts.seen_at == done.seen_at


def read_manifest_now() -> Any:
    with open_facts() as facts:
        return facts.version


@pytest.mark.slow
@in_one_transaction
@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_the_mirror_equals_the_database(seed: int, business: Business, north: Team) -> None:
    chance = random.Random(seed)
    world = World(chance, north)
    for _ in range(4):
        world.grow()
    refresh_mirror()

    for _round in range(8):
        for _ in range(chance.randrange(6)):
            chance.choice(world.deeds)()
        done = refresh_mirror(folding=chance.random() < 0.3)
        assert mirrored() == truth(), (seed, done)

    assert refresh_mirror(full=True).how == "full"
    assert mirrored() == truth()


class World:
    """A business in which things are done at random, by actions and behind their backs."""

    def __init__(self, chance: random.Random, team: Team) -> None:
        self.chance, self.team = chance, team
        self.people = [a_person(country="FI") for _ in range(4)]
        self.deeds: list[Callable[[], Any]] = [
            self.grow, self.move_person, self.change_orders, self.move_in_time, self.delete_for_good, self.delete_softly,
            self.cancel, self.refund, self.merge, self.erase, self.take_lines, self.rename_kind, self.touch, self.stage,
        ]  # fmt: skip

    def run(self, sql: str, *values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, list(values))

    def some_order(self) -> Order | None:
        return Order.objects.live().order_by("?").first()

    def moment(self) -> datetime:
        return AT - timedelta(days=self.chance.randrange(300), minutes=self.chance.randrange(1440))

    def grow(self) -> None:
        skus = self.chance.sample(["BEANS", "CUP", "MILL"], 2)
        live = Person.objects.live().filter(pk__in=[person.pk for person in self.people])
        an_order(
            self.chance.choice([*live, None]), at=self.moment(), lines=[(sku, "2", "7.25") for sku in skus]
        )

    def move_person(self) -> None:
        self.run(
            "UPDATE people_person SET team_id = %s, stage = 'retained' WHERE id = %s",
            self.team.pk,
            self.chance.choice(self.people).pk,
        )

    def change_orders(self) -> None:
        self.run(
            "UPDATE commerce_order SET channel = 'fair', base_minor = base_minor + 1 WHERE id %% 2 = %s",
            self.chance.randrange(2),
        )

    def move_in_time(self) -> None:
        if order := self.some_order():
            self.run("UPDATE commerce_order SET placed_at = %s WHERE id = %s", self.moment(), order.pk)

    def delete_for_good(self) -> None:
        if order := self.some_order():
            order.delete()

    def delete_softly(self) -> None:
        if order := self.some_order():
            delete_order(order, by=BY, at=AT)

    def cancel(self) -> None:
        if order := Order.objects.counted().first():
            cancel_order(order, by=BY, at=AT)

    def refund(self) -> None:
        if order := self.some_order():
            self.run(
                "INSERT INTO commerce_refund (source, number, order_id, refunded_at, amount_minor, base_minor, currency, reason, is_demo, "
                "created_at) VALUES ('shop', '', %s, %s, 100, 100, 'EUR', 'broken', false, now())",
                order.pk, self.moment(),
            )  # fmt: skip

    def merge(self) -> None:
        keep, gone = self.chance.sample(self.people, 2)
        self.run("UPDATE commerce_order SET person_id = %s WHERE person_id = %s", keep.pk, gone.pk)
        self.run("UPDATE commerce_refund SET person_id = %s WHERE person_id = %s", keep.pk, gone.pk)
        self.run("SELECT timeline_repoint(%s, %s)", gone.pk, keep.pk)

    def erase(self) -> None:
        gone = self.chance.choice(self.people)
        gone.refresh_from_db()
        if gone.deleted_at is None:
            delete_person(gone, by=BY, at=AT)
        erase_people([gone.pk], by=BY, at=AT)

    def take_lines(self) -> None:
        if order := self.some_order():
            self.run("DELETE FROM commerce_orderline WHERE order_id = %s", order.pk)

    def rename_kind(self) -> None:
        self.run(
            "INSERT INTO commerce_kind (name, level, path) VALUES (%s, 1, '{}')",
            f"Kind {self.chance.random()}",
        )
        self.run("UPDATE commerce_kind SET path = ARRAY[id], name = name || 'x'")
        self.run(
            "UPDATE commerce_product SET kind_id = (SELECT max(id) FROM commerce_kind) WHERE id %% 2 = 0"
        )

    def touch(self) -> None:
        self.run(
            "SELECT timeline_withdraw(ARRAY(SELECT id FROM timeline_touchpoint ORDER BY id DESC LIMIT 2))"
        )

    def stage(self) -> None:
        person = self.chance.choice(self.people)
        StageInterval.objects.filter(person=person).delete()
        StageInterval.objects.create(
            person=person, axis="stage", value="acquired", during=(self.moment(), None)
        )


@committed
def test_what_is_committed_late_is_not_missed(business: Business) -> None:
    ada = a_person("Ada")
    an_order(ada, at=AT)
    refresh_mirror()
    with psycopg.connect(**address()) as late:
        late.execute("UPDATE commerce_order SET channel = 'late'")
        late.execute(
            "INSERT INTO timeline_touchpoint (kind, person_id, occurred_at, recorded_at, actor_kind, actor_label, channel, subject_type, "
            "label, payload, depth, is_silent) VALUES ('custom.visit', %s, now(), now(), 'clock', '', '', '', '', '{}', 0, true)",
            [ada.pk],
        )
        an_order(ada, at=AT)
        refresh_mirror()
        assert mirrored() == truth()
        late.commit()

    refresh_mirror()

    assert mirrored() == truth()
    assert [row[15] for row in mirrored()["orders"]].count("late") == 1
    assert not Change.objects.exists()


def address() -> dict[str, Any]:
    params = connection.get_connection_params()
    return {name: params[name] for name in ("host", "port", "user", "password", "dbname") if name in params}


@committed
def test_two_do_not_refresh_at_once(business: Business) -> None:
    with psycopg.connect(**address(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(Busy):
            refresh_mirror()
        other.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    assert refresh_mirror().how == "full"


@pytest.mark.slow
@committed
def test_a_reader_keeps_its_files_until_it_is_done(business: Business, mirror_folder: Path) -> None:
    an_order(a_person(), at=AT)
    refresh_mirror()
    with open_facts() as first:
        an_order(a_person(), at=AT)
        refresh_mirror(full=True)
        refresh_mirror(full=True)
        assert first.run(first.orders.count()).as_py() == 1
    with open_facts() as second:
        assert second.run(second.orders.count()).as_py() == 2

    refresh_mirror(full=True)

    manifest = read_manifest(mirror_folder)
    assert manifest
    kept = {
        str(path.relative_to(mirror_folder / FILES)) for path in (mirror_folder / FILES).rglob("*.parquet")
    }
    versions = {name.rsplit(".", 2)[1] for name in kept}
    assert manifest.names <= kept
    # The state that this process has open stays beside the newest.
    assert versions == {"3", "4"}


@in_one_transaction
def test_another_database_or_another_currency_begins_anew(business: Business) -> None:
    an_order(a_person(), at=AT)
    refresh_mirror()
    assert refresh_mirror().how != "full"

    Business.objects.update(time_zone="Asia/Tokyo")
    assert refresh_mirror().how == "full"
    Mirror.objects.update(token="of a backup from last week")
    assert refresh_mirror().how == "full"
    assert mirrored() == truth()


@committed
def test_a_bare_migrate_makes_the_triggers(business: Business) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR)
        cursor.execute(f"DROP FUNCTION {MARK}()")
    assert not triggers()

    call_command("migrate", interactive=False, verbosity=0)

    assert triggers()
    assert install_tracking() is False
    refresh_mirror()
    an_order(a_person("Ada"))
    assert refresh_mirror().how == "changes"
    assert mirrored() == truth()


@in_one_transaction
def test_emptying_the_tables_costs_no_look_at_the_triggers(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        track_when_migrated(using="default", verbosity=0, interactive=False)


def triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'insights%%'")
        return {name for (name,) in cursor.fetchall()}


@committed
def test_promises_and_tasks_follow_what_becomes_of_them(business: Business) -> None:
    ada = a_person("Ada")
    take_message(a_message().pk, by=BY, at=AT)
    talk = Conversation.objects.get()
    # Without targets its clocks only measure; this one becomes a promise.
    clock = Clock.objects.get(conversation=talk, kind="first")
    Clock.objects.filter(pk=clock.pk).update(allowed=3600)
    task = Task.objects.create(person=ada, title="Call", due_at=AT, created_at=AT, updated_at=AT)
    refresh_mirror()
    assert (mirrored()["promises"], len(mirrored()["tasks"])) == ([], 1)

    Clock.objects.filter(pk=clock.pk).update(missed_at=AT, done_at=AT + timedelta(hours=2))
    Conversation.objects.filter(pk=talk.pk).update(person=ada)
    Task.objects.filter(pk=task.pk).update(done_at=AT)

    assert refresh_mirror().how == "changes"
    assert mirrored() == truth()
    [promise] = mirrored()["promises"]
    assert (promise[0], promise[1], promise[3], promise[-1]) == (clock.pk, ada.pk, "first", False)
    Conversation.objects.filter(pk=talk.pk).update(state="spam")
    Task.objects.filter(pk=task.pk).delete()
    refresh_mirror()
    assert mirrored() == truth()
    assert (mirrored()["promises"], mirrored()["tasks"]) == ([], [])
