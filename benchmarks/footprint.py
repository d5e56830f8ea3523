"""What the whole product takes when nobody uses it: seconds to start, first and second time, and memory of every process.

    python benchmarks/footprint.py [SECONDS-OF-REST]

Starts `regulars up` with its own embedded database in a temporary folder, lets it rest, adds up the proportional memory (PSS:
shared pages counted once) of every process it started, the database's too, stops it, and starts it again. Prints JSON lines.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.running import free_ports

PATIENCE = 600


def main() -> None:
    rest = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with tempfile.TemporaryDirectory(prefix="footprint") as folder:
        os.chmod(folder, 0o755)
        home = Path(folder) / "data"
        with running(home) as (process, seconds):
            tell("first start: database made, tables made, serving", seconds=seconds)
            time.sleep(rest)
            found = memory(process.pid, home)
            tell(
                "idle memory of all processes, MiB", ours=round(sum(found.values())), promise=350, parts=found
            )
        with running(home) as (process, seconds):
            tell("second start: until it answers", seconds=seconds, promise=5)


def tell(name: str, **values: object) -> None:
    print(json.dumps({"name": name, **values}), flush=True)


@contextmanager
def running(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Run the product until the caller is done; say how long it took to answer."""
    port = free_ports()
    ours = {name: value for name, value in os.environ.items() if not name.startswith("REGULARS_")}
    command = [sys.executable, "-m", "regulars", "up", "--no-demo", "--port", str(port), "--data", str(home)]
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=ours,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/accounts/login/", process)
        yield process, round(time.perf_counter() - began, 1)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit("The product ended before it answered.")
        try:
            urllib.request.urlopen(address, timeout=5).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The product did not answer in time.")


def memory(pid: int, home: Path) -> dict[str, float]:
    """Return the MiB of each kind of process below this one, and of the database that stands in the data folder."""
    found: dict[str, float] = {}
    parents = {number: parent(number) for number in numbers()}
    masters = {pid, database(home)}
    for number in parents:
        if masters & set(line_of(number, parents)):
            name = kind_of(number)
            found[name] = round(found.get(name, 0) + pss(number), 1)
    return found


def numbers() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def line_of(pid: int, parents: dict[int, int]) -> Iterator[int]:
    """Go from a process to its parent, and on."""
    while pid > 1:
        yield pid
        pid = parents.get(pid, 0)


def database(home: Path) -> int:
    """Return the database server's first process; it outlives who started it, so it is found by its folder."""
    found = next(iter(home.glob("**/postmaster.pid")), None)
    return int(found.read_text().split()[0]) if found else 0


def kind_of(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "gone"
    found = re.search(r"regulars (\w+)", words)
    return "database" if "postgres" in words.split(" ")[0] else found.group(1) if found else "other"


def pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
