from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from django.db import OperationalError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy

from regulars.kit.clock import now
from regulars.kit.live import publish
from regulars.kit.refused import Refused
from regulars.people.actions.imports.merging import Outcome, Overtaken
from regulars.people.actions.reading import said
from regulars.people.engine.sayings import Said
from regulars.people.engine.tables import Reading, rows_of
from regulars.people.engine.workers import in_order
from regulars.people.models import ImportRun

log = logging.getLogger(__name__)
CHUNK_ROWS = 10_000
MOST_TRIES = 5
ANALYSE_AFTER = frozenset({1, 3, 10, 30, 100, 300, 1_000})
MOST_DRY_REJECTS = 10_000
# Rows named on the result page; a person looks at a few and sees what is wrong with the file.
MOST_CONTRADICTING = 100
COUNTS = ("seen", "created", "updated", "unchanged", "rejected")
Rows = tuple[int, list[list[str]]]
Refusal = tuple[int, Sequence[str], str]


class RunTaken(Refused):
    """Another process is already at work on this import."""

    code = "run_taken"
    message = gettext_lazy("This import is already being worked on.")


class _DryRunOver(Exception):
    """Ends the one transaction of a dry run, so that nothing of it stays."""


class Tidied(Protocol):
    """A chunk tidied by any noun's engine."""

    seen: int
    refused: list[tuple[int, list[str], Said]]
    left_out: dict[str, int]


@dataclass(frozen=True)
class Noun:
    """How one kind of file is taken in: tidied in a process, merged in a transaction."""

    tidy: Callable[[Rows], Any]
    merge: Callable[[Any], Outcome]
    learn: Callable[[Any], None] = lambda _chunk: None
    settle: Callable[[Any], None] = lambda _chunk: None
    chunks: Callable[[ImportRun], Iterator[Rows]] = lambda run: chunks_of(run, CHUNK_ROWS)
    finish: Callable[[Intake], None] = lambda _intake: None
    tables: tuple[str, ...] = ("people_person (id)", "people_identity (person_id, kind, value)")


def take_in(run: ImportRun, noun: Noun) -> None:
    """Take in the rows that are still to be done, each chunk with its counts in one transaction; resumes where it was."""
    intake = Intake(run, noun)
    with translation.override(run.author.language if run.author else translation.get_language()):
        if run.is_dry_run:
            intake.rehearse()
        else:
            intake.all_chunks()


def chunks_of(run: ImportRun, size: int) -> Iterator[Rows]:
    """Yield the rows that are still to be done, with the number a spreadsheet shows beside the first of them."""
    reading = Reading.from_json(run.reading)
    number = reading.first_row + run.position
    rows = rows_of(Path(run.path), reading, start=run.position)
    while chunk := list(islice(rows, size)):
        yield number, chunk
        number += len(chunk)


def counts(run: ImportRun) -> dict[str, int]:
    """Return the counts of a run as pages, API and command line show them."""
    return {name: getattr(run, name) for name in COUNTS}


