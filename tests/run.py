"""Gives the tests a PostgreSQL of their own and runs them: `python -m tests.run [--quick | --proofs] [pytest's arguments]`.

--quick leaves out browsers and what is slow; --proofs adds the longest proofs, which only bin/check runs.

`--django COMMAND …` runs one of Django's commands with the same surroundings instead.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from regulars.kit.postgres.address import SUPER_ROLE
from regulars.kit.postgres.server import Server
from tests.database import start_making

REPO = Path(__file__).resolve().parent.parent
LEFT_OUT = {"--quick": "not browser and not slow and not proof", "--proofs": ""}
KEPT = ("REGULARS_TEST_DATABASE_URL", "REGULARS_SHARED_DATA", "REGULARS_CHROMIUM")


def main(arguments: list[str]) -> int:
    """Run what was asked for and return its exit code."""
    with tempfile.TemporaryDirectory(prefix="regulars-test-") as folder, _database(Path(folder)) as url:
        os.chdir(REPO)
        environment = _environment(Path(folder), url)
        with _migrated(Path(folder), environment, arguments):
            return subprocess.run(_command(arguments), env=environment, check=False).returncode


@contextlib.contextmanager
def _migrated(folder: Path, environment: dict[str, str], arguments: list[str]) -> Iterator[None]:
    """Make the database that the workers copy; on somebody else's server they make their own."""
    if "--django" in arguments or "REGULARS_TEST_DATABASE_URL" in os.environ:
        yield
        return
    making = start_making(folder, environment)
    try:
        yield
    finally:
        making.terminate()
        making.wait()


@contextlib.contextmanager
def _database(folder: Path) -> Iterator[str]:
    named = os.environ.get("REGULARS_TEST_DATABASE_URL")
    if named:
        yield named
        return
    # The server runs as another user when we are root, and has to pass through this folder, which is ours.
    folder.chmod(0o711)
    server = Server(folder / "data", is_throwaway=True)
    server.hold(dies_with_us=True)
    try:
        if server.place is None:
            raise RuntimeError("The server has no address.")
        yield server.place.url(SUPER_ROLE)
    finally:
        server.let_go()


def _environment(folder: Path, url: str) -> dict[str, str]:
    """Return surroundings free of this machine's own Regulars."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or not name.startswith(("REGULARS_", "PYTHONDONTWRITE"))
    }
    own = {
        "REGULARS_TEST_DATABASE_URL": url,
        "REGULARS_DATABASE_URL": url,
        "REGULARS_DATA": str(folder / "home"),
        # The tests ask no name service.
        "REGULARS_CHECK_SENDERS": "no",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    return {**kept, **own, "DJANGO_SETTINGS_MODULE": "regulars.config.settings"}


def _command(arguments: list[str]) -> list[str]:
    if arguments[:1] == ["--django"]:
        return [sys.executable, "manage.py", *arguments[1:]]
    rest = [argument for argument in arguments if argument not in LEFT_OUT]
    asked = next((argument for argument in arguments if argument in LEFT_OUT), "")
    chosen = LEFT_OUT.get(asked, "not proof")
    return [sys.executable, "-m", "pytest", *_workers(rest), "-m", chosen, *rest]


def _workers(rest: list[str]) -> list[str]:
    if any(argument.startswith(("-n", "--numprocesses")) for argument in rest):
        return []
    return ["-n", str(max(2, min(8, os.cpu_count() or 2)))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
