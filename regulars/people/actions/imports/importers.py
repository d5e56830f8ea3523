from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise

from regulars.kit.actor import Actor
from regulars.people.actions.imports.running import Noun
from regulars.people.engine.columns import Guess
from regulars.people.engine.sayings import Note
from regulars.people.engine.tables import Reading, Wishes
from regulars.people.models import ImportRun


@dataclass(frozen=True)
class FieldChoice:
    """A field that a column can go to, under the name people know it by."""

    name: str
    label: str


@dataclass(frozen=True)
class Importer:
    """How files of one noun are looked at, mapped, previewed and taken in; higher rooms register theirs."""

    noun: str
    label: str | Promise
    verb: str
    look_at: Callable[[Path, Wishes | None], tuple[Reading, list[Guess]]]
    map_columns: Callable[[Reading, list[Guess], Mapping[str, str] | None], dict[str, str]]
    choices: Callable[[], list[FieldChoice]]
    notes: Callable[[ImportRun], list[Note]]
    preview: Callable[[ImportRun], list[dict[str, Any]]]
    prepare: Callable[[ImportRun, Actor], Noun]


_importers: dict[str, Importer] = {}


def register_importer(importer: Importer) -> None:
    """Offer the import of a noun."""
    _importers[importer.noun] = importer


def importers() -> dict[str, Importer]:
    """Return the importers of every room by noun."""
    return dict(_importers)


def importer_of(noun: str) -> Importer:
    """Return the importer of a noun."""
    return _importers[noun]
