"""Tidy chunks in several processes, in order and in little memory."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Given = TypeVar("Given")
Made = TypeVar("Made")
MOST_WORKERS = 4


def in_order(
    work: Callable[[Given], Made], chunks: Iterable[Given], *, workers: int = 0, small: int = 1
) -> Iterator[tuple[Given, Made]]:
    """Yield each chunk with what `work` makes of it; up to `small` chunks are done here, more in processes.

    The processes know nothing of Django, and end when this one does, however it ends.
    """
    source = iter(chunks)
    first = [chunk for _place, chunk in zip(range(small + 1), source, strict=False)]
    if len(first) <= small or workers == 1:
        for chunk in chain(first, source):
            yield chunk, work(chunk)
        return
    # The one session that writes is the bottleneck: one processor is left to it.
    spare = max(1, (os.cpu_count() or 1) - 1)
    yield from _in_processes(work, first, source, workers or min(MOST_WORKERS, spare))


def _in_processes(
    work: Callable[[Given], Made], first: list[Given], source: Iterator[Given], workers: int
) -> Iterator[tuple[Given, Made]]:
    """Keep the processes busy, and no more chunks in memory than they need."""
    # Small imports and the web never need them.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    waiting: deque[tuple[Given, Future[Made]]] = deque()
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin)
    try:
        for chunk in chain(first, source):
            waiting.append((chunk, pool.submit(work, chunk)))
            if len(waiting) > workers + 1:
                done, made = waiting.popleft()
                yield done, made.result()
        while waiting:
            done, made = waiting.popleft()
            yield done, made.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end with it even when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the parent to end, then end at once."""
    from multiprocessing import connection, parent_process

    parent: Any = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
