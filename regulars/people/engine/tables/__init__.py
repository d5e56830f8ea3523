"""Read a table from whatever file people have: any delimiter, encoding and line end, packed or not, or a workbook.

`look_at` says how the file will be read, `rows_of` reads it so, row by row, in little memory.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from regulars.people.engine.sayings import Note, Unreadable, gettext_noop
from regulars.people.engine.tables import layout, sheets
from regulars.people.engine.tables.letters import Letters, letters_of
from regulars.people.engine.tables.source import HEAD_BYTES, kind_of, open_bytes, read_some

_ = gettext_noop
Row = list[str]
__all__ = ["Reading", "Row", "Wishes", "first_rows", "look_at", "rows_of"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person says about the file; what is left out is found out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    skip: int | None = None
    has_header: bool | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: everything needed to read it the same way again."""

    kind: str
    columns: tuple[str, ...]
    skip: int
    has_header: bool
    compression: str = ""
    encoding: str = ""
    is_certain: bool = True
    has_nul: bool = False
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[Note, ...] = field(default=(), compare=False)

    @property
    def first_row(self) -> int:
        """The number that a spreadsheet shows beside the first row of values."""
        return self.skip + self.has_header + 1

    def as_json(self) -> dict[str, object]:
        """Return what is needed to read the file again, as plain values."""
        kept = asdict(replace(self, notes=()))
        return {**kept, "columns": list(self.columns), "sheets": list(self.sheets), "notes": []}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Reading":
        """Return the reading that `as_json` kept."""
        tuples: dict[str, Any] = {name: tuple(kept[name]) for name in ("columns", "sheets")}
        return cls(**{**kept, **tuples, "notes": ()})


def knows_no_name(name: str) -> bool:
    """Say of every name that no field goes by it."""
    return False


def look_at(
    path: Path, wishes: Wishes | None = None, knows: Callable[[str], bool] = knows_no_name
) -> Reading:
    """Find out how the file is to be read, or refuse it in a sentence."""
    wishes = wishes or Wishes()
    kind, compression = kind_of(path)
    if kind == "sheet":
        return _look_at_sheet(path, compression, wishes, knows)
    letters = _letters(path, compression, wishes)
    sample = _sample(path, compression, letters)
    layout.refuse_text(sample)
    said = layout.said_delimiter(sample)
    body = sample.split("\n", 1)[1] if said and "\n" in sample else sample
    delimiter = wishes.delimiter or said or layout.guess_delimiter(body)
    rows: list[Row] = ([[]] if said else []) + layout.parse(body, delimiter)
    reading = _reading("csv", rows, wishes, knows)
    return replace(
        reading,
        compression=compression,
        encoding=letters.encoding,
        is_certain=letters.is_certain,
        has_nul=letters.has_nul,
        delimiter=delimiter,
        notes=(*reading.notes, *_letter_notes(letters)),
    )


def rows_of(path: Path, reading: Reading, *, start: int = 0) -> Iterator[Row]:
    """Yield the rows of values as they stand in the file, leaving out so many at the start."""
    if reading.kind == "sheet":
        found = sheets.rows_of_sheet(path, reading.compression, reading.sheet)
        yield from islice(found, reading.skip + reading.has_header + start, None)
        return
    with open_bytes(path, reading.compression) as file:
        text = io.TextIOWrapper(file, reading.encoding, errors="regulars-mixed", newline="")
        lines = (line.replace("\x00", "") for line in text) if reading.has_nul else text
        found = csv.reader(lines, delimiter=reading.delimiter)
        try:
            yield from islice(found, reading.skip + reading.has_header + start, None)
        except csv.Error as error:
            raise _endless_cell(found.line_num) from error


def first_rows(path: Path, reading: Reading, count: int) -> list[Row]:
    """Return the first rows of values that hold anything."""
    filled = (row for row in rows_of(path, reading) if any(row))
    return list(islice(filled, count))


def _letters(path: Path, compression: str, wishes: Wishes) -> Letters:
    """Return the encoding found, or the one wished for."""
    found = letters_of(path, compression)
    if not wishes.encoding:
        return found
    try:
        "".encode(wishes.encoding)
    except LookupError as error:
        raise Unreadable(_("“%(name)s” is not an encoding we know."), name=wishes.encoding) from error
    return replace(found, encoding=wishes.encoding, is_certain=True, broken=0)


def _sample(path: Path, compression: str, letters: Letters) -> str:
    """Return the start of the text, without a line cut in two."""
    with open_bytes(path, compression) as file:
        head = read_some(file, HEAD_BYTES)
        is_whole = not read_some(file, 1)
    text = head.decode(letters.encoding, "replace").replace("\x00", "")
    if is_whole:
        return text
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end > 0 else text


def _look_at_sheet(path: Path, compression: str, wishes: Wishes, knows: Callable[[str], bool]) -> Reading:
    """Find out how a workbook is to be read."""
    names = sheets.sheets_of(path, compression)
    if wishes.sheet and wishes.sheet not in names:
        raise Unreadable(_("There is no sheet called “%(name)s” in the workbook."), name=wishes.sheet)
    for name in [wishes.sheet] if wishes.sheet else names:
        rows = list(islice(sheets.rows_of_sheet(path, compression, name), 200))
        if wishes.sheet or any(any(row) for row in rows):
            break
    else:
        raise Unreadable(_("The workbook has no sheet with anything in it."))
    reading = _reading("sheet", rows, wishes, knows)
    return replace(reading, compression=compression, sheet=name, sheets=tuple(names))


def _reading(kind: str, rows: list[Row], wishes: Wishes, knows: Callable[[str], bool]) -> Reading:
    """Return where the table starts and what its columns are called."""
    skip = layout.find_header(rows) if wishes.skip is None else wishes.skip
    skip += sum(1 for _row in takewhile(_is_blank, rows[skip:]))
    below = [row for row in rows[skip:] if not _is_blank(row)]
    if not below:
        raise Unreadable(_("There is nothing below the lines that are left out."))
    named = layout.has_header(below, knows) if wishes.has_header is None else wishes.has_header
    width = _width(below)
    columns = layout.column_names(below[0], width, named=named, nameless=_("Column %(number)s"))
    notes = [Note(_("%(count)s lines above the table are left out."), count=skip)] if skip else []
    return Reading(kind, tuple(columns), skip, named, notes=tuple(notes))


def _width(rows: list[Row]) -> int:
    """Return how many columns the table has: those of the header, unless most rows are wider."""
    first = len(rows[0])
    wider = sorted(len(row) for row in rows[1:] if any(row[first:]))
    return wider[len(wider) // 2] if len(wider) > len(rows) / 2 else first


def _letter_notes(letters: Letters) -> list[Note]:
    """Return what a person should check about the encoding."""
    if letters.broken:
        return [Note(_("%(count)s letters were broken and read as Western European."), count=letters.broken)]
    if not letters.is_certain:
        return [Note(_("The encoding is a guess: please look at the accented letters."))]
    return []


def _endless_cell(line: int) -> Unreadable:
    """Return the refusal of a quote that never ends."""
    return Unreadable(
        _(
            "A cell that ends near line %(line)s is longer than a million letters: a closing quote is missing."
        ),
        line=line,
    )


def _is_blank(row: Row) -> bool:
    """Say whether a row holds nothing."""
    return not any(cell.strip() for cell in row)


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are wrong in the file's encoding as the western code page."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("regulars-mixed", _as_western)
