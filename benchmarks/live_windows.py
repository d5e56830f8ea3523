"""A message comes while 1,000 windows are open: how long until each has heard it, and what a window costs in memory.

    python benchmarks/live_windows.py [WINDOWS] [MESSAGES] [keep]

The windows are streams with signed tickets on the real live process; messages take the real path (taken in, read by the worker, a
conversation begun). Measured from the commit that tells of it, which a listener of our own hears from the database, to each window's
receipt of the event with the words, all of them in one other process. One real Chromium among them says when it heard and when the row was drawn.
Prints JSON: milliseconds over all windows and messages (promised: p95 under 300), and KiB of the live process for each window.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.mail_to_browser import PATIENCE_MS, window
from benchmarks.running import cut, product, signed_in_as_owner, surroundings
from benchmarks.scratch import scratch_database

PATIENCE_SECONDS = 120
# The window hears in the capturing phase, before the page draws.
HEAR = """() => {
  window.heardAt = {};
  addEventListener("live:inbox:whole", ({ detail }) => { window.heardAt[detail.subject] ??= Date.now(); }, true);
}"""


@dataclass(frozen=True)
class Seen:
    """One message: milliseconds from its commit to each window's receipt, to the row in the browser, and there from receipt to row (none: it asked)."""

    receipts: list[float]
    drawn: float
    drawing: float | None


def main(windows: int, messages: int, *, is_kept: bool) -> None:
    with surroundings(), scratch_database("regulars_live_windows", is_kept=is_kept) as url:
        from regulars.inbox.rules import TOPIC, WHOLE
        from regulars.kit.live import sign_ticket

        session = signed_in_as_owner()
        ticket = sign_ticket(os.environ["REGULARS_SECRET_KEY"], [TOPIC, WHOLE])
        with product() as ours, window(ours.address, session) as page, commits(url) as heard_at:
            page.evaluate(HEAR)
            live = ours.processes["live"].pid
            before = memory_kib(live)
            with crowd(ours.port + 1, ticket, windows) as receive:
                opened = memory_kib(live)
                found = [one(page, heard_at, receive, windows, n) for n in range(-2, messages)][2:]
                after = memory_kib(live)
        report(found, windows, memory=(before, opened, after))


def report(found: list[Seen], windows: int, *, memory: tuple[int, int, int]) -> None:
    before, opened, after = memory
    took = [each for one in found for each in one.receipts]
    name = f"commit to receipt in {windows} windows"
    tell(
        name,
        **cut(took),
        messages=len(found),
        load=[round(one, 1) for one in os.getloadavg()],
        promised="p95_ms < 300",
    )
    tell("commit to receipt in the last window of each message", **cut([max(one.receipts) for one in found]))
    tell("commit to the row drawn in a browser among them", **cut([one.drawn for one in found]))
    heard = [one.drawing for one in found if one.drawing is not None]
    if heard:
        tell("receipt to the row drawn in that browser", **cut(heard), heard=len(heard))
    tell(
        "memory of the live process",
        alone_mib=round(before / 1024, 1),
        with_windows_mib=round(after / 1024, 1),
        kib_each_open=round((opened - before) / windows, 1),
        kib_each_after_messages=round((after - before) / windows, 1),
    )


def tell(name: str, **values: object) -> None:
    print(json.dumps({"name": name, **values}), flush=True)


def one(page: Any, heard_at: dict[int, float], receive: Any, windows: int, number: int) -> Seen:
    """Let one message come and return when it was heard and seen."""
    from regulars.inbox.models import Conversation

    subject = f"Mail {number} of {time.time_ns()}"
    bring(subject, number)
    page.wait_for_function("said => said in window.drawnAt", arg=subject, timeout=PATIENCE_MS)
    conversation = Conversation.objects.get(subject=subject).pk
    began = heard_at[conversation]
    drawn, heard = page.evaluate("said => [window.drawnAt[said], window.heardAt[said]]", subject)
    receipts = receive(conversation)
    print(
        f"{subject}: {max(receipts, default=0) - began:.3f} s, drawn {drawn / 1000 - began:.3f} s",
        file=sys.stderr,
        flush=True,
    )
    if len(receipts) < windows:
        raise SystemExit(f"Only {len(receipts)} of {windows} windows heard of {subject}.")
    return Seen(
        [(at - began) * 1000 for at in receipts], drawn - began * 1000, drawn - heard if heard else None
    )


