"""The door to background work: jobs are rows written in the same transaction as what they follow from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from procrastinate import BaseRetryStrategy, RetryStrategy
from procrastinate.contrib.django import app

NOW = "now"
BULK = "bulk"
QUEUES = (NOW, BULK)
PATIENT = RetryStrategy(max_attempts=8, exponential_wait=3)
_loops: dict[str, Callable[[], bool]] = {}


def task(
    name: str, *, queue: str = NOW, retry: BaseRetryStrategy | bool | int = PATIENT, **options: Any
) -> Callable[..., Any]:
    """Declare a task; call `.defer(**args)` on it inside a transaction to have it done after the commit."""
    return app.task(name=name, queue=queue, retry=retry, **options)


def every(cron: str, name: str, *, queue: str = BULK) -> Callable[..., Any]:
    """Declare what a room does by the clock; the function takes the planned moment as a Unix timestamp."""

    def register(work: Callable[[int], None]) -> Any:
        return app.periodic(cron=cron)(app.task(name=name, queue=queue, pass_context=False)(work))

    return register


def loop(name: str) -> Callable[[Callable[[], bool]], Callable[[], bool]]:
    """Declare a short step the worker repeats for ever; it returns whether it found work, and rests longer when not."""

    def register(step: Callable[[], bool]) -> Callable[[], bool]:
        _loops[name] = step
        return step

    return register


def loops() -> dict[str, Callable[[], bool]]:
    """Return the declared loops by name."""
    return dict(_loops)
