"""Tasks: what somebody has to do, perhaps for a person, by when; and reminding them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import NotThere
from regulars.people.actions.notes import url_of
from regulars.people.actions.reading import Reading
from regulars.people.events import TaskChanged, TaskCreated, TaskDeleted, TaskDone, TaskReopened
from regulars.people.models import Company, Person, Task
from regulars.team.models import Member, Notice

TASK_FIELDS = frozenset({"title", "description", "assignee", "due_at", "remind_at"})
REMIND_BATCH = 500


@transaction.atomic
def create_task(
    values: Mapping[str, Any], *, by: Actor, at: datetime, about: Person | Company | None = None
) -> Task:
    """Write down something to do: title, description, assignee, due_at, remind_at; for its author unless said otherwise."""
    if about is not None and about.deleted_at is not None:
        raise NotThere()
    columns = _read({"assignee": by.member_id, **values})
    task = Task(**columns, created_by=by.label[:200], created_at=at, updated_at=at)
    task.person = about if isinstance(about, Person) else None
    task.company = about if isinstance(about, Company) else None
    task.save(force_insert=True)
    _tell_assignee(task, by)
    announce(TaskCreated(**_about(task)), by=by, changes=changed({}, columns), occurred_at=at)
    return task


@transaction.atomic
def change_task(task: Task, *, by: Actor, at: datetime, **values: Any) -> Task:
    """Word, date or assign a task differently; a new time to remind at reminds again."""
    task = _locked(task)
    before = {
        name: getattr(task, name) for name in ("title", "description", "assignee_id", "due_at", "remind_at")
    }
    columns = _read(values, is_new=False)
    changes = changed(before, columns)
    if not changes:
        return task
    for name, value in columns.items():
        setattr(task, name, value)
    if "remind_at" in changes:
        task.reminded_at = None
    task.updated_at = at
    task.save()
    if "assignee_id" in changes:
        _tell_assignee(task, by)
    announce(TaskChanged(**_about(task)), by=by, changes=changes, occurred_at=at)
    return task


@transaction.atomic
def finish_task(task: Task, *, by: Actor, at: datetime) -> Task:
    """Tick a task off."""
    task = _locked(task)
    if task.done_at is not None:
        return task
    task.done_at, task.done_by, task.updated_at = at, by.label[:200], at
    task.save(update_fields=["done_at", "done_by", "updated_at"])
    announce(TaskDone(**_about(task)), by=by, changes={"done": [False, True]}, occurred_at=at)
    return task


@transaction.atomic
def reopen_task(task: Task, *, by: Actor, at: datetime) -> Task:
    """Put a task that was done back on the list."""
    task = _locked(task)
    if task.done_at is None:
        return task
    task.done_at, task.done_by, task.updated_at = None, "", at
    task.save(update_fields=["done_at", "done_by", "updated_at"])
    announce(TaskReopened(**_about(task)), by=by, changes={"done": [True, False]}, occurred_at=at)
    return task


@transaction.atomic
def delete_task(task: Task, *, by: Actor, at: datetime) -> Task:
    """Delete a task; `restore_task` brings it back."""
    task = _locked(task)
    task.deleted_at = at
    task.save(update_fields=["deleted_at"])
    announce(TaskDeleted(**_about(task)), by=by, changes={"title": [task.title, None]}, occurred_at=at)
    return task


@transaction.atomic
def restore_task(task: Task, *, by: Actor, at: datetime) -> Task:
    """Bring a deleted task back."""
    task = _locked(task, is_deleted=True)
    task.deleted_at = None
    task.save(update_fields=["deleted_at"])
    event = TaskDeleted(**_about(task), is_deleted=False)
    announce(event, by=by, changes={"title": [None, task.title]}, occurred_at=at)
    return task


_DUE = """
    UPDATE people_task SET reminded_at = %s WHERE id IN (
        SELECT id FROM people_task t
        WHERE remind_at <= %s AND done_at IS NULL AND reminded_at IS NULL AND deleted_at IS NULL
            AND NOT EXISTS (SELECT FROM people_person p WHERE p.id = t.person_id AND p.deleted_at IS NOT NULL)
            AND NOT EXISTS (SELECT FROM people_company c WHERE c.id = t.company_id AND c.deleted_at IS NOT NULL)
        ORDER BY remind_at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING id"""


@transaction.atomic
def remind_of_tasks(*, at: datetime) -> int:
    """Give a notice to everybody whose task's time to be reminded has come; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [at, at, REMIND_BATCH])
        numbers = [row[0] for row in cursor.fetchall()]
    due = Task.objects.filter(pk__in=numbers, assignee__is_active=True)
    tasks = list(due.select_related("assignee", "person", "company"))
    Notice.objects.bulk_create((_reminder(task) for task in tasks), ignore_conflicts=True)
    return len(tasks)


def _reminder(task: Task) -> Notice:
    assert task.assignee is not None  # noqa: S101  remind_of_tasks asks for tasks that have one
    about = task.person or task.company
    with override(task.assignee.language or "en"):
        text = _("To do: %(task)s") % {"task": task.title}
    words = f"{text} ({about})" if about else text
    key = f"task:{task.pk}:{task.remind_at:%Y%m%d%H%M}"
    return Notice(
        member=task.assignee, text=words[:300], url=url_of(about) or "/tasks/", icon="checkbox", key=key
    )


def _tell_assignee(task: Task, by: Actor) -> None:
    member = Member.objects.active().filter(pk=task.assignee_id).first() if task.assignee_id else None
    if member is None or member.pk == by.member_id:
        return
    with override(member.language or "en"):
        text = _("%(who)s gave you a task: %(task)s") % {"who": by.label, "task": task.title}
    Notice.objects.create(
        member=member, text=text[:300], url=url_of(task.person or task.company) or "/tasks/", icon="checkbox"
    )


def _read(values: Mapping[str, Any], *, is_new: bool = True) -> dict[str, Any]:
    reading = Reading()
    columns: dict[str, Any] = {}
    if is_new or "title" in values:
        columns["title"] = reading.text("title", values.get("title"), 200)
        if not columns["title"]:
            reading.refuse("title", _("This can't be blank."))
    if "description" in values:
        columns["description"] = reading.text("description", values["description"], 5_000, lines=True)
    if "assignee" in values:
        columns["assignee_id"] = reading.ref("assignee", values["assignee"], Member)
    for name in ("due_at", "remind_at"):
        if name in values:
            columns[name] = reading.moment(name, values[name])
    for name in values.keys() - TASK_FIELDS:
        reading.refuse(name, _("There is no such field."))
    reading.finish()
    return columns


def _locked(task: Task, *, is_deleted: bool = False) -> Task:
    found = Task.objects.select_for_update(of=("self",)).select_related("person", "company")
    stored = found.filter(pk=task.pk, deleted_at__isnull=not is_deleted).first()
    if stored is None:
        raise NotThere()
    return stored


def _about(task: Task) -> dict[str, Any]:
    return {
        "person_id": task.person_id,
        "company_id": task.company_id,
        "task_id": task.pk,
        "assignee_id": task.assignee_id,
        "words": task.title,
    }
