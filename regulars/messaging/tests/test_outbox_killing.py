"""Real workers, really killed while they send: no letter is lost, none is sent twice, and every doubt is shown."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named, start_thread, write_message
from regulars.messaging.engine.outgoing import OutgoingLetter, Recipient
from regulars.messaging.models import Outlet, Sending
from regulars.messaging.tests.test_killing import start_worker
from regulars.timeline.models import Touchpoint
from regulars.timeline.tests.test_killing import wait_until
from tests.mail_server import MailServer

__all__ = ["start_worker"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BY = Actor.clock("test")


class SlowServer(MailServer):
    """Takes its time with each letter, before and after it has it."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(0.004)
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.004)
        return answer


def kill_and_count(
    start_worker: Callable[[], subprocess.Popen[bytes]], *, kills: int, letters: int, seed: int
) -> None:
    server, chance = SlowServer(), random.Random(seed)
    server.start()
    channel = channel_named("", by=BY, at=now(), address="desk@aalto.example")
    Outlet.objects.create(
        channel=channel, host="127.0.0.1", port=server.port, security="none", per_minute=9_999, per_domain_minute=9_999
    )  # fmt: skip
    thread = start_thread(subject="Coffee", person=None, channel=channel, by=BY, at=now())
    for number in range(letters):
        letter = OutgoingLetter("Hello.", to=(Recipient(f"c{number}@example.com"),))
        write_message(thread, channel, letter, by=BY, at=now(), hold=timedelta(0))
    for kill in range(1, kills + 1):
        worker = start_worker()
        wait_until(lambda kill=kill: len(server.taken) >= kill * letters // (kills + 1))
        time.sleep(chance.uniform(0, 0.05))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    start_worker()
    wait_until(lambda: not Sending.objects.exclude(state__in=("sent", "uncertain")).exists())
    server.stop()

    taken = Counter(one for one, _raw in server.taken)
    sent = set(Sending.objects.filter(state="sent").values_list("email", flat=True))
    uncertain = set(Sending.objects.filter(state="uncertain").values_list("email", flat=True))
    assert max(taken.values()) == 1
    assert sent <= set(taken)
    assert set(taken) <= sent | uncertain
    assert len(sent) + len(uncertain) == letters
    assert len(uncertain) <= kills
    assert Touchpoint.objects.filter(kind="message.failed").count() == len(uncertain)


def test_a_worker_killed_while_it_sends_loses_and_doubles_nothing(
    start_worker: Callable[[], subprocess.Popen[bytes]],
) -> None:
    kill_and_count(start_worker, kills=3, letters=200, seed=1)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(3))
def test_many_kills_lose_and_double_no_letter(
    start_worker: Callable[[], subprocess.Popen[bytes]], seed: int
) -> None:
    kill_and_count(start_worker, kills=10, letters=1_000, seed=seed)
