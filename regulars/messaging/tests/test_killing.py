"""Real workers, really killed between taking in and reading: no mail is lost, none is doubled, threads stay in order."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named, take_in
from regulars.messaging.engine.mime import read_letter
from regulars.messaging.engine.reading import content_key
from regulars.messaging.models import Arrival, Message, Thread
from regulars.messaging.tests import kill_runs
from regulars.people.models import Person
from regulars.timeline.models import Touchpoint
from regulars.timeline.tests.test_killing import ROOT, address, wait_until
from tests.cast import a_mail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROGRAM = Path(__file__).with_name("worker_program.py")
BY = Actor.clock("test")


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    own = {
        "REGULARS_DATABASE_URL": address(),
        "REGULARS_DATA": str(tmp_path),
        "REGULARS_SECRET_KEY": "tests",
        "PYTHONPATH": str(ROOT),
    }

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / "worker.log").open("ab") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, str(PROGRAM)], env={**os.environ, **own}, stdout=log, stderr=log
                )
            )
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


def conversations(count: int, letters: int) -> list[bytes]:
    """Write conversations whose letters come mixed, each answering the one before; every fifth letter comes twice."""
    mails = []
    for letter in range(letters):
        for number in range(count):
            before = {"In_Reply_To": f"<{number}.{letter - 1}@x>"} if letter else {}
            mails.append(
                a_mail(
                    f"{number}.{letter}",
                    from_=f"c{number}@h{number}.example",
                    Message_ID=f"<{number}.{letter}@x>",
                    **before,
                )
            )
    return [mail for place, mail in enumerate(mails) for _time in range(1 + (place % 5 == 0))]


def kill_and_count(
    start_worker: Callable[[], subprocess.Popen[bytes]], *, kills: int, count: int, letters: int, seed: int
) -> None:
    chance, channel = random.Random(seed), channel_named(by=BY, at=now())
    mails = conversations(count, letters)
    for mail in mails:
        take_in(mail, channel, by=BY, at=now())
    for kill in range(1, kills + 1):
        worker = start_worker()
        wait_until(lambda kill=kill: Message.objects.count() >= kill * count * letters // (kills + 1))
        time.sleep(chance.uniform(0, 0.1))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    start_worker()
    wait_until(lambda: not Arrival.objects.filter(state="waiting").exists())

    assert Arrival.objects.filter(state="read").count() == len(mails)
    assert Message.objects.count() == count * letters
    assert (Thread.objects.count(), Person.objects.count()) == (count, count)
    assert Touchpoint.objects.filter(kind="message.received").count() == count * letters
    told = {
        thread.pk: list(thread.messages.order_by("sent_at", "pk").values_list("text", flat=True))
        for thread in Thread.objects.all()
    }
    assert sorted(told.values()) == sorted(
        [f"{number}.{letter}" for letter in range(letters)] for number in range(count)
    )


def test_a_worker_killed_while_it_reads_loses_and_doubles_nothing(
    start_worker: Callable[[], subprocess.Popen[bytes]],
) -> None:
    kill_and_count(start_worker, kills=2, count=20, letters=4, seed=1)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(2))
def test_many_kills_lose_and_double_nothing(
    start_worker: Callable[[], subprocess.Popen[bytes]], seed: int
) -> None:
    kill_and_count(start_worker, kills=8, count=80, letters=6, seed=seed)


@pytest.mark.proof
def test_thousands_of_real_mails_with_the_worker_killed_every_few_seconds(
    start_worker: Callable[[], subprocess.Popen[bytes]],
) -> None:
    mails = kill_runs.real_mails(1_800, again=200)
    keys = [content_key(read_letter(raw), raw) for raw in mails]
    calm = kill_runs.read_calmly(mails)
    call_command("flush", verbosity=0, interactive=False)

    kills = kill_runs.read_while_killing(mails, start_worker, seconds=(1.0, 3.0))

    assert kills >= 2
    assert Arrival.objects.exclude(state="read").count() == 0
    assert sorted(kill_runs.order_of_filing()) == sorted(set(keys))
    # Every thread holds the same letters in the same order as when nothing is killed.
    assert kill_runs.threads_of() == calm
    assert any(len(thread) > 2 for thread in calm)
    told = Touchpoint.objects.filter(kind__in=("message.received", "message.automatic"))
    assert told.count() == len(set(keys))
    # Filed in the order in which they came, so each answer found what it answers.
    assert kill_runs.order_of_filing() == list(dict.fromkeys(keys))
    assert not Thread.objects.filter(messages=None).exists()
