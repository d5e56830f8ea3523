"""What `regulars import people` and `regulars import orders` share."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from regulars.kit.actor import Actor
from regulars.people.actions.imports import counts, draft_import, rejects_file, run_import
from regulars.people.engine.tables import Wishes
from regulars.people.models import ImportRun

DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "\\t": "\t"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what an import can be told."""
    parser.add_argument(
        "file", type=Path, help="a CSV file of any kind (also packed) or an Excel or ODS workbook"
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="where a column goes; the others are guessed (can be repeated)",
    )
    parser.add_argument("--mode", choices=[mode for mode, _label in ImportRun.MODES], default="upsert")
    parser.add_argument("--dry-run", action="store_true", help="count what would happen and change nothing")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--encoding", default="", help="the file's encoding, when the guess is wrong")
    parser.add_argument(
        "--delimiter", default="", help="the file's delimiter: comma, semicolon, tab, pipe or any letter"
    )
    parser.add_argument("--sheet", default="", help="the sheet of a workbook")
    parser.add_argument("--skip-lines", type=int, default=None, metavar="N", help="lines above the table")
    parser.add_argument("--no-header", action="store_true", help="the first row holds values, not names")
    parser.add_argument(
        "--country", default="", metavar="XX", help="the country that numbers and dates are written in"
    )
    parser.add_argument(
        "--leave-out",
        action="store_true",
        help="leave out values that cannot be read instead of refusing their row",
    )


def run_noun(noun: str, options: argparse.Namespace, **more: Any) -> int:
    """Import a file and report; 0 when all rows were taken, 1 when some or all were refused."""
    if not options.file.is_file():
        sys.stderr.write(f"There is no file {options.file}.\n")
        return 2
    mapping = _mapping(options.map)
    if mapping is None:
        sys.stderr.write("--map takes FIELD=COLUMN, for instance --map email='E-mail 1'.\n")
        return 2
    by = Actor("import", label="regulars import")
    started = time.monotonic()
    told = {"country": options.country.upper(), "leaves_out": options.leave_out} | more
    run = draft_import(
        noun, options.file.absolute(), by=by, wishes=_wishes(options), mapping=mapping, mode=options.mode,
        is_dry_run=options.dry_run, options={name: value for name, value in told.items() if value},
    )  # fmt: skip
    if not options.json:
        _tell_reading(run)
    run = run_import(run, by=by)
    _report(run, time.monotonic() - started, as_json=options.json)
    return 0 if run.status == "done" and not run.rejected else 1


def _mapping(pairs: list[str]) -> dict[str, str] | None:
    """Return {field: column} as said on the command line; None when it cannot be read."""
    if any("=" not in pair for pair in pairs):
        return None
    split = [pair.partition("=") for pair in pairs]
    return {field.strip(): column.strip() for field, _sign, column in split}


def _wishes(options: argparse.Namespace) -> Wishes:
    return Wishes(
        encoding=options.encoding, delimiter=DELIMITERS.get(options.delimiter, options.delimiter), sheet=options.sheet,
        skip=options.skip_lines, has_header=False if options.no_header else None,
    )  # fmt: skip


def _tell_reading(run: ImportRun) -> None:
    """Say how the file is read before anything happens."""
    columns = run.reading["columns"]
    said = ", ".join(f"{columns[int(place)]} → {field}" for place, field in run.mapping.items())
    how = " · ".join(
        str(part)
        for part in (run.reading["encoding"], run.reading["sheet"], run.reading["compression"])
        if part
    )
    sys.stderr.write(f"{run.file_name} ({how}): {said}\n" + "".join(f"{note}\n" for note in run.notes))


def _report(run: ImportRun, seconds: float, *, as_json: bool) -> None:
    """Print the counts, and where the refused rows are."""
    path = _rejects(run)
    result = counts(run) | {"rejects_file": str(path) if path else None, "seconds": round(seconds, 2)}
    if as_json:
        told = {"error": run.error} if run.error else {}
        sys.stdout.write(json.dumps(result | told, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(
        ", ".join(f"{count:,} {name}" for name, count in counts(run).items()) + f" in {seconds:.1f} s\n"
    )
    if run.error:
        sys.stdout.write(run.error + "\n")
    if path:
        sys.stdout.write(f"The refused rows with their reasons: {path}\n")
    if run.is_dry_run:
        sys.stdout.write("This was a dry run: nothing was changed.\n")


def _rejects(run: ImportRun) -> Path | None:
    """Write the refused rows into the data folder, or a temporary one where there is none."""
    try:
        return rejects_file(run, Path(settings.DATA_DIR) / "imports")
    except OSError:
        return rejects_file(run, Path(tempfile.gettempdir()) / "regulars-imports")
