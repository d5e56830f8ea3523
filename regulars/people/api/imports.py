from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from regulars.kit.api import ERRORS, ListQuery, Sent
from regulars.kit.refused import Invalid, NotThere, require
from regulars.people.actions.imports import (
    cancel_import,
    counts,
    draft_upload,
    importer_of,
    importers,
    map_run,
    start_import,
)
from regulars.people.actions.imports.runs import RunOver
from regulars.people.api.doors import actor_of, answer, gone, records_page, seer_of
from regulars.people.engine.columns import column_named
from regulars.people.models import ImportReject, ImportRun
from regulars.team.rules import Seer, may

router = Router(tags=["imports"])
MOST_REJECTS = 1_000
MODES = "^(upsert|create|update|fill)$"


class ImportIn(Schema):
    """How a file is to be taken in."""

    noun: str = Field("people", pattern="^(people|orders)$", description="What the file holds")
    mode: str = Field("upsert", pattern=MODES)
    map: str = Field(
        "",
        max_length=20_000,
        description='Where columns go, as JSON {"field": "column"}; the others are guessed',
        examples=['{"email": "E-mail 1"}'],
    )
    country: str = Field(
        "", max_length=2, description="The country that numbers, dates and telephone numbers are written in"
    )
    currency: str = Field("", max_length=3, description="The currency of orders where no column says it")
    leave_out: bool = Field(
        False, description="Leave out values that cannot be read instead of refusing their row"
    )
    dry_run: bool = Field(False, description="Count what would happen and change nothing")
    start: bool = Field(True, description="Begin at once; otherwise the import waits as a draft")


class ImportChange(Sent):
    """What changes about an import that waits as a draft."""

    mode: str | None = Field(None, pattern=MODES, examples=["fill"])
    map: dict[str, str] | None = Field(
        None,
        description="Where columns go; an empty field leaves its column out",
        examples=[{"email": "E-mail 1"}],
    )
    country: str | None = Field(None, max_length=2, examples=["FI"])
    currency: str | None = Field(None, max_length=3, examples=["EUR"])
    leave_out: bool | None = None


class ImportOut(Schema):
    """One import: how it is read, how far it has come, and counts that add up."""

    id: int = Field(..., examples=[4])
    noun: str = Field(..., examples=["people"])
    file_name: str = Field(..., examples=["customers.csv"])
    status: str = Field(..., examples=["done"])
    mode: str = Field(..., examples=["upsert"])
    is_dry_run: bool
    columns: list[str]
    mapping: dict[str, str]
    notes: list[str]
    seen: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    error: str


class Imports(Schema):
    """One page of imports, newest first unless sorted otherwise."""

    items: list[ImportOut]
    next: str | None = None


class Reject(Schema):
    """A refused row, as it stood in the file, and why."""

    row: int = Field(..., examples=[7])
    cells: list[str] = Field(..., examples=[["Ada", "ada@nowhere"]])
    reason: str = Field(..., examples=["“ada@nowhere” is not an e-mail address: its domain has no dot."])


class Rejects(Schema):
    """Refused rows in the order of the file."""

    items: list[Reject]
    next: str | None = None


class After(Schema):
    """Where the next page begins."""

    cursor: str = Field(
        "", max_length=20, description="`next` of the page before; empty for the first page.", examples=[""]
    )


