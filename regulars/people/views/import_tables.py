"""The tables on the pages of imports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from regulars.kit import markup
from regulars.kit.tables import Column, Empty, Table
from regulars.people.actions.imports import importer_of
from regulars.people.engine.tables import Reading, first_rows
from regulars.people.engine.tidy.dates import date_style, looks_like_date
from regulars.people.engine.tidy.numbers import looks_like_number, number_style
from regulars.people.models import ImportReject, ImportRun
from regulars.team.models import Business

TONES = {
    "done": "green",
    "failed": "brick",
    "cancelled": "stone",
    "running": "sky",
    "waiting": "slate",
    "draft": "amber",
}
SAMPLES = 3
MOST_REJECTS = 100


def runs_table(runs: Sequence[ImportRun], next_cursor: str) -> Table:
    """Return the imports as a list."""
    columns = [
        Column("file", _("File"), _file_cell, css="cell-main"),
        Column("status", _("Status"), _status_cell),
        Column("created", _("New"), lambda run: markup.number(run.created), align="end"),
        Column("updated", _("Updated"), lambda run: markup.number(run.updated), align="end"),
        Column("unchanged", _("Unchanged"), lambda run: markup.number(run.unchanged), align="end"),
        Column("rejected", _("Refused"), lambda run: markup.number(run.rejected), align="end"),
        Column("author", _("By"), lambda run: run.author or run.author_label),
        Column("at", _("When"), lambda run: markup.ago(run.created_at)),
    ]
    empty = Empty(
        _("Nothing imported yet"),
        _("A spreadsheet from your shop or your old system is enough. You see how it will be read before anything happens."),
        "file-import", reverse("people:import"), _("Import a file"),
    )  # fmt: skip
    return Table(
        columns, list(runs), name="imports", caption=_("Imports"), url=reverse("people:imports"), next_cursor=next_cursor, empty=empty,
        row_url=lambda run: reverse("people:import_run", args=[run.pk]),
    )  # fmt: skip


def rejects_table(run: ImportRun) -> Table | None:
    """Return the first refused rows with their reasons."""
    rows = list(ImportReject.objects.filter(run=run)[:MOST_REJECTS]) if run.rejected else []
    columns = [
        Column("row", _("Row"), lambda one: one.row, align="end"),
        Column("reason", _("Why"), lambda one: one.reason, css="cell-main"),
        Column("cells", _("The row"), lambda one: " · ".join(filter(None, one.cells))[:160]),
    ]
    return Table(columns, rows, name="rejects", caption=_("Refused rows")) if rows else None


def columns_of(run: ImportRun) -> list[dict[str, Any]]:
    """Return each column of a draft: its name, first values, where it goes, how sure that is and why."""
    reading = Reading.from_json(run.reading)
    rows = first_rows(Path(run.path), reading, 50)
    guesses = {guess["column"]: guess for guess in run.options.get("guesses", [])}
    return [
        _column(place, name, rows, run, guesses.get(place, {})) for place, name in enumerate(reading.columns)
    ]


def preview_of(run: ImportRun) -> dict[str, Any]:
    """Return the first rows as they will be read."""
    labels = {choice.name: choice.label for choice in importer_of(run.noun).choices()}
    rows = importer_of(run.noun).preview(run)
    names = list(dict.fromkeys(name for row in rows for name in row["values"]))
    shown = [name for name in names if name not in ("sort_name", "note")]
    return {
        "heads": [labels.get(name) or labels.get(f"custom:{name}") or _head(name) for name in shown],
        "rows": [{"cells": [row["values"].get(name, "") for name in shown], "problem": row["problem"], "raw": row["cells"]} for row in rows],
        "width": len(shown),
    }  # fmt: skip


def _column(
    place: int, name: str, rows: Sequence[list[str]], run: ImportRun, guess: dict[str, Any]
) -> dict[str, Any]:
    values = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
    field = run.mapping.get(str(place), "")
    is_guess = bool(field) and field == guess.get("field")
    return {
        "place": place, "name": name, "samples": list(dict.fromkeys(values))[:SAMPLES], "field": field, "type": guess.get("type", "text"),
        "reason": guess.get("reason", "") if is_guess or not field else "", "percent": round(guess.get("confidence", 0) * 100) if is_guess else 0,
        "style": _style_of(values, _country_of(run)) if field else "",
    }  # fmt: skip


def _country_of(run: ImportRun) -> str:
    return str(run.options.get("country") or Business.current().country)


def _style_of(values: Sequence[str], country: str) -> str:
    """Say how the dates or numbers of a column are taken to be written."""
    if _mostly(looks_like_date, values):
        orders = {
            "dmy": _("Read as day, month, year."),
            "mdy": _("Read as month, day, year."),
            "ymd": _("Read as year, month, day."),
        }
        return orders.get(date_style(values, country).order, "")
    if _mostly(looks_like_number, values) and any("," in value or "." in value for value in values):
        return _("Read with “%(sign)s” as the decimal sign.") % {
            "sign": number_style(values, country).decimal
        }
    return ""


def _mostly(looks: Callable[[str], bool], values: Sequence[str]) -> bool:
    return sum(looks(value) for value in values) * 2 > len(values)


def _head(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _file_cell(run: ImportRun) -> object:
    url = reverse("people:import_run", args=[run.pk])
    return format_html(
        '<a href="{}">{}</a> <span class="muted">{}</span>', url, run.file_name, run.get_noun_display()
    )


def _status_cell(run: ImportRun) -> object:
    label = _("Rehearsal") if run.is_dry_run and run.status == "done" else run.get_status_display()
    return markup.chip(label, TONES.get(run.status, ""), dot=True)
