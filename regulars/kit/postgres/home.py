"""The folder of the embedded server: made private, placed where its user can reach it, never anyone else's opened up."""

import errno
import os
import secrets
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from regulars.kit.postgres import account as accounts
from regulars.kit.postgres import address
from regulars.kit.postgres.account import Account
from regulars.kit.postgres.address import Address
from regulars.kit.refused import Refused

SERVER_FOLDERS = Path("/var/lib")
# A socket's whole path has 108 bytes on Linux and 104 on macOS, the closing zero included.
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")
LEAST_FREE_MB = 200


class NoRight(Refused):
    """The data folder cannot be used by this user."""


class DiskFull(Refused):
    """Too little space is left for a database to run safely."""


def prepare(data: Path) -> Path:
    """Make the data folder when it is missing and refuse it when it cannot be used."""
    try:
        if not data.exists():
            # As root the server's own user has to pass through it.
            data.mkdir(parents=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        probe = data / ".write-test"
        probe.touch()
        probe.unlink()
    except (PermissionError, FileExistsError, NotADirectoryError) as problem:
        raise NoRight(
            f"The data folder {data} cannot be written by this user ({problem.strerror}). "
            f"Choose another with --data or REGULARS_DATA, or give this user the folder: chown -R $(id -un) {data}"
        ) from None
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise NoRight(
                f"The data folder {data} cannot be written: {problem.strerror}. Choose another with --data or REGULARS_DATA."
            ) from None
        raise DiskFull(
            f"The data folder {data} cannot be written: {problem.strerror}. Free some space and start again."
        ) from None
    check_space(data)
    return data


def check_space(folder: Path) -> None:
    """Refuse to go on when the disk is nearly full."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < LEAST_FREE_MB:
        raise DiskFull(
            f"Only {free} MB are free on the disk of {folder}; the database needs at least {LEAST_FREE_MB} MB to run "
            "safely. Free some space, or move the folder to a larger disk and name it with --data."
        )


def settle(data: Path) -> tuple[Address, Account]:
    """Return where the server lives and as whom it runs, deciding it on the first call."""
    known = address.read(data)
    home = _find_home(data, known)
    account = accounts.of_folder(home) if home else accounts.choose()
    home = home or _make_home(data, account)
    is_same = known is not None and known.cluster == str(home)
    socket = known.socket if known and is_same else ""
    fresh = Address(str(home), socket, known.passwords if known else _passwords())
    return _with_socket(data, fresh, account), account


def _find_home(data: Path, known: Address | None) -> Path | None:
    # A data folder that was moved or copied brings its server along, whatever the address says.
    places = [data / "postgres", *([Path(known.cluster)] if known else [])]
    return next((place for place in places if place.exists()), None)


def _make_home(data: Path, account: Account) -> Path:
    home = data / "postgres"
    if account.is_other and not account.can_pass(data):
        # We open no folder that others closed, so the server's files go where its user can reach them.
        home = Path(tempfile.mkdtemp(prefix="regulars-", dir=SERVER_FOLDERS))
    else:
        home.mkdir(mode=0o700)
    account.own(home)
    return home


def _passwords() -> dict[str, str]:
    roles = (address.SUPER_ROLE, address.OWNER_ROLE, address.APP_ROLE)
    return {role: secrets.token_urlsafe(24) for role in roles}


def _with_socket(data: Path, place: Address, account: Account) -> Address:
    folder = Path(place.socket or Path(place.cluster) / "socket")
    if len(str(folder)) > LONGEST_SOCKET_FOLDER or not _is_private(folder, account):
        folder = _make_socket_folder(Path(place.cluster) / "socket", account)
    settled = replace(place, socket=str(folder))
    if settled != address.read(data):
        address.write(data, settled)
    return settled


def _is_private(folder: Path, account: Account) -> bool:
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return False
    return (
        folder.is_dir()
        and not folder.is_symlink()
        and status.st_uid == account.uid
        and not status.st_mode & 0o077
    )


def _make_socket_folder(wanted: Path, account: Account) -> Path:
    if len(str(wanted)) > LONGEST_SOCKET_FOLDER:
        wanted = Path(tempfile.mkdtemp(prefix="regulars-", dir="/tmp"))
    else:
        wanted.mkdir(mode=0o700, exist_ok=True)
    account.own(wanted)
    wanted.chmod(0o700)
    return wanted
