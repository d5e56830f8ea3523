"""Keeping a few processes alive: start, restart with growing pauses, stop by TERM, a deadline and KILL.

Every child gets its own session, so that Ctrl-C reaches the supervisor alone, and a mark in its environment, by which
the next start finds what a killed supervisor left behind.
"""

import contextlib
import functools
import json
import os
import secrets
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from regulars.kit.processes import bearing, command_of, die_with_parent, is_running

Say = Callable[[str], None]
MARK = "REGULARS_RUN"
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 60.0
LARGEST_LOG = 10 * 2**20


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: Sequence[str]
    patience: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    starts_at: float = 0.0
    failures: int = 0

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Keep children alive until told to stop."""

    children: list[Child]
    folder: Path
    say: Say
    environment: dict[str, str] = field(default_factory=dict)
    watch: Callable[[], None] = lambda: None
    logs_to_console: bool = False
    address: str = ""

    def __post_init__(self) -> None:
        self._mark = secrets.token_hex(8)
        # A signal interrupts this very thread wherever it stands, so its handler may take no lock: it writes a byte.
        self._heard, self._tell = os.pipe()
        for end in (self._heard, self._tell):
            os.set_blocking(end, False)
        self._stops = 0

    def run(self, when_started: Callable[[], None] = lambda: None) -> None:
        """Start everything, keep it alive, and return after everything has stopped."""
        try:
            with self._signals():
                self._keep_alive(when_started)
        finally:
            os.close(self._heard)
            os.close(self._tell)

    def _keep_alive(self, when_started: Callable[[], None]) -> None:
        try:
            self._start_the_dead()
            when_started()
            while not self._stops:
                self._rest(self._until_next_start())
                if not self._stops:
                    self._note_the_dead()
                    self._start_the_dead()
                    self.watch()
        finally:
            self._stop_all()

    def is_stopping(self) -> bool:
        """Tell whether the order to stop has come."""
        return self._stops > 0

    def failing(self) -> Child | None:
        """Return a child that keeps dying."""
        return next((child for child in self.children if child.failures >= 3), None)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
        # Under nohup a closed terminal is no order to stop; a shell's background jobs ignore SIGINT, yet who sends it means it.
        heard = [
            name for name in names if name != signal.SIGHUP or signal.getsignal(name) is not signal.SIG_IGN
        ]
        before = {name: signal.signal(name, self._hear) for name in heard}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._stops += 1
        with contextlib.suppress(BlockingIOError):
            os.write(self._tell, b".")

    def _rest(self, seconds: float) -> None:
        """Wait, but no longer than until a signal comes."""
        select.select([self._heard], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while os.read(self._heard, 4096):
                pass

    def _until_next_start(self) -> float:
        dead = [child.starts_at - time.monotonic() for child in self.children if child.process is None]
        return max(0.0, min([1.0, *dead]))

    def _start_the_dead(self) -> None:
        now = time.monotonic()
        due = [child for child in self.children if child.process is None and child.starts_at <= now]
        for child in due:
            self._start(child)
        if due:
            self._remember()

    def _start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        with contextlib.ExitStack() as files:
            output = (
                None
                if self.logs_to_console
                else files.enter_context(open_log(self.folder / f"{child.name}.log"))
            )
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.environment, MARK: self._mark},
                start_new_session=True,
                preexec_fn=functools.partial(die_with_parent, os.getpid()),
            )

    def _note_the_dead(self) -> None:
        for child in self.children:
            if child.process is not None and not child.is_alive():
                self._bury(child)

    def _bury(self, child: Child) -> None:
        if child.process is None:
            return
        # Its own children (granian's workers) would keep the port, so the whole group goes.
        kill_group(child.process.pid, signal.SIGKILL)
        ran = time.monotonic() - child.started_at
        child.failures = 1 if ran > STEADY_SECONDS else child.failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (child.failures - 1))
        self.say(
            f"{child.name} stopped ({_how(child.process.returncode)}); starting it again in {pause:g} s."
        )
        child.process = None
        child.starts_at = time.monotonic() + pause

    def _stop_all(self) -> None:
        alive = [child for child in self.children if child.is_alive()]
        for child in alive:
            _send(child, signal.SIGTERM)
        ordered_at, orders = time.monotonic(), self._stops
        while any(child.is_alive() for child in alive):
            self._rest(0.05)
            late = [child for child in alive if time.monotonic() - ordered_at > child.patience]
            for child in alive if self._stops > orders else late:
                if child.is_alive():
                    self.say(f"{child.name} did not stop in time and is ended.")
                _end(child)
        for child in alive:
            _end(child)
        (self.folder / "run.json").unlink(missing_ok=True)

    def _remember(self) -> None:
        pids = {child.name: child.process.pid for child in self.children if child.process}
        # Renamed into place, so that nobody, not even after a kill, reads half of it and loses track of what runs.
        draft = self.folder / "run.json.new"
        draft.write_text(json.dumps({"mark": self._mark, "pids": pids, "address": self.address}))
        draft.replace(self.folder / "run.json")


def open_log(path: Path) -> IO[bytes]:
    """Open a log to append to, putting a large one aside first."""
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def served_address(folder: Path) -> str:
    """Return the address of what runs with this folder, empty when nothing does."""
    try:
        return str(json.loads((folder / "run.json").read_text()).get("address", ""))
    except (OSError, ValueError):
        return ""


def clear_leftovers(folder: Path, patience: float = 5.0) -> list[int]:
    """End what a killed supervisor left running and return the processes that were ended."""
    try:
        told = json.loads((folder / "run.json").read_text())
    except (FileNotFoundError, ValueError):
        return []
    left = _leftovers(told)
    for how, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, patience)):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        if _all_end(left, seconds):
            break
    (folder / "run.json").unlink(missing_ok=True)
    return left


def _leftovers(told: dict[str, object]) -> list[int]:
    marked = bearing(f"{MARK}={told.get('mark')}")
    pids = told.get("pids")
    named = (
        [pid for pid in pids.values() if is_running(pid) and "regulars" in command_of(pid)]
        if isinstance(pids, dict)
        else []
    )
    # Where environments can be read they are proof; elsewhere the command line must do.
    return [
        pid
        for pid in (marked or ([] if Path("/proc/self/environ").exists() else named))
        if pid != os.getpid()
    ]


def _all_end(pids: list[int], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while any(is_running(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def kill_group(pid: int, how: signal.Signals) -> None:
    """Signal a child's whole group; that none is left is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, how)


def _send(child: Child, how: signal.Signals) -> None:
    if child.process is not None:
        with contextlib.suppress(ProcessLookupError):
            child.process.send_signal(how)


def _end(child: Child) -> None:
    if child.process is not None:
        kill_group(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"code {code}"