def bring(subject: str, number: int) -> None:
    """Take a mail in as a mailbox does, and knock at the worker."""
    from regulars.kit.actor import Actor
    from regulars.kit.clock import now
    from regulars.messaging.actions import channel_named, take_in
    from regulars.messaging.actions.mailboxes import knock

    by = Actor.clock("benchmark")
    raw = (
        f"From: Ada <ada{number}@example.org>\r\nTo: desk@example.com\r\nMessage-ID: <{time.time_ns()}@x>\r\n"
        f"Subject: {subject}\r\n\r\nWhere is my order?\r\n"
    )
    take_in(raw.encode(), channel_named(by=by, at=now(), address="desk@example.com"), by=by, at=now())
    knock()


@contextmanager
def commits(url: str) -> Iterator[dict[int, float]]:
    """Note when the database first tells of each conversation, which is when the transaction commits."""
    import psycopg

    from regulars.inbox.rules import WHOLE
    from regulars.kit.live import CHANNEL

    heard_at: dict[int, float] = {}

    def listen() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            ready.set()
            while not over.is_set():
                for notice in connection.notifies(timeout=0.5):
                    at, told = time.time(), json.loads(notice.payload)
                    # Other topics count other things by the same numbers.
                    if told["topic"] == WHOLE:
                        heard_at.setdefault(told["change"]["id"], at)

    ready, over = threading.Event(), threading.Event()
    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    ready.wait()
    yield heard_at
    over.set()
    thread.join()


@contextmanager
def crowd(port: int, ticket: str, windows: int) -> Iterator[Any]:
    """Open the windows in a process of their own; what is yielded returns when each heard of a conversation."""
    words = [sys.executable, __file__, "--crowd", str(port), ticket, str(windows)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if process.stdin is None or process.stdout is None:
        raise SystemExit("The windows cannot be asked.")
    asked, told = process.stdin, process.stdout
    if told.readline().strip() != "open":
        raise SystemExit("The windows do not open.")

    def receive(conversation: int) -> list[float]:
        asked.write(f"{conversation}\n")
        asked.flush()
        return list(json.loads(told.readline()))

    yield receive
    process.kill()
    process.wait()


@dataclass
class Windows:
    """Streams that note when the first event of each conversation came."""

    heard: dict[int, list[float]] = field(default_factory=dict)
    listening: list[asyncio.Future[None]] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def open(self, port: int, ticket: str) -> None:
        """Open one, wait for its first word, and keep listening."""
        reader, writer = await asyncio.open_connection("localhost", port)
        writer.write(f"GET /live?ticket={ticket} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await reader.readuntil(b"event: hello")
        # A writer that nobody holds closes its stream.
        self.writers.append(writer)
        self.listening.append(asyncio.ensure_future(self._listen(reader, set())))

    async def _listen(self, reader: asyncio.StreamReader, known: set[int]) -> None:
        while line := await reader.readline():
            if not line.startswith(b"data: {"):
                continue
            at, number = time.time(), json.loads(line[6:]).get("id")
            if number is not None and number not in known:
                known.add(number)
                self.heard.setdefault(number, []).append(at)


async def be_a_crowd(port: int, ticket: str, count: int) -> None:
    """Open the windows and answer, for each conversation asked for, when they heard of it."""
    windows = Windows()
    for start in range(0, count, 50):
        await asyncio.gather(*(windows.open(port, ticket) for _one in range(min(50, count - start))))
    print("open", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        end = time.monotonic() + PATIENCE_SECONDS
        while len(windows.heard.get(int(line), ())) < count and time.monotonic() < end:
            await asyncio.sleep(0.01)
        print(json.dumps(windows.heard.get(int(line), [])), flush=True)


def memory_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    # Each window is a file here and in the live process, which inherits the limit.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192) if hard > 0 else 8192, hard))
    if sys.argv[1:2] == ["--crowd"]:
        asyncio.run(be_a_crowd(int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
    else:
        numbers = [int(one) for one in sys.argv[1:] if one.isdecimal()]
        main(*(numbers + [1_000, 20][len(numbers) :]), is_kept="keep" in sys.argv)
