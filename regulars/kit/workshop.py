"""The worker process: one reader for each queue, so that waiting people are never behind bulk work, and the rooms' loops.

Jobs run in threads with Django's own connection each; so does every loop. The event loop fetches and finishes jobs, listens
for knocks, and looks after what dead workers left: the queue's library only forgets such workers, it does not run their jobs.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, cast

import psycopg
from django.db import close_old_connections, connection, connections
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker

from regulars.kit.live import CHANNEL as LIVE
from regulars.kit.worker import BULK, KNOCK, NOW, Step, loops, stop_event, tell_of_failure

log = logging.getLogger(__name__)
CONCURRENCY = {NOW: 2, BULK: 1}
SHORTEST_REST, LONGEST_REST = 0.05, 5.0
GRACE_SECONDS = 10.0
HEARTBEAT_SECONDS, DEAD_SECONDS = 10.0, 30.0
LOOK_AFTER_SECONDS = 10.0
# The interpreter lets a busy thread run this long before another may; a bulk job must not slow down who waits.
SWITCH_SECONDS = 0.001


class WorkerDied(Exception):
    """The worker was killed, or lost the database, while this job ran."""


def run(before: Iterable[Callable[[], object]] = ()) -> None:
    """Work until told to stop by SIGTERM or SIGINT; what is running gets a while to end and is else put back."""
    sys.setswitchinterval(SWITCH_SECONDS)
    stop_event().clear()
    for step in before:
        step()
    connections.close_all()
    # What was loaded stays for good and need not be looked through again and again, as in the web processes.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    asyncio.run(_work())


async def _work() -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(sum(CONCURRENCY.values()) + 1))
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4)
    with app.replace_connector(connector):
        async with app.open_async():
            app.perform_import_paths()  # type: ignore[no-untyped-call]
            await Shop().work()


class Shop:
    """Everything that runs in the worker process."""

    def __init__(self) -> None:
        self.workers = [_worker(queue) for queue in CONCURRENCY]
        self.threads = [LoopThread(name, step) for name, step in loops().items()]
        self.stop = asyncio.Event()
        self.lost = asyncio.Event()
        self.server_began_at: datetime | None = None

    async def work(self) -> None:
        """Run readers and loops until the order to stop, then let them end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop.set)
        for thread in self.threads:
            thread.start()
        readers = [asyncio.create_task(_run(worker)) for worker in self.workers]
        helpers = [asyncio.create_task(self._listen()), asyncio.create_task(self._look_after_the_dead())]
        stopped, lost = (asyncio.create_task(event.wait()) for event in (self.stop, self.lost))
        # A reader that ends by itself has lost the database for good: then everything starts anew.
        await asyncio.wait([stopped, lost, *readers], return_when=asyncio.FIRST_COMPLETED)
        if lost.done():
            self._start_anew()
        await self._end(readers, helpers)
        if not stopped.done():
            raise WorkerDied("A reader of the queue stopped by itself.")

    async def _end(self, readers: list[asyncio.Task[None]], helpers: list[asyncio.Task[None]]) -> None:
        _end_in_any_case()
        stop_event().set()
        for thread in self.threads:
            thread.knock()
        for worker in self.workers:
            worker.stop()  # type: ignore[no-untyped-call]
        for helper in helpers:
            helper.cancel()
        _done, late = await asyncio.wait(readers, timeout=GRACE_SECONDS)
        for thread in self.threads:
            await asyncio.to_thread(thread.join, 2.0)
        if late:
            await self._leave()

    async def _leave(self) -> None:
        """End without waiting for a job that does not; its transaction is undone and its row is free for the next worker."""
        for worker in self.workers:
            if worker.worker_id is not None:
                await app.job_manager.unregister_worker(worker.worker_id)
        log.warning("A job did not end in time; it is run again by the next worker.")
        os._exit(0)

    def _start_anew(self) -> None:
        # Every transaction died with the server. Ending in good order would wait for connections that come back only
        # when the pools have rested from trying, half a minute later.
        log.warning("The database server went away; the worker starts anew.")
        os._exit(1)

    async def _listen(self) -> None:
        while not self.lost.is_set():
            try:
                await self._hear_knocks()
            except psycopg.Error as problem:
                log.warning("Listening for knocks stopped (%s) and is begun again.", problem)
                if self.server_began_at is not None and not await self._is_same_server():
                    self.lost.set()
            await asyncio.sleep(1.0)

    async def _is_same_server(self) -> bool:
        try:
            async with await _connect() as connection:
                return await _began_at(connection) == self.server_began_at
        except psycopg.Error:
            return False

    async def _hear_knocks(self) -> None:
        async with await _connect() as listener:
            self.server_began_at = await _began_at(listener)
            await listener.execute(f"LISTEN {KNOCK}")
            await listener.execute(f"LISTEN {LIVE}")
            self._knock()
            async for _notice in listener.notifies():
                self._knock()

    def _knock(self) -> None:
        for thread in self.threads:
            thread.knock()

    async def _look_after_the_dead(self) -> None:
        while True:
            try:
                await rescue_jobs(
                    [worker.worker_id for worker in self.workers if worker.worker_id is not None]
                )
            except Exception:
                log.exception("Looking after the jobs of dead workers failed and is tried again.")
            await asyncio.sleep(LOOK_AFTER_SECONDS)


