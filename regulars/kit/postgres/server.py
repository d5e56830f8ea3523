"""Starting, watching and stopping the embedded server.

Whoever needs the database holds a shared lock on `postgres.use`; the last one to let go stops the server. Locks are the
kernel's, so a killed process lets go too. The server's own pid file says what it is doing.
"""

import contextlib
import fcntl
import functools
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from regulars.kit.postgres import binaries, cluster, home, roles, tuning
from regulars.kit.postgres.account import Account
from regulars.kit.postgres.address import PORT, SUPER_ROLE, Address
from regulars.kit.processes import die_with_parent, folder_of, is_running, name_of
from regulars.kit.refused import Refused

Say = Callable[[str], None]
QUIET_SECONDS = 3
LARGEST_LOG = 10 * 2**20
DEADLINE = 120
NOBODYS_PID = str(2**22 - 1)


class WillNotStart(Refused):
    """The server ended while starting."""


class Server:
    """The PostgreSQL of one data folder."""

    def __init__(
        self, data: Path, say: Say = lambda text: None, *, memory_mb: int = 0, is_throwaway: bool = False
    ) -> None:
        self.data = data
        self._say = say
        self._memory_mb = memory_mb
        self._is_throwaway = is_throwaway
        self._process: subprocess.Popen[bytes] | None = None
        self._use: int | None = None
        self._log_from = 0
        self.place: Address | None = None

    def __enter__(self) -> "Server":
        self.hold()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()

    def hold(self, *, dies_with_us: bool = False) -> None:
        """Make sure the server runs and keep it running until `let_go`."""
        home.prepare(self.data)
        self._use = os.open(self.data / "postgres.use", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._use, fcntl.LOCK_SH)
        try:
            self.ensure(dies_with_us=dies_with_us)
        except BaseException:
            self.let_go()
            raise

    def let_go(self) -> None:
        """Stop the server unless somebody else still uses it."""
        if self._use is None:
            return
        try:
            fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stop()
        except BlockingIOError:
            pass
        finally:
            os.close(self._use)
            self._use = None

    def ensure(self, *, dies_with_us: bool = False) -> Address:
        """Start the server when it does not run, make roles and database when they are missing, and wait until it answers."""
        with self._only_one_starter():
            is_lost = not (self.data / "postgres.json").exists()
            self.place, account = home.settle(self.data)
            programs = binaries.reachable(binaries.locate(), account, Path(self.place.cluster))
            folder = cluster.ensure(
                Path(self.place.cluster), account, programs, self.place.passwords[SUPER_ROLE]
            )
            if is_lost:
                # With lost passwords a running server is of no use, and they are renewed while it is stopped.
                self.stop()
            if self.pid() is None:
                _disown_pid(folder, Path(self.place.socket))
                tuning.write(
                    folder,
                    tuning.settings(
                        self.place.socket, memory_mb=self._memory_mb, is_throwaway=self._is_throwaway
                    ),
                )
                if is_lost:
                    cluster.reset_password(folder, account, programs, self.place.passwords[SUPER_ROLE])
                self._start(folder, account, programs, dies_with_us)
            self._wait_until_ready(folder)
            self._make_roles(self.place)
        return self.place

    def _make_roles(self, place: Address) -> None:
        import psycopg

        try:
            roles.ensure(place)
        except psycopg.OperationalError as problem:
            raise WillNotStart(f"The database started but does not answer: {problem}") from problem

    def pid(self) -> int | None:
        """Return the server's process when it is really alive."""
        lines = _pid_file(self._folder())
        if not lines or not is_running(int(lines[0])):
            return None
        return int(lines[0]) if _is_server(int(lines[0]), self._folder()) else None

    def is_alive(self) -> bool:
        """Tell whether the server runs, reaping it when it was our child and died."""
        if self._process is not None:
            self._process.poll()
        return self.pid() is not None

    def stop(self) -> None:
        """Stop the server as pg_ctl's fast mode does, harder only when it does not end."""
        for how in (signal.SIGINT, signal.SIGQUIT):
            pid = self.pid()
            if pid is None:
                return
            os.kill(pid, how)
            if self._wait_until_gone(DEADLINE):
                return

    def _folder(self) -> Path:
        return Path(self.place.cluster if self.place else self.data / "postgres") / "data"

    @contextlib.contextmanager
    def _only_one_starter(self) -> Iterator[None]:
        with (self.data / "postgres.start").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _start(self, folder: Path, account: Account, programs: binaries.Programs, dies_with_us: bool) -> None:
        end = time.monotonic() + DEADLINE
        while True:
            self._launch(folder, account, programs, dies_with_us)
            try:
                return self._wait_until_ready(folder)
            except WillNotStart as problem:
                # Its processes end by themselves within seconds; until then PostgreSQL rightly refuses to start.
                if "still in use" not in str(problem) or time.monotonic() > end:
                    raise
            self._say("Waiting for the last processes of a killed server to end.")
            time.sleep(0.5)

    def _launch(
        self, folder: Path, account: Account, programs: binaries.Programs, dies_with_us: bool
    ) -> None:
        log = folder.parent / "server.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            self._log_from = output.tell()
            self._process = subprocess.Popen(
                [programs.path("postgres"), "-D", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=cluster.neutral_environment(),
                cwd=folder,
                start_new_session=True,
                preexec_fn=functools.partial(die_with_parent, os.getpid(), signal.SIGINT)
                if dies_with_us
                else None,
                **account.popen(),
            )

    def _wait_until_ready(self, folder: Path) -> None:
        log = folder.parent / "server.log"
        start = said_at = time.monotonic()
        while True:
            lines = _pid_file(folder)
            if len(lines) > 7 and lines[7].startswith("ready") and self.pid() is not None:
                return
            if self.pid() is None and (self._process is None or self._process.poll() is not None):
                raise WillNotStart(_why(log, self._log_from))
            now = time.monotonic()
            if now - said_at > QUIET_SECONDS:
                said_at = now
                self._say(
                    f"The database is recovering from an unclean stop ({now - start:.0f} s). {_recovery(log)}".strip()
                )
            time.sleep(0.05)

    def _wait_until_gone(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.is_alive():
                return True
            time.sleep(0.05)
        return False


def _pid_file(folder: Path) -> list[str]:
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
    return lines if lines and lines[0].lstrip("-").isdigit() else []


def _is_server(pid: int, folder: Path) -> bool:
    where = folder_of(pid)
    return name_of(pid).startswith("postgres") and (not where or where == str(folder.resolve()))


def _disown_pid(folder: Path, socket: Path) -> None:
    # After a kill the number may belong to anybody (in a container it usually does) or to a zombie nobody has reaped,
    # and PostgreSQL would take either for a living server. The file itself stays: by its other lines PostgreSQL knows
    # whether old processes still use the data. The socket's lock lies in our private folder and guards nothing more.
    lines = _pid_file(folder)
    if lines:
        (folder / "postmaster.pid").write_text("\n".join([NOBODYS_PID, *lines[1:]]) + "\n")
    (socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _since(log: Path, offset: int) -> list[str]:
    with contextlib.suppress(FileNotFoundError), log.open("rb") as file:
        file.seek(max(offset, log.stat().st_size - 8000))
        return file.read().decode("utf-8", "replace").splitlines()
    return []


def _why(log: Path, offset: int) -> str:
    said = "\n".join(_since(log, offset)[-8:])
    return f"The database did not start. The end of {log}:\n{said}\n{cluster.advice(said)}"


def _recovery(log: Path) -> str:
    told = [line for line in _since(log, 0)[-5:] if "redo" in line]
    return told[-1].split("LOG:")[-1].strip() if told else ""
