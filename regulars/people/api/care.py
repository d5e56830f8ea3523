from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.kit.api import Sent
from regulars.kit.clock import now
from regulars.kit.refused import Invalid
from regulars.people.actions.memos import add_memo, remove_memo
from regulars.people.actions.notes import change_note, delete_note, pin_note, unpin_note, write_note
from regulars.people.actions.todos import change_task, create_task, delete_task, finish_task, reopen_task
from regulars.people.api.doors import actor_of, answer, gone, seer_of, the_company, the_person, the_row
from regulars.people.api.persons import ERRORS
from regulars.people.models import Company, Memo, Note, Person, Task
from regulars.team.rules import Scope, allowed, row_rule

router = Router(tags=["notes, tasks and memos"])


class About(Sent):
    """Whom it is about."""

    person: int | None = None
    company: int | None = None


class AboutOut(Schema):
    """Whom it is about."""

    person: int | None = None
    company: int | None = None


class NoteIn(About):
    """A note in Markdown about a person or a company."""

    body: str = Field(..., max_length=20_000, examples=["Prefers to be called in the morning."])
    pinned: bool = False


class NoteChange(Sent):
    """What changes about a note."""

    body: str | None = Field(None, max_length=20_000)
    pinned: bool | None = None


class NoteOut(AboutOut):
    """A note."""

    id: int
    body: str
    author: str
    pinned: bool
    created_at: datetime
    updated_at: datetime


class TaskChange(Sent):
    """What changes about a task."""

    title: str | None = Field(None, max_length=200, examples=["Call about the delivery"])
    description: str | None = Field(None, max_length=5_000)
    assignee: int | None = None
    due_at: datetime | None = None
    remind_at: datetime | None = None
    done: bool | None = None


class TaskIn(TaskChange, About):
    """Something to do, perhaps for a person or a company."""

    title: str = Field(..., max_length=200, examples=["Call about the delivery"])


class TaskOut(AboutOut):
    """A task."""

    id: int
    title: str
    description: str
    assignee: int | None
    due_at: datetime | None
    remind_at: datetime | None
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime


class MemoIn(Sent):
    """A fact to remember about a person."""

    person: int
    text: str = Field(..., max_length=300, examples=["Has a dog named Riku"])


class MemoOut(Schema):
    """A memo."""

    id: int
    person: int
    text: str
    author: str
    created_at: datetime


class Which(AboutOut):
    """Whose, and which page."""

    cursor: int | None = Field(None, ge=1, le=2**62, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=1000)


class Notes(Schema):
    """One page of notes, newest first."""

    items: list[NoteOut]
    next: int | None = None


class Tasks(Schema):
    """One page of tasks, newest first."""

    items: list[TaskOut]
    next: int | None = None


class Memos(Schema):
    """One page of memos, newest first."""

    items: list[MemoOut]
    next: int | None = None


@router.get("/notes", response={200: Notes, **ERRORS}, summary="List notes")
def list_notes(request: HttpRequest, which: Query[Which]) -> HttpResponse:
    """Return notes about people and companies within reach, newest first."""
    return answer(_page(request, Note.objects.filter(deleted_at=None), which, note_shape))


@router.post("/notes", response={201: NoteOut, **ERRORS}, summary="Write a note")
def new_note(request: HttpRequest, values: NoteIn) -> HttpResponse:
    """Write a note about a person or a company."""
    note = write_note(_about(request, values, "notes.change"), values.body, by=actor_of(request), at=now())
    if values.pinned:
        note = pin_note(note, by=actor_of(request), at=now())
    return answer(note_shape(note), status=201)


@router.patch("/notes/{int:note_id}", response={200: NoteOut, **ERRORS}, summary="Change a note")
def patch_note(request: HttpRequest, note_id: int, values: NoteChange) -> HttpResponse:
    """Word a note differently, pin it or let it go."""
    note = the_row(request, _notes(), note_id, "notes.change")
    if values.body is not None:
        note = change_note(note, values.body, by=actor_of(request), at=now())
    if values.pinned is not None and values.pinned != bool(note.pinned_at):
        note = (pin_note if values.pinned else unpin_note)(note, by=actor_of(request), at=now())
    return answer(note_shape(note))


@router.delete("/notes/{int:note_id}", response={204: None, **ERRORS}, summary="Delete a note")
def remove_note(request: HttpRequest, note_id: int) -> HttpResponse:
    """Delete a note."""
    delete_note(the_row(request, _notes(), note_id, "notes.change"), by=actor_of(request), at=now())
    return gone()


@router.get("/tasks", response={200: Tasks, **ERRORS}, summary="List tasks")
def list_tasks(request: HttpRequest, which: Query[Which]) -> HttpResponse:
    """Return tasks within reach, newest first."""
    return answer(_page(request, Task.objects.filter(deleted_at=None), which, task_shape))


