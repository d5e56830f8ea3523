"""Bytes that are kept: small ones in their table's row, larger ones in a folder of the data folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.kit.refused import NotThere

IN_DATABASE = 1_000_000


class Missing(NotThere):
    """The row says where the bytes are, and they are not there."""

    default = _("The file is missing from the data folder.")


@dataclass(frozen=True)
class Kept:
    """Where bytes are: in the row itself, or under a path in the folder."""

    content: bytes | memoryview | None
    path: str = ""


def keep(folder: str, content: bytes) -> Kept:
    """Return small bytes for their row; write larger ones to the disk, under a name nobody can guess.

    They are on the disk for good before their row is: a rolled-back transaction leaves them behind, unseen.
    """
    if len(content) <= IN_DATABASE:
        return Kept(content)
    name = secrets.token_hex(16)
    path = _folder(folder) / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _settle(path.parent)
    return Kept(None, f"{name[:2]}/{name}")


def read_kept(folder: str, kept: Kept) -> bytes:
    """Return bytes that were kept."""
    if kept.content is not None:
        return bytes(kept.content)
    try:
        return (_folder(folder) / kept.path).read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise Missing from None


def forget_kept(folder: str, paths: Iterable[str]) -> None:
    """Remove files from the disk; those that are gone already are no matter."""
    for path in filter(None, paths):
        (_folder(folder) / path).unlink(missing_ok=True)


def _folder(name: str) -> Path:
    return Path(settings.DATA_DIR) / name


def _settle(folder: Path) -> None:
    # A file's name is only safe from a power cut once its folder is written, too.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
