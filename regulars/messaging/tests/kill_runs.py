"""What a run with killed workers is held against: the same mails read in one go, and what of them stands in the threads."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messaging.actions import channel_named, take_in
from regulars.messaging.actions.intake import read_everything
from regulars.messaging.models import Arrival, Message
from regulars.messaging.tests.real_mail import copies

BY = Actor.clock("test")
PATIENCE_SECONDS = 120
MOST_KILLS = 500
Threads = list[tuple[str, ...]]


def real_mails(count: int, again: int) -> list[bytes]:
    """Return real mails, some of which come twice, as they do from a server that lost its numbers."""
    mails = copies(count)
    return mails + random.Random(7).sample(mails, again)


def take_all_in(mails: list[bytes]) -> None:
    """Commit all of them to one channel, none read yet."""
    channel = channel_named(by=BY, at=now(), address="desk@example.com")
    for raw in mails:
        take_in(raw, channel, by=BY, at=now())


def threads_of() -> Threads:
    """Return the keys of the messages of every thread, in the order in which the page shows them."""
    found: dict[int, list[str]] = {}
    rows = Message.objects.order_by("thread", "sent_at", "pk")
    for thread, key in rows.values_list("thread", "content_key"):
        found.setdefault(thread, []).append(key)
    return sorted(map(tuple, found.values()))


def order_of_filing() -> list[str]:
    """Return the keys of all messages in the order in which they were filed."""
    return list(Message.objects.order_by("pk").values_list("content_key", flat=True))


def read_calmly(mails: list[bytes]) -> Threads:
    """Read the mails in one go, with nothing killed, and return the threads."""
    take_all_in(mails)
    read_everything()
    return threads_of()


def read_while_killing(
    mails: list[bytes],
    start_worker: Callable[[], subprocess.Popen[bytes]],
    *,
    seconds: tuple[float, float],
    seed: int = 7,
) -> int:
    """Read the mails with workers killed after so many seconds of reading each; return how often one was killed."""
    chance, kills = random.Random(seed), 0
    take_all_in(mails)
    while left := waiting():
        worker = start_worker()
        _wait_until(lambda left=left: waiting() < left)
        time.sleep(chance.uniform(*seconds))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        kills += 1
        if kills > MOST_KILLS:
            raise AssertionError(f"{waiting()} mails wait for ever.")
    return kills


def waiting() -> int:
    """Return how many mails are not read yet."""
    return Arrival.objects.filter(state="waiting").count()


def _wait_until(happened: Callable[[], bool]) -> None:
    # Starting takes its time on a busy machine; the worker is killed while it reads.
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        if time.monotonic() > end:
            raise AssertionError("The worker does not begin to read.")
        time.sleep(0.05)
