"""A backup is one file of PostgreSQL's own format: everything but the key, which belongs in another place."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from django.db import connection

from regulars.config.commands import connect_as
from regulars.config.env import database_config, env
from regulars.kit.postgres import binaries
from regulars.kit.refused import Refused

LACKS = "It does not hold the key that signs sessions and encrypts stored secrets: keep a copy of {key} elsewhere."


class BackupFailed(Refused):
    """The backup could not be written or read."""


class NotEmpty(Refused):
    """Restoring would replace customers."""

    message = (
        "This database already holds customers. To replace everything in it with the backup, add --replace."
    )


def back_up(file: Path) -> int:
    """Write everything to a file only we may read and return its size in bytes."""
    draft = file.with_name(f".{file.name}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as output:
            _run("pg_dump", ["--format=custom", "--no-owner", "--no-acl"], stdout=output.fileno())
            output.flush()
            os.fsync(output.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size


def restore(file: Path, *, replace: bool) -> None:
    """Put a backup into this database, all of it or nothing."""
    if not file.is_file():
        raise BackupFailed(f"There is no file {file}.")
    connect_as(env.owner_database_url())
    if holds_customers() and not replace:
        raise NotEmpty
    connection.close()
    options = ["--clean", "--if-exists", "--no-owner", "--no-acl", "--single-transaction", "--exit-on-error"]
    _run("pg_restore", [*options, f"--dbname={database_config(env.owner_database_url())['NAME']}", str(file)])


def holds_customers() -> bool:
    """Tell whether any customer stands in this database; one that was never set up holds none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('people_person') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM people_person)")
        return bool(cursor.fetchone()[0])


def _run(name: str, options: Sequence[str], stdout: int = subprocess.DEVNULL) -> None:
    command = [_program(name), *options]
    done = subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, env=_surroundings(), check=False
    )
    if done.returncode:
        raise BackupFailed(f"{name} failed; nothing was changed.\n{done.stderr.strip()[-1500:]}")


def _program(name: str) -> str:
    try:
        return binaries.locate().path(name)
    except binaries.NoServerPrograms:
        found = shutil.which(name)
    if found is None:
        raise BackupFailed(
            f"{name} is needed: install PostgreSQL's client programs (Debian: apt install postgresql-client)."
        )
    return found


def _surroundings() -> dict[str, str]:
    # By environment, so that the password is not seen in the list of processes.
    config = database_config(env.owner_database_url())
    known = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    return {**os.environ, **{name: str(config[key]) for name, key in known.items() if config[key]}}
