from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.events import announce
from regulars.kit.refused import Invalid, Refused
from regulars.people.actions.imports.importers import Importer, importer_of
from regulars.people.actions.imports.running import begin, counts, end, take_in
from regulars.people.actions.reading import said
from regulars.people.engine.columns import Guess
from regulars.people.engine.people_plan import mapping_of
from regulars.people.engine.sayings import Said, Unreadable
from regulars.people.engine.tables import Reading, Wishes
from regulars.people.events.imports import ImportFinished
from regulars.people.models import ImportRun
from regulars.team.models import Member

log = logging.getLogger(__name__)
OPEN = ("draft", "waiting", "running")


class FileRefused(Refused):
    """The file is not a table that can be read, or not of what was expected."""

    code = "file_refused"
    status = 422


class RunOver(Refused):
    """The import has begun or ended, so it cannot be prepared any more."""

    code = "run_over"
    message = gettext_lazy("This import has already begun.")


def draft_import(
    noun: str,
    path: Path,
    *,
    by: Actor,
    file_name: str = "",
    wishes: Wishes | None = None,
    mapping: Mapping[str, str] | None = None,
    **values: Any,
) -> ImportRun:
    """Look at a file and write down how it would be taken in; refuses what cannot be read, in a sentence."""
    run = ImportRun(
        noun=noun,
        file_name=(file_name or path.name)[:255],
        path=str(path),
        author_label=by.label[:200],
        **values,
    )
    run.author = Member.objects.filter(pk=by.member_id).first() if by.member_id else None
    _look(run, wishes, mapping)
    run.save()
    return run


def look_again(
    run: ImportRun, *, wishes: Wishes | None = None, mapping: Mapping[str, str] | None = None
) -> ImportRun:
    """Read a draft's file another way."""
    if run.status != "draft":
        raise RunOver()
    _look(run, wishes, mapping)
    run.save(update_fields=["reading", "mapping", "notes"])
    return run


@transaction.atomic
def map_run(
    run: ImportRun, mapping: Mapping[str, str], *, mode: str, options: Mapping[str, Any]
) -> ImportRun:
    """Set where each column of a draft goes, by the column's place, and how the rows are merged."""
    if run.status != "draft":
        raise RunOver()
    known = {choice.name for choice in importer_of(run.noun).choices()} | {""}
    unknown = sorted(set(mapping.values()) - known)
    if unknown:
        raise Invalid({"mapping": _("There is no field called “%(name)s”.") % {"name": unknown[0]}})
    if mode not in dict(ImportRun.MODES):
        raise Invalid({"mode": _("There is no such way to import.")})
    run.mapping = {str(place): field for place, field in mapping.items() if field}
    run.mode, run.options = mode, run.options | dict(options)
    run.save(update_fields=["mapping", "mode", "options"])
    return run


def run_import(run: ImportRun, *, by: Actor) -> ImportRun:
    """Take in a file from where it stands, to its end; announces itself once. A run broken off goes on with its next chunk."""
    if run.status in ("done", "cancelled"):
        return run
    begin(run)
    try:
        take_in(run, importer_of(run.noun).prepare(run, by))
    except Said as problem:
        return _finish(run, "failed", by, said(problem))
    except Refused:
        raise
    except Exception:
        log.exception("Import %s failed.", run.pk)
        end(
            run,
            "failed",
            _("It broke off after row %(row)s. What was taken in until then stays.") % {"row": run.position},
        )
        raise
    return _finish(run, "cancelled" if run.status == "cancelled" else "done", by)


@transaction.atomic
def cancel_import(run: ImportRun, *, by: Actor) -> ImportRun:
    """Stop an import after the chunk it is at; what was taken in stays."""
    stored = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if stored.status in OPEN:
        was_running = stored.status == "running"
        stored.status = "cancelled"
        stored.save(update_fields=["status"])
        if not was_running:
            _announce(stored, by)
    return stored


@transaction.atomic
def _finish(run: ImportRun, status: str, by: Actor, error: str = "") -> ImportRun:
    end(run, status, error)
    if not run.is_dry_run:
        _announce(run, by)
    return run


def _announce(run: ImportRun, by: Actor) -> None:
    event = ImportFinished(
        run_id=run.pk, noun=run.noun, file_name=run.file_name, mode=run.mode, status=run.status, **counts(run)
    )
    announce(event, by=by, occurred_at=now())


def _look(run: ImportRun, wishes: Wishes | None, mapping: Mapping[str, str] | None) -> None:
    importer = importer_of(run.noun)
    try:
        reading, guesses = importer.look_at(Path(run.path), wishes)
        run.reading = reading.as_json()
        doubt = _map(run, importer, reading, guesses, mapping)
        run.options = run.options | {"guesses": [_guess_as_json(guess) for guess in guesses]}
        run.notes = [said(note) for note in [*doubt, *importer.notes(run)]]
    except Unreadable as problem:
        raise FileRefused(said(problem)) from problem


def _map(
    run: ImportRun,
    importer: Importer,
    reading: Reading,
    guesses: list[Guess],
    mapping: Mapping[str, str] | None,
) -> list[Said]:
    """Map the columns; on a page, where the rest can be said by hand, a table of something else is only doubted."""
    try:
        run.mapping = importer.map_columns(reading, guesses, mapping)
    except Unreadable as doubt:
        if not run.options.get("is_upload"):
            raise
        run.mapping = {str(place): field for place, field in mapping_of(guesses).items()}
        return [doubt]
    return []


def _guess_as_json(guess: Any) -> dict[str, Any]:
    return {
        "column": guess.column, "field": guess.field, "confidence": guess.confidence, "type": guess.type,
        "reason": said(guess.reason),
    }  # fmt: skip
