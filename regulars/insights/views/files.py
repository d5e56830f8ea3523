"""Figures as files: CSV and a workbook, every number a number, with n and interval beside it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import IO, Any

from django.http import FileResponse, HttpResponseBase
from django.utils.translation import gettext as _

from regulars.insights.queries import words
from regulars.insights.queries.answers import Figure, grouping_label
from regulars.insights.queries.showing import Row, Shown
from regulars.kit.exporting import XLSX, Cell, csv_file
from regulars.kit.metrics import Metric
from regulars.kit.money import exponent
from regulars.team.models import Business


def figures_file(shown: Shown, form: str) -> HttpResponseBase:
    """Answer with one metric's figures as a file to keep."""
    name = f"{shown.metric.name}-{shown.question.period.last.isoformat()}"
    if form == "csv":
        return csv_file(heads(shown), [cells(shown, row) for row in shown.rows], name)
    return workbook_file([shown], name)


def workbook_file(shown: Sequence[Shown], name: str) -> FileResponse:
    """Answer with figures as a workbook to keep."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    write_workbook(shown, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def write_workbook(shown: Sequence[Shown], file: IO[bytes]) -> None:
    """Write a sheet for each metric: its figures, and below them what they mean."""
    from xlsxwriter import Workbook  # slow to load

    with Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, quiet = (
            book.add_format({"bold": True}),
            book.add_format({"italic": True, "font_color": "#666666"}),
        )
        for number, one in enumerate(shown, 1):
            sheet = book.add_worksheet(_sheet_name(one.metric, number))
            sheet.write_row(0, 0, heads(one), bold)
            for place, row in enumerate(one.rows, 1):
                sheet.write_row(place, 0, cells(one, row))
            below = len(one.rows) + 2
            sheet.write(below, 0, str(one.metric.definition), quiet)
            sheet.write(below + 1, 0, words.period_words(one.question.period), quiet)
            sheet.set_column(0, 0, 32)
            sheet.set_column(1, 8, 14)


def heads(shown: Shown) -> list[str]:
    """Return the titles of the columns."""
    unit = {"money": Business.current().currency, "rate": "0–1"}.get(shown.metric.unit, shown.metric.unit)
    first = grouping_label(shown.by) if shown.by else _("Figure")
    named = [first, *([_("Step")] if _has_steps(shown) else []), f"{shown.metric.label} ({unit})"]
    named += [_("95 % from"), _("95 % to"), "n", "k"]
    return [*named, _("Beside it"), _("Difference"), _("What that says")] if shown.has_beside else named


def cells(shown: Shown, row: Row) -> list[Cell]:
    """Return one row's cells; money in whole units of the currency."""
    figure = row.figure
    label = row.label or str(shown.metric.label)
    found: list[Cell] = [
        label,
        *([_step(figure)] if _has_steps(shown) else []),
        _amount(shown.metric, figure.value),
    ]
    found += [_amount(shown.metric, figure.low), _amount(shown.metric, figure.high), figure.n, figure.k]
    if shown.has_beside:
        other = row.other.value if row.other else None
        by = row.difference.by if row.difference else None
        found += [_amount(shown.metric, other), _amount(shown.metric, by), row.verdict]
    return found


def _has_steps(shown: Shown) -> bool:
    return any("step" in row.figure.more for row in shown.rows)


def _step(figure: Figure) -> Any:
    return figure.more.get("step")


def _amount(metric: Metric, value: float | None) -> float | None:
    if value is None or metric.unit != "money":
        return value
    return round(value / float(10 ** exponent(Business.current().currency)), 4)


def _sheet_name(metric: Metric, number: int) -> str:
    kept = "".join(letter for letter in str(metric.label) if letter not in "[]:*?/\\'")
    return f"{number} {kept}"[:31]
