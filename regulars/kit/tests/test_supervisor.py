"""Keeping processes alive, with real processes."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from regulars.kit.processes import is_running
from regulars.kit.supervisor import MARK, Child, Supervisor, clear_leftovers

SLEEPER = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
WITH_CHILD = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); time.sleep(600)"
linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="Only Linux tells children of their parent's death."
)


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def wait_for(condition: Callable[[], object], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


def supervise(folder: Path, *children: Child, then: Callable[[], None]) -> tuple[Supervisor, list[str]]:
    """Run a supervisor, act on it from another thread, stop it, and return it with what it said."""
    said: list[str] = []
    supervisor = Supervisor(list(children), folder, said.append)

    def act() -> None:
        try:
            then()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    supervisor.run(when_started=threading.Thread(target=act).start)
    return supervisor, said


def pid_of(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def test_stopping_stops_every_child(tmp_path: Path) -> None:
    children = [Child("one", python(SLEEPER)), Child("two", python(SLEEPER))]
    pids: list[int] = []

    supervise(tmp_path, *children, then=lambda: pids.extend(map(pid_of, children)))

    assert len(pids) == 2
    assert not any(is_running(pid) for pid in pids)
    assert not (tmp_path / "run.json").exists()


def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    child = Child("web", python(SLEEPER))

    def kill_and_wait() -> None:
        first = pid_of(child)
        os.kill(first, signal.SIGKILL)
        assert wait_for(lambda: child.process is not None and child.process.pid != first)

    _, said = supervise(tmp_path, child, then=kill_and_wait)

    assert said == ["web stopped (by SIGKILL); starting it again in 0.5 s."]


def test_a_child_that_keeps_dying_is_tried_less_and_less_often(tmp_path: Path) -> None:
    child = Child("web", python("raise SystemExit(3)"))

    supervisor, said = supervise(tmp_path, child, then=lambda: wait_for(lambda: child.failures >= 3))

    assert [line.split(" in ")[1] for line in said[:3]] == ["0.5 s.", "1 s.", "2 s."]
    assert supervisor.failing() is child


def test_a_child_deaf_to_term_is_ended_after_its_patience(tmp_path: Path) -> None:
    child = Child("web", python(STUBBORN), patience=0.3)

    start = time.monotonic()
    _, said = supervise(
        tmp_path, child, then=lambda: wait_for(lambda: "deaf" in (tmp_path / "web.log").read_text())
    )

    assert said == ["web did not stop in time and is ended."]
    assert time.monotonic() - start < 8


def test_a_dead_childs_own_children_do_not_keep_the_port(tmp_path: Path) -> None:
    child = Child("web", python(WITH_CHILD))
    grandchildren: list[int] = []

    def kill_the_middle() -> None:
        first = pid_of(child)
        assert wait_for(lambda: children_of(first))
        grandchildren.extend(children_of(first))
        os.kill(first, signal.SIGKILL)
        assert wait_for(lambda: not any(map(is_running, grandchildren)))

    supervise(tmp_path, child, then=kill_the_middle)

    assert grandchildren


def children_of(pid: int) -> list[int]:
    done = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in done.stdout.split()]


def test_what_children_say_is_kept_in_their_logs(tmp_path: Path) -> None:
    child = Child("worker", python("print('ready to work', flush=True); import time; time.sleep(600)"))

    supervise(
        tmp_path, child, then=lambda: wait_for(lambda: "ready" in (tmp_path / "worker.log").read_text())
    )

    assert (tmp_path / "worker.log").read_text() == "ready to work\n"


def start_supervisor(folder: Path) -> tuple[subprocess.Popen[bytes], list[int]]:
    script = f"""
        import sys
        from pathlib import Path
        from regulars.kit.supervisor import Child, Supervisor
        Supervisor([Child("web", [sys.executable, "-c", {WITH_CHILD!r}])], Path({str(folder)!r}), print).run()
    """
    process = subprocess.Popen(python(textwrap.dedent(script)), stdout=subprocess.DEVNULL)
    assert wait_for((folder / "run.json").exists)
    pid = json.loads((folder / "run.json").read_text())["pids"]["web"]
    assert wait_for(lambda: children_of(pid))
    return process, [pid, *children_of(pid)]


def test_any_number_of_signals_is_heard_wherever_they_strike(tmp_path: Path) -> None:
    process, _pids = start_supervisor(tmp_path)

    for _signal in range(20_000):
        process.send_signal(signal.SIGCHLD)
    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0


@linux_only
def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    process, (child, *_) = start_supervisor(tmp_path)

    process.kill()
    process.wait()

    assert wait_for(lambda: not is_running(child))
    clear_leftovers(tmp_path)


@linux_only
def test_the_next_start_ends_what_a_killed_supervisor_left(tmp_path: Path) -> None:
    process, (child, grandchild) = start_supervisor(tmp_path)
    process.kill()
    process.wait()
    assert wait_for(lambda: not is_running(child))
    assert is_running(grandchild)

    ended = clear_leftovers(tmp_path)

    assert ended == [grandchild]
    assert not is_running(grandchild)


@linux_only
def test_a_recorded_number_that_now_belongs_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(python(SLEEPER), env={**os.environ, MARK: "another"})
    (tmp_path / "run.json").write_text(json.dumps({"mark": "ours", "pids": {"web": stranger.pid}}))

    assert clear_leftovers(tmp_path) == []
    assert is_running(stranger.pid)
    stranger.kill()
    stranger.wait()
