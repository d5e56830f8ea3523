from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid
from regulars.kit.worker import BULK, defer
from regulars.people.actions.fields import define_field
from regulars.people.actions.imports.importers import importer_of
from regulars.people.actions.imports.running import COUNTS
from regulars.people.actions.imports.runs import FileRefused, RunOver, draft_import
from regulars.people.models import ImportRun

TASK = "people.import"
# What the business's own fields of each noun are about.
SUBJECTS = {"people": "person", "orders": "order"}


class Upload(Protocol):
    """A file on its way in."""

    name: str | None

    def chunks(self) -> Iterable[bytes]: ...


def draft_upload(noun: str, upload: Upload, *, by: Actor, **values: Any) -> ImportRun:
    """Keep an uploaded file in the data folder and draft its import; a file that is refused is not kept."""
    path = _keep(upload)
    options = {"is_upload": True} | values.pop("options", {})
    try:
        run = draft_import(
            noun, path, by=by, file_name=Path(upload.name or "").name or _("file"), options=options, **values
        )
    except Exception:
        path.unlink(missing_ok=True)
        raise
    remember_mapping(run)
    return run


def remember_mapping(run: ImportRun) -> bool:
    """Map a draft as the last file with the same columns was; say whether there was one."""
    same = ImportRun.objects.filter(
        noun=run.noun, status="done", is_dry_run=False, reading__columns=run.reading["columns"]
    )
    last = same.exclude(pk=run.pk).order_by("-id").first()
    if last is None:
        return False
    known = {choice.name for choice in importer_of(run.noun).choices()}
    run.mapping = {place: field for place, field in last.mapping.items() if field in known}
    run.mode = last.mode
    run.options = run.options | {"remembered": last.pk}
    run.save(update_fields=["mapping", "mode", "options"])
    return True


@transaction.atomic
def start_import(run: ImportRun, *, by: Actor, is_dry_run: bool = False) -> ImportRun:
    """Have a draft taken in behind everybody's back; a dry run is one of its own, so that the draft stays as it is."""
    stored = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if stored.status != "draft":
        raise RunOver()
    if is_dry_run:
        stored = _copy(stored)
    stored.status, stored.is_dry_run = "waiting", is_dry_run
    stored.save()
    defer(TASK, queue=BULK, run_id=stored.pk)
    return stored


@transaction.atomic
def make_field_of(run: ImportRun, column: int, *, by: Actor) -> ImportRun:
    """Make a field of the business's own out of a column, of the type that its cells suggest."""
    if run.status != "draft":
        raise RunOver()
    columns = run.reading["columns"]
    if not 0 <= column < len(columns) or run.noun not in SUBJECTS:
        raise Invalid({"column": _("There is no such column.")})
    guess: dict[str, Any] = next(
        (one for one in run.options.get("guesses", []) if one["column"] == column), {}
    )
    kind = guess.get("type", "text") if guess.get("type") in ("number", "date", "bool", "link") else "text"
    field = define_field(SUBJECTS[run.noun], {"label": columns[column][:80], "type": kind}, by=by)
    run.mapping = run.mapping | {str(column): f"custom:{field.key}"}
    run.save(update_fields=["mapping"])
    return run


def rejected_again(run: ImportRun, lines: Iterable[str], *, by: Actor) -> ImportRun:
    """Draft an import of the rows that were refused, leaving out the values that cannot be read."""
    if not run.rejected:
        raise FileRefused(_("No row was refused."))
    upload = _Lines(f"{Path(run.file_name).stem}-rejected.csv", lines)
    again = draft_upload(
        run.noun,
        upload,
        by=by,
        mode=run.mode,
        options={"leaves_out": True, "country": run.options.get("country", "")},
    )
    again.mapping = dict(run.mapping)
    again.save(update_fields=["mapping"])
    return again


class _Lines:
    """Lines of text that look like an upload."""

    def __init__(self, name: str, lines: Iterable[str]) -> None:
        self.name: str | None = name
        self.lines = lines

    def chunks(self) -> Iterable[bytes]:
        return (line.encode() for line in self.lines)


def _keep(upload: Upload) -> Path:
    """Write a file into the data folder under a name that nobody can guess or make us overwrite."""
    folder = Path(settings.DATA_DIR) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(8)}{Path(upload.name or '').suffix[:12]}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return path


def _copy(run: ImportRun) -> ImportRun:
    """Return a run of its own for the rehearsal of a draft."""
    kept: Mapping[str, Any] = {
        name: getattr(run, name)
        for name in (
            "noun",
            "file_name",
            "path",
            "mode",
            "reading",
            "mapping",
            "notes",
            "author",
            "author_label",
        )
    }
    options = {name: value for name, value in run.options.items() if name != "is_upload"} | {"draft": run.pk}
    return ImportRun(**kept, options=options, **dict.fromkeys(COUNTS, 0))
