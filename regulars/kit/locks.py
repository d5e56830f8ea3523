import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from regulars.kit.refused import Refused


class InUse(Refused):
    """Somebody else holds what only one may hold."""


@contextlib.contextmanager
def only_one(path: Path, sentence: str) -> Iterator[None]:
    """Hold a lock file that a killed process lets go of by itself; refuse when another holds it."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise InUse(
                f"{sentence} (process {file.read().strip() or 'unknown'}). Stop it first, or use another folder with --data."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