@router.post("/tasks", response={201: TaskOut, **ERRORS}, summary="Add a task")
def new_task(request: HttpRequest, values: TaskIn) -> HttpResponse:
    """Write down something to do."""
    seer_of(request, "tasks.change")
    about = _about(request, values, "tasks.change") if values.person or values.company else None
    columns = {name: value for name, value in values.dict(exclude_unset=True).items() if name in TASK}
    task = create_task(columns, by=actor_of(request), at=now(), about=about)
    return answer(task_shape(_with_done(request, task, values.done)), status=201)


@router.patch("/tasks/{int:task_id}", response={200: TaskOut, **ERRORS}, summary="Change a task")
def patch_task(request: HttpRequest, task_id: int, values: TaskChange) -> HttpResponse:
    """Change a task; `done` ticks it off or puts it back."""
    task = the_row(request, _tasks(), task_id, "tasks.change")
    columns = {name: value for name, value in values.dict(exclude_unset=True).items() if name in TASK}
    if columns:
        task = change_task(task, by=actor_of(request), at=now(), **columns)
    return answer(task_shape(_with_done(request, task, values.done)))


@router.delete("/tasks/{int:task_id}", response={204: None, **ERRORS}, summary="Delete a task")
def remove_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """Delete a task."""
    delete_task(the_row(request, _tasks(), task_id, "tasks.change"), by=actor_of(request), at=now())
    return gone()


@router.get("/memos", response={200: Memos, **ERRORS}, summary="List memos")
def list_memos(request: HttpRequest, which: Query[Which]) -> HttpResponse:
    """Return memos of people within reach, newest first."""
    return answer(_page(request, Memo.objects.all(), which, memo_shape))


@router.post("/memos", response={201: MemoOut, **ERRORS}, summary="Remember something")
def new_memo(request: HttpRequest, values: MemoIn) -> HttpResponse:
    """Remember a fact about a person."""
    found = the_person(request, values.person, "notes.change")
    return answer(memo_shape(add_memo(found, values.text, by=actor_of(request), at=now())), status=201)


@router.delete("/memos/{int:memo_id}", response={204: None, **ERRORS}, summary="Forget a memo")
def forget_memo(request: HttpRequest, memo_id: int) -> HttpResponse:
    """Forget a fact."""
    remove_memo(
        the_row(request, Memo.objects.select_related("person"), memo_id, "notes.change"),
        by=actor_of(request),
        at=now(),
    )
    return gone()


TASK = ("title", "description", "assignee", "due_at", "remind_at")


def note_shape(row: Note) -> dict[str, Any]:
    """Return a note."""
    return {
        "id": row.pk, "person": row.person_id, "company": row.company_id, "body": row.body, "author": row.author_label,
        "pinned": row.pinned_at is not None, "created_at": row.created_at, "updated_at": row.updated_at,
    }  # fmt: skip


def task_shape(row: Task) -> dict[str, Any]:
    """Return a task."""
    names = ("title", "description", "due_at", "remind_at", "done_at", "created_at", "updated_at")
    told = {name: getattr(row, name) for name in names}
    return {
        "id": row.pk,
        "person": row.person_id,
        "company": row.company_id,
        "assignee": row.assignee_id,
        **told,
    }


def memo_shape(row: Memo) -> dict[str, Any]:
    """Return a memo."""
    return {
        "id": row.pk,
        "person": row.person_id,
        "text": row.text,
        "author": row.author_label,
        "created_at": row.created_at,
    }


def _page(request: HttpRequest, rows: QuerySet[Any], which: Which, shape: Any) -> dict[str, Any]:
    seer = seer_of(request, "people.see")
    if which.person:
        rows = rows.filter(person=the_person(request, which.person))
    if which.company:
        rows = (
            rows.filter(company=the_company(request, which.company))
            if hasattr(rows.model, "company")
            else rows.none()
        )
    if allowed(seer, "people.see") != Scope.ALL:
        rows = rows.filter(row_rule(seer, "people.see", keeper="person__keeper", team="person__team"))
    if which.cursor:
        rows = rows.filter(pk__lt=which.cursor)
    found = list(rows.order_by("-pk")[: which.limit + 1])
    more = len(found) > which.limit
    found = found[: which.limit]
    return {"items": [shape(row) for row in found], "next": found[-1].pk if more else None}


def _about(request: HttpRequest, values: About, verb: str) -> Person | Company:
    if values.person is not None:
        return the_person(request, values.person, verb)
    if values.company is None:
        raise Invalid({"person": "Say which person or company it is about."})
    return the_company(request, values.company, verb)


def _with_done(request: HttpRequest, task: Task, wanted: bool | None) -> Task:
    if wanted is None or wanted == bool(task.done_at):
        return task
    return (finish_task if wanted else reopen_task)(task, by=actor_of(request), at=now())


def _notes() -> QuerySet[Note]:
    return Note.objects.select_related("person", "company").filter(deleted_at=None)


def _tasks() -> QuerySet[Task]:
    return Task.objects.select_related("person", "company").filter(deleted_at=None)
