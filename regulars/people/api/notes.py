from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.kit.api import ERRORS, BatchOut, Deeds, DeedsIn, Sent, run_batch
from regulars.kit.clock import now
from regulars.people.actions.notes import change_note, delete_note, pin_note, unpin_note, write_note
from regulars.people.api.about import About, AboutOut, subject_of
from regulars.people.api.doors import (
    AboutQuery,
    about_reach,
    actor_of,
    answer,
    gone,
    narrowed,
    records_page,
    seer_of,
    the_row,
)
from regulars.people.models import Note

router = Router(tags=["notes"])
VERB = "notes.change"


class NoteIn(About):
    """A note in Markdown about a person or a company."""

    body: str = Field(..., max_length=20_000, examples=["Prefers to be called in the morning."])
    pinned: bool = False


class NoteChange(Sent):
    """What changes about a note."""

    body: str | None = Field(None, max_length=20_000, examples=["Prefers to be called after lunch."])
    pinned: bool | None = Field(None, examples=[True])


class NoteOut(AboutOut):
    """A note."""

    id: int = Field(..., examples=[5])
    body: str = Field(..., examples=["Prefers to be called in the morning."])
    author: str = Field(..., examples=["Olga Owner"])
    pinned: bool
    created_at: datetime
    updated_at: datetime


class Notes(Schema):
    """One page of notes, newest first unless sorted otherwise."""

    items: list[NoteOut]
    next: str | None = None


@router.get("/notes", response={200: Notes, **ERRORS}, summary="List notes")
def list_notes(request: HttpRequest, query: Query[AboutQuery]) -> HttpResponse:
    """Return notes about people and companies within reach that pass a filter, page by page."""
    rows = narrowed(request, Note.objects.filter(about_reach(request), deleted_at=None), query)
    return answer(records_page(request, query, subject="note", rows=rows, shape=note_shape))


@router.post("/notes", response={201: NoteOut, **ERRORS}, summary="Write a note")
def new_note(request: HttpRequest, values: NoteIn) -> HttpResponse:
    """Write a note about a person or a company."""
    return answer(note_shape(_create(request, values)), status=201)


@router.post(
    "/notes/batch", response={200: BatchOut, **ERRORS}, summary="Write, change or delete up to 1,000 notes"
)
def notes_batch(request: HttpRequest, rows: DeedsIn[NoteIn, NoteChange]) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    seer_of(request, VERB)
    deeds = Deeds[NoteIn, NoteChange](
        lambda values: _create(request, values).pk,
        lambda number, values: _change(request, number, values),
        lambda number: _delete(request, number),
    )
    return answer(run_batch(rows.items, deeds))


@router.get("/notes/{int:note_id}", response={200: NoteOut, **ERRORS}, summary="Get a note")
def get_note(request: HttpRequest, note_id: int) -> HttpResponse:
    """Return one note."""
    return answer(note_shape(the_row(request, _notes(), note_id, "people.see")))


@router.patch("/notes/{int:note_id}", response={200: NoteOut, **ERRORS}, summary="Change a note")
def patch_note(request: HttpRequest, note_id: int, values: NoteChange) -> HttpResponse:
    """Word a note differently, pin it or let it go."""
    return answer(note_shape(_change(request, note_id, values)))


@router.delete("/notes/{int:note_id}", response={204: None, **ERRORS}, summary="Delete a note")
def remove_note(request: HttpRequest, note_id: int) -> HttpResponse:
    """Delete a note."""
    _delete(request, note_id)
    return gone()


def note_shape(row: Note) -> dict[str, Any]:
    """Return a note."""
    return {
        "id": row.pk, "person": row.person_id, "company": row.company_id, "body": row.body, "author": row.author_label,
        "pinned": row.pinned_at is not None, "created_at": row.created_at, "updated_at": row.updated_at,
    }  # fmt: skip


def _create(request: HttpRequest, values: NoteIn) -> Note:
    note = write_note(subject_of(request, values, VERB), values.body, by=actor_of(request), at=now())
    return pin_note(note, by=actor_of(request), at=now()) if values.pinned else note


def _change(request: HttpRequest, note_id: int, values: NoteChange) -> Note:
    note = the_row(request, _notes(), note_id, VERB)
    if values.body is not None:
        note = change_note(note, values.body, by=actor_of(request), at=now())
    if values.pinned is not None and values.pinned != bool(note.pinned_at):
        note = (pin_note if values.pinned else unpin_note)(note, by=actor_of(request), at=now())
    return note


def _delete(request: HttpRequest, note_id: int) -> None:
    delete_note(the_row(request, _notes(), note_id, VERB), by=actor_of(request), at=now())


def _notes() -> QuerySet[Note]:
    return Note.objects.select_related("person", "company").filter(deleted_at=None)
