from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.kit.safe_cells import safe_cell
from regulars.people.engine.tables import Reading
from regulars.people.models import ImportReject, ImportRun


def write_rejects(run: ImportRun, *, mark: bool = False) -> Iterator[str]:
    """Yield a CSV of the refused rows: the file's own columns, then the row's number and the reason."""
    reading = Reading.from_json(run.reading)
    # The mark tells spreadsheets that the file is UTF-8.
    yield ("\ufeff" if mark else "") + _line([*reading.columns, _("row"), _("reason")])
    width = len(reading.columns)
    rows = ImportReject.objects.filter(run=run).order_by("row", "id").values_list("row", "cells", "reason")
    for row, cells, reason in rows.iterator(2_000):
        # A row with too many cells keeps them all, those past the last column within it.
        kept = [*cells[: width - 1], ",".join(cells[width - 1 :])]
        padded = [*kept, *[""] * (width - len(kept))]
        yield _line([*map(safe_cell, padded), str(row), reason])


def rejects_file(run: ImportRun, folder: Path) -> Path | None:
    """Write the refused rows beside other files and return where; None when there were none."""
    if not run.rejected:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{Path(run.file_name).stem}-rejected-{run.pk}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.writelines(write_rejects(run))
    return path


def _line(cells: list[str]) -> str:
    buffer = StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