async def _connect() -> psycopg.AsyncConnection[Any]:
    params: dict[str, Any] = connector_params()
    params.pop("cursor_factory", None)
    return await psycopg.AsyncConnection.connect(**params, autocommit=True)


async def _began_at(asked: psycopg.AsyncConnection[Any]) -> datetime:
    cursor = await asked.execute("SELECT pg_postmaster_start_time()")
    row = await cursor.fetchone()
    if row is None:
        raise psycopg.DataError("The server does not say since when it runs.")
    return cast(datetime, row[0])


def _end_in_any_case() -> None:
    # When the database has gone, readers and rows to be freed would wait for it and the process would never end.
    last_word = threading.Timer(GRACE_SECONDS + 5, os._exit, [1])
    last_word.daemon = True
    last_word.start()


async def _run(worker: Worker) -> None:
    await worker.run()  # type: ignore[no-untyped-call]


def _worker(queue: str) -> Worker:
    return app._worker(
        queues=[queue],
        name=queue,
        concurrency=CONCURRENCY[queue],
        install_signal_handlers=False,
        delete_jobs="successful",
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=DEAD_SECONDS,
        task_middleware=[*app.worker_defaults.get("task_middleware", []), _tell_of_failures],
    )


def _tell_of_failures(call_next: Callable[[], Any], context: Any, worker: Any) -> Any:
    try:
        return call_next()
    except Exception as problem:
        tell_of_failure(context.job.id, problem)
        raise


async def rescue_jobs(our_own: list[int]) -> int:
    """Give the jobs of dead workers back to the queue, or to the failed ones when they were tried often enough."""
    manager = app.job_manager
    # After this machine slept we may look dead ourselves.
    for worker_id in our_own:
        await manager.update_heartbeat(worker_id)
    jobs = list(await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_SECONDS))
    for job in jobs:
        await _rescue(job)
    await manager.prune_stalled_workers(DEAD_SECONDS)
    return len(jobs)


async def _rescue(job: Job) -> None:
    died = WorkerDied("The worker was killed, or lost the database, while this job ran.")
    known = app.tasks.get(job.task_name)
    retry = known.get_retry_exception(exception=died, job=job) if known else None
    if retry is None:
        await asyncio.to_thread(tell_of_failure, job.id or 0, died)
        await app.job_manager.finish_job(job=job, status=Status.FAILED, delete_job=False)
    else:
        log.warning("The worker of job %s died; it is run again.", job.id)
        await app.job_manager.retry_job(job=job)


class LoopThread(threading.Thread):
    """One declared loop in a thread of its own: at work while there is work, else resting until knocked at."""

    def __init__(self, name: str, step: Step) -> None:
        super().__init__(name=f"loop {name}", daemon=True)
        self.step = step
        self.rest = 0.0
        self._knocked = threading.Event()

    def knock(self) -> None:
        """Ask the loop to look at once."""
        self._knocked.set()

    def run(self) -> None:
        while not stop_event().is_set():
            self._rest()
            self._knocked.clear()
            self._step()
        connection.close()

    def _rest(self) -> None:
        # Right after a knock the next looks follow quickly: a follower may have to wait for an older transaction.
        if self.rest and self._knocked.wait(self.rest):
            self.rest = 0.0

    def _step(self) -> None:
        try:
            close_old_connections()
            found = self.step()
            self.rest = 0.0 if found else min(LONGEST_REST, max(SHORTEST_REST, self.rest * 2))
        except Exception:
            log.exception("%s failed and is tried again.", self.name)
            self.rest = LONGEST_REST
            connection.close()
