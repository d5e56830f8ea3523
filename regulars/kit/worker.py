"""The door to background work: jobs are rows written in the same transaction as what they follow from."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from procrastinate import BaseRetryStrategy, RetryStrategy
from procrastinate.contrib.django import app

NOW = "now"
BULK = "bulk"
QUEUES = (NOW, BULK)
# A NOTIFY on this channel lets the loops look at once.
KNOCK = "regulars_knock"
PATIENT = RetryStrategy(max_attempts=8, exponential_wait=3)
# The clock strikes again anyhow; what a killed worker or a lost database cut off is still done.
BRIEF = RetryStrategy(max_attempts=3, exponential_wait=3)
Step = Callable[[], bool]
Told = Callable[[int, BaseException], None]
_loops: dict[str, Step] = {}
_told_of_failures: list[Told] = []
_stop = threading.Event()


def task(
    name: str, *, queue: str = NOW, retry: BaseRetryStrategy | bool | int = PATIENT, **options: Any
) -> Callable[..., Any]:
    """Declare a task; call `.defer(**args)` on it inside a transaction to have it done after the commit.

    A task may run again after its worker died, so it must be safe to run twice. A long one asks `is_stopping()` now and then.
    """
    return app.task(name=name, queue=queue, retry=retry, **options)


def defer(name: str, *, queue: str = NOW, **args: Any) -> None:
    """Have a task done after the commit, by its name: for actions, which know no tasks."""
    app.configure_task(name, allow_unknown=True, queue=queue).defer(**args)


def every(cron: str, name: str, *, queue: str = BULK) -> Callable[..., Any]:
    """Declare what a room does by the clock; the function takes the planned moment as a Unix timestamp.

    It is tried again a few times, so it must be safe to run twice for one moment.
    """

    def register(work: Callable[[int], None]) -> Any:
        # The moment comes by its name; what the room calls it is its own matter.
        def at_the_moment(timestamp: int) -> None:
            work(timestamp)

        return app.periodic(cron=cron)(app.task(name=name, queue=queue, retry=BRIEF)(at_the_moment))

    return register


def loop(name: str) -> Callable[[Step], Step]:
    """Declare a short step the worker repeats in a thread of its own; it returns whether it found work, and rests when not."""

    def register(step: Step) -> Step:
        _loops[name] = step
        return step

    return register


def loops() -> dict[str, Step]:
    """Return the declared loops by name."""
    return dict(_loops)


def when_a_job_fails(told: Told) -> None:
    """Have a function told the number of each job that failed, and why, whether or not it is tried again."""
    if told not in _told_of_failures:
        _told_of_failures.append(told)


def tell_of_failure(job_id: int, problem: BaseException) -> None:
    """Tell everybody who wants to know that a job failed."""
    for told in _told_of_failures:
        told(job_id, problem)


def is_stopping() -> bool:
    """Tell a long task that the worker was asked to stop, so that it ends at a good place and defers the rest."""
    return _stop.is_set()


def stop_event() -> threading.Event:
    """Return the event that is set when this process is asked to stop."""
    return _stop