@dataclass
class Intake:
    """One file on its way in."""

    run: ImportRun
    noun: Noun
    kept: list[Refusal] = field(default_factory=list)
    merged: int = 0

    def all_chunks(self) -> None:
        """Merge chunk by chunk, while others are tidied ahead in other processes."""
        for rows, chunk in in_order(self.noun.tidy, self.noun.chunks(self.run)):
            self.merge(rows, chunk)
            self.analyse()
            if self.run.status == "cancelled":
                break
        with transaction.atomic():
            self.noun.finish(self)

    def analyse(self) -> None:
        """Let the planner see how the tables grow, at ever longer intervals; without the right to, nothing happens.

        Only the columns that the merge looks up: the server's own look at the others comes when it would.
        """
        self.merged += 1
        if self.merged in ANALYSE_AFTER:
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {', '.join(self.noun.tables)}")

    def rehearse(self) -> None:
        """Do it all in one transaction that is rolled back; only the counts and the refused rows stay."""
        try:
            with transaction.atomic():
                self.all_chunks()
                raise _DryRunOver
        except _DryRunOver:
            pass
        with transaction.atomic():
            self.run.save(update_fields=["position", *COUNTS, "options"])
            _write_rejects(self.run, self.kept)

    def merge(self, rows: Rows, chunk: Tidied) -> None:
        """Merge one chunk, again if somebody wrote the same identities meanwhile."""
        for attempt in range(MOST_TRIES):
            try:
                with transaction.atomic():
                    _commit_in_the_background()
                    self.claim()
                    outcome = self.noun.merge(chunk)
                    self.noun.learn(chunk)
                    self.record(rows, chunk, outcome)
                # Only what was committed may be remembered: a chunk that is merged again must find nothing of its first try.
                self.noun.settle(chunk)
                return
            except (Overtaken, OperationalError) as problem:
                if attempt == MOST_TRIES - 1 or self.run.is_dry_run or not _may_pass(problem):
                    raise
                log.info("A chunk of import %s is merged again: %s", self.run.pk, problem)

    def claim(self) -> None:
        """Hold the run's row, and make sure that nobody else moved it on."""
        stored = ImportRun.objects.select_for_update(of=("self",)).get(pk=self.run.pk)
        if stored.position != self.run.position and not self.run.is_dry_run:
            raise RunTaken()
        self.run.status = stored.status

    def record_late(
        self,
        seen: int,
        refused: Sequence[tuple[int, list[str], Said]],
        cells: dict[int, list[str]],
        outcome: Outcome,
    ) -> None:
        """Write what became of rows that were left for the end."""
        late = [(row, row_cells, said(reason)) for row, row_cells, reason in refused]
        late += [(row, cells[row], reason) for row, reason in outcome.refused.items()]
        self._write(
            (seen, outcome.created, outcome.updated, outcome.unchanged, len(late)),
            sorted(late, key=lambda one: one[0]),
            {},
        )

    def keep_option(self, name: str, value: Any) -> None:
        """Keep something about the run beside its counts."""
        self.run.options[name] = value
        if not self.run.is_dry_run:
            ImportRun.objects.filter(pk=self.run.pk).update(options=self.run.options)

    def record(self, rows: Rows, chunk: Tidied, outcome: Outcome) -> None:
        """Write the counts, the refused rows and how far the file is done, in the chunk's own transaction."""
        refused = _refusals(rows, chunk, outcome)
        left_out = dict(self.run.options.get("left_out", {}))
        for name, count in chunk.left_out.items():
            left_out[name] = left_out.get(name, 0) + count
        contradicting = [*self.run.options.get("contradicting", []), *outcome.contradicting]
        added = (chunk.seen, outcome.created, outcome.updated, outcome.unchanged, len(refused))
        more = {
            "position": self.run.position + len(rows[1]),
            "options": self.run.options
            | {"left_out": left_out, "contradicting": contradicting[:MOST_CONTRADICTING]},
        }
        self._write(added, refused, more)

    def _write(self, added: Sequence[int], refused: list[Refusal], more: dict[str, Any]) -> None:
        """Add to the counts, keep the refused rows and tell whoever watches."""
        run = self.run
        after = {name: getattr(run, name) + count for name, count in zip(COUNTS, added, strict=True)} | more
        if run.is_dry_run:
            self.kept += refused[: MOST_DRY_REJECTS - len(self.kept)]
        else:
            ImportRun.objects.filter(pk=run.pk).update(**after)
            _write_rejects(run, refused)
            publish(f"import:{run.pk}", {name: after[name] for name in COUNTS})
        for name, value in after.items():
            setattr(run, name, value)


def _commit_in_the_background() -> None:
    """Let this transaction commit without waiting for the disk.

    Rows and position are one transaction: a server that crashes forgets both together, and the run goes on from there. The
    end of the run waits for the disk, and with it for all that came before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _may_pass(problem: Exception) -> bool:
    """Say whether trying again can help: somebody was quicker, or two waited for each other."""
    state = getattr(problem.__cause__, "sqlstate", "")
    return isinstance(problem, Overtaken) or state in ("40001", "40P01")


def _refusals(rows: Rows, chunk: Tidied, outcome: Outcome) -> list[Refusal]:
    """Return every refused row as it stood in the file, with its reason in the author's language."""
    first, cells = rows
    found: list[Refusal] = [(row, row_cells, said(reason)) for row, row_cells, reason in chunk.refused]
    found += [(row, cells[row - first], reason) for row, reason in outcome.refused.items()]
    return sorted(found, key=lambda one: one[0])


def _write_rejects(run: ImportRun, refused: Sequence[Refusal]) -> None:
    statement = "COPY people_importreject (run_id, row, cells, reason) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row, cells, reason in refused:
            copy.write_row(
                (run.pk, row, json.dumps([cell.replace("\x00", "") for cell in cells]), reason[:400])
            )


def begin(run: ImportRun) -> None:
    """Mark a run as running; one that was broken off goes on where it was."""
    run.status, run.error = "running", ""
    run.started_at = run.started_at or now()
    run.save(update_fields=["status", "error", "started_at"])


def end(run: ImportRun, status: str, error: str = "") -> None:
    """Mark a run as over and tell whoever watches."""
    run.status, run.error, run.finished_at = status, error, now()
    run.save(update_fields=["status", "error", "finished_at"])
    publish(f"import:{run.pk}", {**counts(run), "status": status})
