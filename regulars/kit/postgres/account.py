"""The user the server runs as: ourselves, or somebody without rights when we are root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.kit.refused import Refused

PREFERRED = ("regulars", "postgres")


class NoAccount(Refused):
    """PostgreSQL does not run as root and there is nobody else to run it."""

    message = (
        "PostgreSQL does not run as root, and no other user could be found or made to run it. "
        "Make one (useradd --system regulars) and start again, or start as an ordinary user."
    )


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    is_other: bool

    def popen(self) -> dict[str, Any]:
        """Return the arguments that make a child process run as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}

    def own(self, path: Path) -> None:
        """Hand a file or folder to this user."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this user may pass through and read a folder."""
        return self._try('cd "$0" && test -r .', str(folder))

    def can_pass(self, folder: Path) -> bool:
        """Tell whether this user may pass through a folder to what lies in it."""
        return self._try('cd "$0"', str(folder))

    def can_run(self, program: str) -> bool:
        """Tell whether this user may run a program."""
        return self._try('test -x "$0" && test -r "$0"', program)

    def _try(self, script: str, argument: str) -> bool:
        command = ["/bin/sh", "-c", script, argument]
        done = subprocess.run(command, stderr=subprocess.DEVNULL, cwd="/", check=False, **self.popen())
        return done.returncode == 0


def of_folder(folder: Path) -> Account:
    """Return the user an existing cluster belongs to."""
    status = folder.stat()
    return Account(status.st_uid, status.st_gid, is_other=status.st_uid != os.geteuid())


def choose() -> Account:
    """Return who runs a new server: ourselves, or as root an existing or new user without rights."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_other=False)
    entry = _find(PREFERRED) or _make(PREFERRED[0]) or _find(("nobody",))
    if entry is None:
        raise NoAccount
    return Account(entry.pw_uid, entry.pw_gid, is_other=True)


def _find(names: tuple[str, ...]) -> pwd.struct_passwd | None:
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _make(name: str) -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd")
    if useradd:
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        subprocess.run(command, capture_output=True, check=False)
    return _find((name,))
