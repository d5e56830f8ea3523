"""The worker process: one reader for each queue, so that waiting people are never behind bulk work, and the rooms' loops."""

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Callable

from django.db import close_old_connections, connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from regulars.kit.worker import BULK, NOW, loops

log = logging.getLogger(__name__)
SHORTEST_REST, LONGEST_REST = 0.1, 2.0
GRACE_SECONDS = 10.0
POOL = 6


def run() -> None:
    """Work until told to stop by SIGTERM or SIGINT; what is running gets a while to end."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_repeat, args=(name, step, stop), daemon=True)
        for name, step in loops().items()
    ]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_work())
    finally:
        stop.set()
        for thread in threads:
            thread.join(GRACE_SECONDS)


async def _work() -> None:
    # Jobs run in threads with Django's own connection each; this pool is only for fetching, finishing and listening.
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=POOL)
    with app.replace_connector(connector):
        async with app.open_async():
            readers = [asyncio.create_task(_read(queue)) for queue in (NOW, BULK)]
            _stop_on_signals(readers)
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*readers)


async def _read(queue: str) -> None:
    await app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=2 if queue == NOW else 1,
        install_signal_handlers=False,
        shutdown_graceful_timeout=GRACE_SECONDS,
        delete_jobs="successful",
    )


def _stop_on_signals(readers: list[asyncio.Task[None]]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: [reader.cancel() for reader in readers])


def _repeat(name: str, step: Callable[[], bool], stop: threading.Event) -> None:
    rest = SHORTEST_REST
    while not stop.wait(rest):
        try:
            found = step()
            rest = 0.0 if found else min(LONGEST_REST, max(SHORTEST_REST, rest * 1.5))
        except Exception:
            log.exception("The loop %s failed and is tried again.", name)
            rest = LONGEST_REST
            close_old_connections()
    connection.close()
