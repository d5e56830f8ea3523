from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.kit.api import ERRORS, BatchOut, Deeds, DeedsIn, Sent, run_batch
from regulars.kit.clock import now
from regulars.people.actions.todos import change_task, create_task, delete_task, finish_task, reopen_task
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
from regulars.people.models import Task

router = Router(tags=["tasks"])
VERB = "tasks.change"
COLUMNS = ("title", "description", "assignee", "due_at", "remind_at")


class TaskChange(Sent):
    """What changes about a task."""

    title: str | None = Field(None, max_length=200, examples=["Call about the delivery"])
    description: str | None = Field(None, max_length=5_000)
    assignee: int | None = None
    due_at: datetime | None = Field(None, examples=["2026-03-01T12:00:00Z"])
    remind_at: datetime | None = None
    done: bool | None = None


class TaskIn(TaskChange, About):
    """Something to do, perhaps for a person or a company."""

    title: str = Field(..., max_length=200, examples=["Call about the delivery"])


class TaskOut(AboutOut):
    """A task."""

    id: int = Field(..., examples=[9])
    title: str = Field(..., examples=["Call about the delivery"])
    description: str
    assignee: int | None
    due_at: datetime | None
    remind_at: datetime | None
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Tasks(Schema):
    """One page of tasks, newest first unless sorted otherwise."""

    items: list[TaskOut]
    next: str | None = None


@router.get("/tasks", response={200: Tasks, **ERRORS}, summary="List tasks")
def list_tasks(request: HttpRequest, query: Query[AboutQuery]) -> HttpResponse:
    """Return tasks within reach, and those about nobody, that pass a filter, page by page."""
    reach = about_reach(request) | Q(person=None, company=None)
    rows = narrowed(request, Task.objects.filter(reach, deleted_at=None), query)
    return answer(records_page(request, query, subject="task", rows=rows, shape=task_shape))


@router.post("/tasks", response={201: TaskOut, **ERRORS}, summary="Add a task")
def new_task(request: HttpRequest, values: TaskIn) -> HttpResponse:
    """Write down something to do."""
    return answer(task_shape(_create(request, values)), status=201)


@router.post(
    "/tasks/batch", response={200: BatchOut, **ERRORS}, summary="Add, change or delete up to 1,000 tasks"
)
def tasks_batch(request: HttpRequest, rows: DeedsIn[TaskIn, TaskChange]) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    seer_of(request, VERB)
    deeds = Deeds[TaskIn, TaskChange](
        lambda values: _create(request, values).pk,
        lambda number, values: _change(request, number, values),
        lambda number: _delete(request, number),
    )
    return answer(run_batch(rows.items, deeds))


@router.get("/tasks/{int:task_id}", response={200: TaskOut, **ERRORS}, summary="Get a task")
def get_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """Return one task."""
    return answer(task_shape(the_row(request, _tasks(), task_id, "people.see")))


@router.patch("/tasks/{int:task_id}", response={200: TaskOut, **ERRORS}, summary="Change a task")
def patch_task(request: HttpRequest, task_id: int, values: TaskChange) -> HttpResponse:
    """Change a task; `done` ticks it off or puts it back."""
    return answer(task_shape(_change(request, task_id, values)))


@router.delete("/tasks/{int:task_id}", response={204: None, **ERRORS}, summary="Delete a task")
def remove_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """Delete a task."""
    _delete(request, task_id)
    return gone()


def task_shape(row: Task) -> dict[str, Any]:
    """Return a task."""
    names = ("title", "description", "due_at", "remind_at", "done_at", "created_at", "updated_at")
    about = {"id": row.pk, "person": row.person_id, "company": row.company_id, "assignee": row.assignee_id}
    return about | {name: getattr(row, name) for name in names}


def _create(request: HttpRequest, values: TaskIn) -> Task:
    seer_of(request, VERB)
    about = subject_of(request, values, VERB) if values.person or values.company else None
    task = create_task(_columns(values), by=actor_of(request), at=now(), about=about)
    return _with_done(request, task, values.done)


def _change(request: HttpRequest, task_id: int, values: TaskChange) -> Task:
    task, columns = the_row(request, _tasks(), task_id, VERB), _columns(values)
    if columns:
        task = change_task(task, by=actor_of(request), at=now(), **columns)
    return _with_done(request, task, values.done)


def _delete(request: HttpRequest, task_id: int) -> None:
    delete_task(the_row(request, _tasks(), task_id, VERB), by=actor_of(request), at=now())


def _columns(values: TaskChange) -> dict[str, Any]:
    return {name: value for name, value in values.dict(exclude_unset=True).items() if name in COLUMNS}


def _with_done(request: HttpRequest, task: Task, wanted: bool | None) -> Task:
    if wanted is None or wanted == bool(task.done_at):
        return task
    return (finish_task if wanted else reopen_task)(task, by=actor_of(request), at=now())


def _tasks() -> QuerySet[Task]:
    return Task.objects.select_related("person", "company").filter(deleted_at=None)
