"""Any list as a file: CSV line by line as it is read, or a workbook; numbers stay numbers, no cell becomes a formula."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from io import StringIO
from typing import IO, Any

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from regulars.kit.filters import Asker
from regulars.kit.filters.columns import Named, columns_for
from regulars.kit.lists import ListQuery, ListSpec, every_page
from regulars.kit.money import Money
from regulars.kit.refused import Invalid
from regulars.kit.safe_cells import safe_cell
from regulars.kit.traits import Trait

Cell = str | int | float | Decimal | bool | datetime | date | None
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("csv", "xlsx")
MOST_SHEET_ROWS = 1_048_575


@dataclass(frozen=True)
class Export:
    """One list on its way out: which rows, which columns, for whom."""

    spec: ListSpec
    query: ListQuery
    seer: Any
    asker: Asker

    @property
    def traits(self) -> tuple[Trait, ...]:
        """The columns that this asker may see, as the list shows them."""
        return columns_for(self.query.columns or self.spec.default_columns, self.spec.subject, self.asker)

    def heads(self) -> list[str]:
        """Return the titles of the columns; an amount of money is followed by its currency."""
        heads: list[str] = []
        for trait in self.traits:
            heads.append(str(trait.label))
            heads += [_("%(column)s: currency") % {"column": trait.label}] if trait.type == "money" else []
        return heads

    def rows(self) -> Iterator[list[Cell]]:
        """Yield the cells of each row, page by page."""
        traits = self.traits
        labels = {
            trait.name: {str(key): str(label) for key, label in trait.choices()}
            for trait in traits
            if trait.choices
        }
        for page in every_page(self.spec, self.query, seer=self.seer, asker=self.asker):
            for row in page.rows:
                yield _cells(traits, row.values, labels, self.asker.zone)


def csv_lines(export: Export) -> Iterator[str]:
    """Yield the list as CSV."""
    return _lines(export.heads(), export.rows())


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[Cell]], name: str) -> HttpResponse:
    """Answer with a small table as a CSV file to keep."""
    response = HttpResponse("".join(_lines(heads, rows)), content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    # The mark at the start tells spreadsheets that it is UTF-8.
    buffer = StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_as_text(cell) for cell in row])
        if buffer.tell() > 32_768:
            yield _taken(buffer)
    yield _taken(buffer)


def write_xlsx(export: Export, file: IO[bytes]) -> None:
    """Write the list as a workbook, row by row in little memory."""
    from xlsxwriter import Workbook  # slow to load

    with Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False},
    ) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        forms = {
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for place, head in enumerate(export.heads()):
            sheet.write_string(0, place, head, bold)
        for number, row in enumerate(export.rows(), 1):
            if number > MOST_SHEET_ROWS:
                raise Invalid(message=_("A workbook holds a million rows. Please export as CSV."))
            for place, cell in enumerate(row):
                _write_cell(sheet, number, place, cell, forms)


def answer(export: Export, form: str, name: str) -> HttpResponseBase:
    """Answer with the list as a file to keep."""
    if form not in FORMATS:
        raise Invalid({"as": _("Only CSV and XLSX are possible.")})
    if form == "csv":
        response: HttpResponseBase = StreamingHttpResponse(csv_lines(export), content_type=CSV)
    else:
        file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
        write_xlsx(export, file)
        file.seek(0)
        response = FileResponse(file, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _cells(
    traits: Sequence[Trait],
    values: Mapping[str, Any],
    labels: Mapping[str, Mapping[str, str]],
    zone: tzinfo,
) -> list[Cell]:
    cells: list[Cell] = []
    for trait in traits:
        value = values.get(trait.name)
        if trait.type == "money":
            cells += [value.decimal, value.currency] if isinstance(value, Money) else [None, None]
        else:
            cells.append(_plain(value, labels.get(trait.name, {}), zone))
    return cells


def _plain(value: Any, labels: Mapping[str, str], zone: tzinfo) -> Cell:
    """Return a value as a spreadsheet holds it: words for codes, moments on the reader's clock."""
    if value is None or isinstance(value, bool | int | float | Decimal):
        return (
            value
            if not (labels and isinstance(value, int) and not isinstance(value, bool))
            else labels.get(str(value), str(value))
        )
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None)
    if isinstance(value, date):
        return value
    if isinstance(value, Named):
        return value.name
    if isinstance(value, list | tuple):
        return "; ".join(labels.get(str(one), str(one)) for one in value)
    return labels.get(str(value), str(value))


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return safe_cell(cell) if isinstance(cell, str) else str(cell)


def _write_cell(sheet: Any, row: int, place: int, cell: Cell, forms: Mapping[str, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, place, cell)
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(row, place, float(cell))
    elif isinstance(cell, datetime) and cell.year >= 1900:
        sheet.write_datetime(row, place, cell, forms["moment"])
    elif isinstance(cell, date) and cell.year >= 1900:
        sheet.write_datetime(row, place, cell, forms["day"])
    else:
        sheet.write_string(row, place, safe_cell(str(cell)))


def _taken(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
