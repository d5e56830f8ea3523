from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.people.engine.sayings import Unreadable, gettext_noop
from regulars.people.engine.tables.source import workbook_bytes

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_ = gettext_noop


def sheets_of(path: Path, compression: str) -> list[str]:
    """Return the names of the sheets that people see, in their order."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    book = _open(path, compression)
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ] or list(book.sheet_names)


def rows_of_sheet(path: Path, compression: str, sheet: str) -> Iterator[list[str]]:
    """Yield every row of a sheet as text, from its first row and column."""
    book = _open(path, compression)
    try:
        found = book.get_sheet_by_name(sheet)
        for row in found.iter_rows():
            yield [_written(cell) for cell in row]
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(_("The sheet “%(name)s” is broken: it cannot be read."), name=sheet) from error


def _open(path: Path, compression: str) -> "CalamineWorkbook":
    """Open a workbook, or say why it cannot be opened."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(workbook_bytes(path, compression))
    except PasswordError as error:
        raise Unreadable(_("The workbook is locked with a password. Please unlock it first.")) from error
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(_("The workbook is broken: it cannot be opened.")) from error


def _written(cell: object) -> str:
    """Return a cell as it would be written in a CSV file, dates as ISO and whole numbers without a point."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        has_time = cell.time() != time()
        return cell.isoformat(" ") if has_time else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)
