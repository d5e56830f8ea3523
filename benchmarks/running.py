"""The product's own processes over a scratch database: pages, live updates and worker, each as `bin/up` starts it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 600


@dataclass
class Product:
    """Where it answers, and its processes by name."""

    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The address of its pages."""
        return f"http://localhost:{self.port}"


@contextmanager
def product(names: Sequence[str] = ("web", "live", "worker")) -> Iterator[Product]:
    """Run the named processes on the database of REGULARS_DATABASE_URL, in the `surroundings`."""
    port = free_ports()
    told = Product(port)
    places = {"web": ["--port", str(port)], "live": ["--port", str(port + 1)], "worker": []}
    with ExitStack() as stack:
        for name in names:
            words = [sys.executable, "-m", "regulars", name, *places[name]]
            process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
            stack.callback(_end, process)
            told.processes[name] = process
        for name, path in (("web", f":{port}/accounts/login/"), ("live", f":{port + 1}/healthz")):
            if name in names:
                _wait_for(f"http://localhost{path}")
        yield told


@contextmanager
def surroundings() -> Iterator[None]:
    """Give this process and those it starts one key and one data folder; enter it before Django is set up."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        os.environ["REGULARS_SECRET_KEY"] = secrets.token_hex(32)
        os.environ["REGULARS_DATA"] = folder
        os.environ["REGULARS_CHECK_SENDERS"] = "no"
        # Playwright keeps an event loop running in this thread, which Django would take for an asynchronous program.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        yield


def signed_in_as_owner() -> str:
    """Return the session key of an owner who is made for it."""
    from benchmarks.asked import _signed_in

    return _signed_in("owner").partition("=")[2]


def free_ports() -> int:
    """Return a port that is free with the one above it, where live updates are served."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def cut(milliseconds: Sequence[float]) -> dict[str, float]:
    """Return the quantiles that are told."""
    found = sorted(milliseconds)
    last = len(found) - 1
    return {f"p{share}_ms": round(found[round(last * share / 100)], 1) for share in (50, 95, 99, 100)}


def _wait_for(address: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=10).read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"{address} does not answer.")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
