"""Making the cluster: initdb into a draft folder that gets its name only when it is whole."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from regulars.kit.postgres.account import Account
from regulars.kit.postgres.address import SUPER_ROLE
from regulars.kit.postgres.binaries import Programs
from regulars.kit.refused import Refused


class SetupFailed(Refused):
    """The database files could not be made."""


class OtherMajor(Refused):
    """The files were made by another major version of PostgreSQL."""


def ensure(home: Path, account: Account, programs: Programs, password: str) -> Path:
    """Return the cluster's folder, made with UTF-8 and the same sorting on every machine when it is missing."""
    cluster = home / "data"
    if not cluster.exists():
        _initialise(cluster, account, programs, password)
    major = int((cluster / "PG_VERSION").read_text())
    if major != programs.major:
        raise OtherMajor(
            f"The data folder was made by PostgreSQL {major}, this version of Regulars brings {programs.major}. "
            "Start the version that made it, write a backup (regulars backup FILE), and restore it into a new data folder."
        )
    return cluster


def _initialise(cluster: Path, account: Account, programs: Programs, password: str) -> None:
    draft = cluster.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.own(draft)
    secret = _private_file(cluster.with_name("password.new"), password, account)
    command = [programs.path("initdb"), "-D", str(draft), "-U", SUPER_ROLE, "--pwfile", str(secret)]
    command += [
        "--auth",
        "scram-sha-256",
        "--encoding",
        "UTF8",
        "--locale",
        "C",
        "--no-instructions",
        *_sorting(programs),
    ]
    done = run(command, account)
    secret.unlink()
    if done.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise SetupFailed(
            f"PostgreSQL could not make its files in {cluster.parent}.\n{done.stdout.strip()[-1500:]}\n{advice(done.stdout)}"
        )
    draft.rename(cluster)


def _sorting(programs: Programs) -> list[str]:
    # Before 17 there is no builtin provider; the C locale then folds only ASCII, and Regulars folds names in Python anyway.
    return ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"] if programs.major >= 17 else []


def reset_password(cluster: Path, account: Account, programs: Programs, password: str) -> None:
    """Give the superuser a new password without the old one; the server must be stopped."""
    command = [programs.path("postgres"), "--single", "-D", str(cluster), "postgres"]
    done = run(command, account, text_in=f"ALTER ROLE {SUPER_ROLE} PASSWORD '{password}'\n")
    if done.returncode:
        raise SetupFailed(f"The password of the database could not be renewed.\n{done.stdout.strip()[-800:]}")


def run(command: Sequence[str], account: Account, text_in: str = "") -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs as the server's user, in a neutral language and time zone."""
    return subprocess.run(
        command,
        input=text_in,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=neutral_environment(),
        cwd="/",
        check=False,
        **account.popen(),
    )


def neutral_environment() -> dict[str, str]:
    """Return an environment in which the server behaves the same on every machine."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _private_file(path: Path, text: str, account: Account) -> Path:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text)
    account.own(path)
    return path


ADVICE = (
    ("No space left", "The disk is full: free some space and start again."),
    ("Disk quota", "This user's disk quota is used up: free some space and start again."),
    (
        "Permission denied",
        "A file may not be read or written by the user the database runs as: check who owns the folder.",
    ),
    ("Read-only file system", "The disk is read-only: choose another folder with --data."),
    (
        "could not map anonymous shared memory",
        "There is too little memory: set REGULARS_POSTGRES_MEMORY to 64 and start again.",
    ),
    (
        "could not resize shared memory",
        "The shared memory (shm) is too small: give the container more (docker run --shm-size 256m).",
    ),
    ("checksum", "The files are damaged. Restore the last backup into a new data folder."),
    ("invalid primary checkpoint", "The files are damaged. Restore the last backup into a new data folder."),
)


def advice(output: str) -> str:
    """Return what to do about a failure, judged by what the server said."""
    default = "The lines above say why; docs/run/install.md lists the known causes."
    return next((what for sign, what in ADVICE if sign in output), default)
