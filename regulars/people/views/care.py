"""Notes, memos and preferences: what the team writes down about somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import done
from regulars.kit.refused import NotThere, require
from regulars.kit.requests import Request
from regulars.people.actions.memos import add_memo, add_preference, remove_memo, remove_preference
from regulars.people.actions.notes import (
    change_note,
    delete_note,
    pin_note,
    restore_note,
    unpin_note,
    write_note,
)
from regulars.people.forms import NoteForm
from regulars.people.models import Company, Memo, Note, Person, Preference
from regulars.people.views.boxes import Done, box
from regulars.people.views.person import find_person
from regulars.people.views.undo import takes_back, undo_url
from regulars.team.gate import needs
from regulars.team.rules import reaches

NOTES = "notes.change"


@require_POST
@needs(NOTES)
def notes(request: Request, person_id: int) -> HttpResponse:
    """Write a note about a person, pinned if wanted."""
    found = find_person(request, person_id, NOTES)
    note = write_note(found, request.POST.get("body", ""), by=request.actor, at=now())
    if request.POST.get("pin"):
        pin_note(note, by=request.actor, at=now())
    return done(_("Note added."), undo=undo_url("note", note=note.pk), event="notes-changed")


@require_http_methods(["GET", "POST"])
@needs(NOTES)
def note(request: Request, note_id: int) -> HttpResponse:
    """Word a note differently."""
    found = _note(request, note_id)

    def work(values: dict[str, Any]) -> Done:
        undo = undo_url("note_body", note=found.pk, body=found.body)
        change_note(found, values["body"], by=request.actor, at=now())
        return Done(_("Note saved."), ("notes-changed",), undo)

    form = NoteForm(request.POST or None, initial={"body": found.body})
    return box(request, form, title=_("Edit the note"), submit=_("Save"), work=work)


@require_POST
@needs(NOTES)
def note_pin(request: Request, note_id: int) -> HttpResponse:
    """Pin a note to the top, or let it go."""
    found = _note(request, note_id)
    if found.pinned_at:
        unpin_note(found, by=request.actor, at=now())
        return done(_("Unpinned."), event="notes-changed")
    pin_note(found, by=request.actor, at=now())
    return done(_("Pinned to the top."), event="notes-changed")


@require_POST
@needs(NOTES)
def note_removal(request: Request, note_id: int) -> HttpResponse:
    """Delete a note."""
    found = _note(request, note_id)
    delete_note(found, by=request.actor, at=now())
    return done(_("Note deleted."), undo=undo_url("note_removal", note=found.pk), event="notes-changed")


@takes_back("note")
def _undo_note(request: Request, what: dict[str, Any], at: datetime) -> str:
    delete_note(_note(request, what["note"]), by=request.actor, at=at)
    return "notes-changed"


@takes_back("note_body")
def _undo_note_body(request: Request, what: dict[str, Any], at: datetime) -> str:
    change_note(_note(request, what["note"]), what["body"], by=request.actor, at=at)
    return "notes-changed"


@takes_back("note_removal")
def _undo_note_removal(request: Request, what: dict[str, Any], at: datetime) -> str:
    restore_note(_note(request, what["note"], is_deleted=True), by=request.actor, at=at)
    return "notes-changed"


@require_POST
@needs(NOTES)
def memos(request: Request, person_id: int) -> HttpResponse:
    """Remember a fact, a preference, a need or a goal."""
    found = find_person(request, person_id, NOTES)
    kind, text = request.POST.get("kind", "memo"), request.POST.get("text", "")
    if kind == "memo":
        undo = undo_url("memo", memo=add_memo(found, text, by=request.actor, at=now()).pk)
    else:
        undo = undo_url(
            "preference", preference=add_preference(found, text, kind=kind, by=request.actor, at=now()).pk
        )
    return done(_("Remembered."), undo=undo, event="memos-changed")


@require_POST
@needs(NOTES)
def memo_removal(request: Request, memo_id: int) -> HttpResponse:
    """Forget a fact."""
    found = _memo(request, memo_id)
    undo = undo_url("memo_removal", person=found.person_id, text=found.text)
    remove_memo(found, by=request.actor, at=now())
    return done(_("Forgotten."), undo=undo, event="memos-changed")


@require_POST
@needs(NOTES)
def preference_removal(request: Request, preference_id: int) -> HttpResponse:
    """Remove a preference, need or goal."""
    found = _preference(request, preference_id)
    undo = undo_url("preference_removal", person=found.person_id, text=found.text, kind=found.kind)
    remove_preference(found, by=request.actor, at=now())
    return done(_("Removed."), undo=undo, event="memos-changed")


@takes_back("memo")
def _undo_memo(request: Request, what: dict[str, Any], at: datetime) -> str:
    remove_memo(_memo(request, what["memo"]), by=request.actor, at=at)
    return "memos-changed"


@takes_back("preference")
def _undo_preference(request: Request, what: dict[str, Any], at: datetime) -> str:
    remove_preference(_preference(request, what["preference"]), by=request.actor, at=at)
    return "memos-changed"


@takes_back("memo_removal")
def _undo_memo_removal(request: Request, what: dict[str, Any], at: datetime) -> str:
    add_memo(find_person(request, what["person"], NOTES), what["text"], by=request.actor, at=at)
    return "memos-changed"


@takes_back("preference_removal")
def _undo_preference_removal(request: Request, what: dict[str, Any], at: datetime) -> str:
    found = find_person(request, what["person"], NOTES)
    add_preference(found, what["text"], kind=what["kind"], by=request.actor, at=at)
    return "memos-changed"


def _note(request: Request, note_id: int, *, is_deleted: bool = False) -> Note:
    rows = Note.objects.select_related("person", "company")
    found = rows.filter(pk=note_id, deleted_at__isnull=not is_deleted).first()
    if found is None:
        raise NotThere
    _require(request, found.person or found.company)
    return found


def _memo(request: Request, memo_id: int) -> Memo:
    found = Memo.objects.select_related("person").filter(pk=memo_id).first()
    if found is None:
        raise NotThere
    _require(request, found.person)
    return found


def _preference(request: Request, preference_id: int) -> Preference:
    found = Preference.objects.select_related("person").filter(pk=preference_id).first()
    if found is None:
        raise NotThere
    _require(request, found.person)
    return found


def _require(request: Request, about: Person | Company | None) -> None:
    verb = "companies.see" if isinstance(about, Company) else "people.see"
    if about is None or about.deleted_at is not None or not reaches(request.member, verb, about):
        raise NotThere
    require(reaches(request.member, NOTES, about))