@router.get("/imports", response={200: Imports, **ERRORS}, summary="List imports")
def list_imports(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """Return the imports this key may see that pass a filter, page by page."""
    rows = _runs(seer_of(request, "imports.see"))
    page = records_page(request, query, subject="import", rows=rows, shape=_shape, verb="imports.see")
    return answer(page)


@router.post("/imports", response={201: ImportOut, **ERRORS}, summary="Import a file")
def add_import(request: HttpRequest, values: Form[ImportIn], file: File[UploadedFile]) -> HttpResponse:
    """Look at a file (CSV of any kind, XLSX, XLS, ODS, also packed), map it and begin; a file that is no table is refused."""
    verb = "orders.import" if values.noun == "orders" else "people.import"
    seer_of(request, verb)
    by = actor_of(request)
    options = {
        "country": values.country.upper(),
        "currency": values.currency.upper(),
        "leaves_out": values.leave_out,
    }
    run = draft_upload(
        values.noun,
        file,
        by=by,
        mode=values.mode,
        options={name: value for name, value in options.items() if value},
    )
    said = _said(values.map)
    if said:
        run = map_run(run, run.mapping | _places(run, said), mode=values.mode, options={})
    if values.start:
        run = start_import(run, by=by, is_dry_run=values.dry_run)
    return answer(_shape(run), status=201)


@router.get("/imports/{int:import_id}", response={200: ImportOut, **ERRORS}, summary="Get an import")
def get_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Return one import with its counts as they stand."""
    return answer(_shape(_run(request, import_id)))


@router.patch("/imports/{int:import_id}", response={200: ImportOut, **ERRORS}, summary="Change a draft")
def patch_import(request: HttpRequest, import_id: int, values: ImportChange) -> HttpResponse:
    """Say otherwise how the file of a draft is to be taken in."""
    run = _run(request, import_id)
    given = {name: value for name, value in values.dict(exclude_unset=True).items() if value is not None}
    places = run.mapping | _places(run, given.pop("map", {}))
    mode = given.pop("mode", run.mode)
    run = map_run(run, places, mode=mode, options={OPTIONS[name]: value for name, value in given.items()})
    return answer(_shape(run))


@router.delete("/imports/{int:import_id}", response={204: None, **ERRORS}, summary="Throw a draft away")
def remove_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Throw an import away that has not begun; one that has is part of the history and can only be stopped."""
    run = _run(request, import_id)
    if run.status != "draft":
        raise RunOver
    cancel_import(run, by=actor_of(request))
    return gone()


@router.post("/imports/{int:import_id}/start", response={200: ImportOut, **ERRORS}, summary="Begin an import")
def begin_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Begin an import that waits as a draft."""
    return answer(_shape(start_import(_run(request, import_id), by=actor_of(request))))


@router.post(
    "/imports/{int:import_id}/cancellation", response={200: ImportOut, **ERRORS}, summary="Stop an import"
)
def stop_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Stop an import after the rows it is at; what was taken in stays."""
    return answer(_shape(cancel_import(_run(request, import_id), by=actor_of(request))))


@router.get(
    "/imports/{int:import_id}/rejects", response={200: Rejects, **ERRORS}, summary="List refused rows"
)
def list_rejects(request: HttpRequest, import_id: int, query: Query[After]) -> HttpResponse:
    """Return the rows that were refused, with the reason on each."""
    rows = ImportReject.objects.filter(run=_run(request, import_id)).order_by("pk")
    found = list((rows.filter(pk__gt=_cursor(query.cursor)) if query.cursor else rows)[: MOST_REJECTS + 1])
    items = [{"row": one.row, "cells": one.cells, "reason": one.reason} for one in found[:MOST_REJECTS]]
    more = str(found[MOST_REJECTS - 1].pk) if len(found) > MOST_REJECTS else None
    return answer({"items": items, "next": more})


OPTIONS = {"country": "country", "currency": "currency", "leave_out": "leaves_out"}


def _runs(seer: Seer) -> QuerySet[ImportRun]:
    nouns = [noun for noun, importer in importers().items() if may(seer, importer.verb)]
    return ImportRun.objects.filter(noun__in=nouns)


def _run(request: HttpRequest, import_id: int) -> ImportRun:
    seer = seer_of(request, "imports.see")
    run = _runs(seer).filter(pk=import_id).first()
    if run is None:
        raise NotThere
    require(may(seer, importer_of(run.noun).verb))
    return run


def _said(text: str) -> dict[str, str]:
    """Return the mapping a caller gives as JSON."""
    if not text.strip():
        return {}
    try:
        said = json.loads(text)
    except ValueError as problem:
        raise Invalid({"map": 'JSON such as {"email": "E-mail 1"} is needed.'}) from problem
    if not isinstance(said, dict) or not all(isinstance(part, str) for pair in said.items() for part in pair):
        raise Invalid({"map": "An object of field and column names is needed."})
    return said


def _places(run: ImportRun, said: dict[str, str]) -> dict[str, str]:
    """Return {place of the column: field}."""
    places: dict[str, str] = {}
    for field, column in said.items():
        place = column_named(run.reading["columns"], column)
        if place is None:
            raise Invalid({"map": f"There is no column “{column}” in the file."})
        places[str(place)] = field
    return places


def _cursor(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid({"cursor": "This is not a cursor of this list."})
    return int(text)


def _shape(run: ImportRun) -> dict[str, Any]:
    names = ("id", "noun", "file_name", "status", "mode", "is_dry_run", "mapping", "notes", "error")
    return (
        {name: getattr(run, name) for name in names}
        | {"columns": run.reading.get("columns", [])}
        | counts(run)
    )
