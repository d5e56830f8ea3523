from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import MAX_DEPTH, Heard, announce, announce_many
from regulars.people.models import Person
from regulars.timeline.actions.hearing import (
    MOST_ATTEMPTS,
    Pace,
    hear_batch,
    hear_everything,
    wait_after,
)
from regulars.timeline.models import Hearing, Touchpoint
from regulars.timeline.tests import happenings
from regulars.timeline.tests.happenings import Poked, traces
from tests.cast import a_person

pytestmark = pytest.mark.django_db
REMEMBER = "regulars.timeline.tests.happenings.remember_poke"
ANSWER = "regulars.timeline.tests.happenings.answer_poke"


def fail(n: int) -> None:
    raise ValueError(f"no {n}")


def make_due() -> None:
    Hearing.objects.update(due_at=now() - timedelta(seconds=1))


def test_everybody_hears_each_announcement_once(by: Actor) -> None:
    ada = a_person()
    for n in range(3):
        announce(Poked(person_id=ada.pk, n=n), by=by)

    assert hear_everything() == 3
    assert hear_everything() == 0
    assert traces() == [f"{what} {n}" for what in ("answer", "remember") for n in range(3)]
    assert not Hearing.objects.exists()


def test_a_reaction_is_told_who_did_it_and_when(by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, told = a_person(), []
    at = now() - timedelta(days=3)
    actor = Actor("member", 7, "Olga", "203.0.113.7", "request", 7)
    monkeypatch.setattr(happenings, "_note", lambda person_id, name: None)
    number = announce(Poked(person_id=ada.pk), by=actor, occurred_at=at)

    def listen(event: Poked, heard: Heard) -> None:
        told.append((event, heard))

    from regulars.kit.events import listening

    monkeypatch.setitem(listening._reactions, "test.poked", [listen])
    hear_everything()

    [(event, heard)] = told
    assert event == Poked(person_id=ada.pk)
    assert (heard.touchpoint_id, heard.occurred_at, heard.depth) == (number, at, 0)
    assert (heard.by.kind, heard.by.id, heard.by.label) == ("member", 7, "Olga")


def test_a_failing_reaction_leaves_the_others_and_waits_alone(by: Actor) -> None:
    ada = a_person()
    happenings.also["answer"] = lambda n: fail(n) if n == 1 else None
    for n in range(3):
        announce(Poked(person_id=ada.pk, n=n), by=by)

    hear_everything()

    assert traces() == ["answer 0", "answer 2", "remember 0", "remember 1", "remember 2"]
    waiting = Hearing.objects.get()
    assert (waiting.listener, waiting.attempts, waiting.failed_at) == (ANSWER, 1, None)
    assert waiting.error.startswith("ValueError: no 1")
    assert "happenings.py" in waiting.error


def test_what_a_failing_reaction_wrote_is_undone(by: Actor) -> None:
    ada = a_person()

    def write_and_fail(n: int) -> None:
        Person.objects.filter(pk=ada.pk).update(name="half done")
        raise ValueError

    happenings.also["remember"] = write_and_fail
    announce(Poked(person_id=ada.pk), by=by)
    hear_everything()

    ada.refresh_from_db()
    assert ada.name != "half done"
    assert traces() == ["answer 0"]


def test_a_reaction_that_breaks_the_transaction_harms_no_other(by: Actor) -> None:
    ada = a_person()

    def break_it(n: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    happenings.also["remember"] = break_it
    announce(Poked(person_id=ada.pk), by=by)
    hear_everything()

    assert traces() == ["answer 0"]
    assert Hearing.objects.get().listener == REMEMBER


def test_a_failed_reaction_is_tried_again_later_and_then_done(by: Actor) -> None:
    ada = a_person()
    happenings.also["answer"] = fail
    announce(Poked(person_id=ada.pk), by=by)
    hear_everything()

    happenings.also.clear()
    assert hear_everything() == 0
    make_due()
    assert hear_everything() == 1

    assert traces() == ["answer 0", "remember 0"]
    assert not Hearing.objects.exists()


def test_a_reaction_that_fails_for_good_is_kept_for_a_person_to_decide(by: Actor) -> None:
    ada = a_person()
    happenings.also["answer"] = fail
    announce(Poked(person_id=ada.pk), by=by)
    for _ in range(MOST_ATTEMPTS):
        hear_everything()
        make_due()

    assert hear_everything() == 0
    failed = Hearing.objects.get()
    assert failed.attempts == MOST_ATTEMPTS
    assert failed.failed_at is not None
    assert traces() == ["remember 0"]


def test_a_reaction_rests_longer_each_time() -> None:
    rests = [wait_after(attempts).total_seconds() for attempts in range(1, MOST_ATTEMPTS)]

    assert rests == [2, 6, 18, 54, 162, 486, 1458]


def test_a_retry_for_somebody_who_is_gone_fails_at_once_and_is_shown(by: Actor) -> None:
    number = announce(Poked(person_id=a_person().pk), by=by)
    Hearing.objects.update(listener="regulars.gone.reactions.hear", touchpoint_id=number)

    hear_everything()

    failed = Hearing.objects.get()
    assert failed.failed_at is not None
    assert failed.error.startswith("NobodyListens")


def test_echoes_stop_after_five(by: Actor) -> None:
    ada = a_person()
    happenings.also["remember"] = lambda n: announce(Poked(person_id=ada.pk, n=n + 1), by=by) and None
    announce(Poked(person_id=ada.pk), by=by)

    hear_everything()

    assert list(Touchpoint.objects.order_by("pk").values_list("depth", flat=True)) == list(
        range(MAX_DEPTH + 1)
    )
    assert not Hearing.objects.exists()


def test_who_waits_for_one_is_not_behind_many(by: Actor) -> None:
    ada = a_person()
    announce_many([Poked(person_id=ada.pk, n=n) for n in range(40)], by=by)
    announce(Poked(person_id=ada.pk, n=99), by=by)

    hear_batch(1)

    assert traces() == ["answer 99", "remember 99"]


def test_a_touchpoint_that_was_withdrawn_is_heard_by_nobody(by: Actor) -> None:
    from regulars.timeline.actions.doors import withdraw_touchpoints

    number = announce(Poked(person_id=a_person().pk), by=by)
    assert number
    withdraw_touchpoints([number])

    assert hear_everything() == 1
    assert traces() == []


def test_a_batch_costs_the_same_few_queries_however_many_wait(
    by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(happenings, "_note", lambda person_id, name: None)
    ada = a_person()

    def queries(waiting: int) -> int:
        for n in range(waiting):
            announce(Poked(person_id=ada.pk, n=n), by=by)
        with CaptureQueriesContext(connection) as asked:
            assert hear_batch() == waiting
        return len(asked.captured_queries)

    assert queries(1) == queries(50)


def test_batches_grow_while_it_goes_quickly_and_shrink_when_not() -> None:
    pace = Pace()

    pace.learn(10, 0.01)
    assert pace.size == 100
    pace.learn(100, 2.0)
    assert pace.size == 50
    for _ in range(8):
        pace.learn(1, 2.0)
    assert pace.size == 10


def test_two_workers_share_what_waits(transactional_db: None, by: Actor) -> None:
    ada = a_person()
    with transaction.atomic():
        for n in range(10):
            announce(Poked(person_id=ada.pk, n=n), by=by)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT id FROM timeline_hearing ORDER BY id LIMIT 4 FOR UPDATE")
            assert hear_everything() == 6
            cursor.execute("ROLLBACK")
        assert hear_everything() == 4
    finally:
        other.close()

    assert len(traces()) == len(set(traces())) == 20
