"""Which files make up the mirror at one moment, and how readers and the writer never disturb each other.

A manifest is written whole, then the pointer `current` is renamed over the old one: a reader finds the one or the other. Who reads
holds a shared lock on its manifest; the lock goes with the process, however it dies, and only then are its files removed.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

CURRENT = "current"
MANIFESTS = "manifests"
FILES = "files"
FORMAT = 1


@dataclass(frozen=True)
class Filed:
    """The files of one fact: one for each month, and beside them what changed since they were written.

    `dead` lists keys whose rows in the month files no longer hold; `delta` has what stands in their place. `top` is the highest key
    in the month files, `border` how far arrivals have been read.
    """

    months: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    delta: str = ""
    delta_rows: int = 0
    dead: str = ""
    dead_rows: int = 0
    top: int = 0
    border: str = ""

    @property
    def names(self) -> list[str]:
        return [*self.months.values(), *(name for name in (self.delta, self.dead) if name)]


@dataclass(frozen=True)
class Manifest:
    """One state of the whole mirror: everything that was committed at `seen_at`."""

    version: int
    token: str
    basis: str
    seen_at: datetime
    facts: Mapping[str, Filed]
    folded_at: datetime | None = None

    @property
    def names(self) -> set[str]:
        return {name for filed in self.facts.values() for name in filed.names}


def manifest_file(folder: Path, version: int) -> Path:
    """Return where the manifest of a version lies."""
    return folder / MANIFESTS / f"{version:08}.json"


def current_version(folder: Path) -> int:
    """Return the version that readers are to open, 0 before there is one."""
    try:
        return int((folder / CURRENT).read_text())
    except FileNotFoundError:
        return 0


def read_manifest(folder: Path, version: int | None = None) -> Manifest | None:
    """Return a manifest, the current one unless told otherwise; None where there is none or it is of another format."""
    number = current_version(folder) if version is None else version
    try:
        said = json.loads(manifest_file(folder, number).read_text())
    except FileNotFoundError:
        return None
    return _from_json(said) if said.get("format") == FORMAT else None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write a manifest so that it survives a power cut; nobody reads it before `point_to`."""
    _write_durably(manifest_file(folder, manifest.version), json.dumps(_to_json(manifest), indent=1))


def point_to(folder: Path, version: int) -> None:
    """Make a version the current one, in one step."""
    _write_durably(folder / CURRENT, str(version))


def pin(folder: Path) -> tuple[Manifest, int] | None:
    """Return the current manifest and an open file that keeps its files from being removed; close it when done."""
    while True:
        version = current_version(folder)
        path = manifest_file(folder, version)
        try:
            held = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            if version == current_version(folder):
                return None
            continue
        fcntl.flock(held, fcntl.LOCK_SH)
        # It may have been removed between finding and locking it; then there is a newer one.
        manifest = read_manifest(folder, version) if path.exists() else None
        if manifest is not None:
            return manifest, held
        os.close(held)
        if version == current_version(folder):
            return None


def remove_unread(folder: Path, keep: int) -> int:
    """Remove the manifests that nobody reads, but for the version to keep, and the files that none names any more."""
    manifests = folder / MANIFESTS
    for path in manifests.glob("*.json"):
        if path != manifest_file(folder, keep) and _is_unread(path):
            path.unlink(missing_ok=True)
    named = {name for manifest in _all(folder) for name in manifest.names}
    gone = [
        path for path in (folder / FILES).rglob("*") if path.is_file() and _name(folder, path) not in named
    ]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _all(folder: Path) -> Iterator[Manifest]:
    for path in (folder / MANIFESTS).glob("*.json"):
        manifest = read_manifest(folder, int(path.stem))
        if manifest is not None:
            yield manifest


def _name(folder: Path, path: Path) -> str:
    return str(path.relative_to(folder / FILES))


def _is_unread(path: Path) -> bool:
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _write_durably(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def _to_json(manifest: Manifest) -> dict[str, Any]:
    said = {"format": FORMAT, **asdict(manifest), "seen_at": manifest.seen_at.isoformat()}
    said["folded_at"] = manifest.folded_at.isoformat() if manifest.folded_at else None
    return said


def _from_json(said: Mapping[str, Any]) -> Manifest:
    folded = said["folded_at"]
    return Manifest(
        version=said["version"],
        token=said["token"],
        basis=said["basis"],
        seen_at=datetime.fromisoformat(said["seen_at"]),
        facts={name: Filed(**filed) for name, filed in said["facts"].items()},
        folded_at=datetime.fromisoformat(folded) if folded else None,
    )
