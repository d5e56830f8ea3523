"""Small questions about processes, and the promise that a child does not outlive its parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
IS_LINUX = sys.platform == "linux"


def die_with_parent(parent: int, how: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent dies; only Linux can."""
    if IS_LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:
            # The parent died before we asked, so nobody would ever tell us.
            os.kill(os.getpid(), how)


def is_running(pid: int) -> bool:
    """Tell whether a process exists and is not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _state(pid).startswith("Z")


def name_of(pid: int) -> str:
    """Return the short name of a process, empty when it is gone."""
    if IS_LINUX:
        return _read(f"/proc/{pid}/comm").strip()
    return os.path.basename(_ps(pid, "comm"))


def folder_of(pid: int) -> str:
    """Return the folder a process works in, empty when it cannot be known."""
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def command_of(pid: int) -> str:
    """Return the command line of a process, empty when it is gone."""
    if IS_LINUX:
        return _read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
    return _ps(pid, "command")


def bearing(mark: str) -> list[int]:
    """Return the processes whose environment carries a mark (`NAME=value`); only Linux can tell."""
    if not IS_LINUX:
        return []
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if mark in _read(f"/proc/{pid}/environ").split("\0")]


def listener_on(port: int) -> int | None:
    """Return the process that listens on a TCP port, when it can be found."""
    inodes = {
        fields[9]
        for fields in _sockets()
        if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port
    }
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for entry in Path("/proc").iterdir() if wanted else []:
        if entry.name.isdigit() and wanted & _open_files(entry):
            return int(entry.name)
    return None


def _sockets() -> list[list[str]]:
    lines = (_read("/proc/net/tcp") + _read("/proc/net/tcp6")).splitlines()
    return [line.split() for line in lines if ":" in line]


def _open_files(process: Path) -> set[str]:
    found = set()
    # Files are opened and closed while we look, the listing itself among them.
    with contextlib.suppress(OSError):
        for entry in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(entry))
    return found


def _state(pid: int) -> str:
    if IS_LINUX:
        return _read(f"/proc/{pid}/stat").rpartition(")")[2].strip()
    return _ps(pid, "state")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


def _ps(pid: int, column: str) -> str:
    done = subprocess.run(
        ["ps", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
