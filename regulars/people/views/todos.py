"""Tasks: the member's own page of them, and the box in which one is made or changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.kit.clock import now
from regulars.kit.htmx import done, wants_fragment
from regulars.kit.refused import NotThere, require
from regulars.kit.requests import Request
from regulars.people.actions.todos import (
    change_task,
    create_task,
    delete_task,
    finish_task,
    reopen_task,
    restore_task,
)
from regulars.people.forms import TaskForm
from regulars.people.models import Company, Person, Task
from regulars.people.views.boxes import Done, box
from regulars.people.views.company import find_company
from regulars.people.views.person import find_person
from regulars.people.views.undo import takes_back, undo_url
from regulars.team.gate import needs
from regulars.team.rules import reaches, row_rule

VERB = "tasks.change"
PAGE = 100


@require_GET
@needs(VERB)
def tasks(request: Request) -> HttpResponse:
    """Show what is to be done, mine or everybody's, late things first."""
    whose, rows = request.GET.get("for", "me"), visible_tasks(request)
    if whose == "me":
        rows = rows.filter(assignee=request.member)
    elif whose == "nobody":
        rows = rows.filter(assignee=None)
    state = request.GET.get("state", "open")
    rows = (
        rows.filter(done_at=None).order_by("due_at", "id")
        if state == "open"
        else rows.exclude(done_at=None).order_by("-done_at")
    )
    context = {
        "groups": _groups(list(rows[:PAGE]), state),
        "tabs": _tabs(whose, state),
        "now": now(),
        "more": rows.count() > PAGE,
    }
    return render(request, "people/_tasks.html" if wants_fragment(request) else "people/tasks.html", context)


@require_http_methods(["GET", "POST"])
@needs(VERB)
def new_task(request: Request) -> HttpResponse:
    """Make a task, about a person when it is asked for from their page."""
    about = _about(request)

    def work(values: dict[str, Any]) -> Done:
        task = create_task(values, by=request.actor, at=now(), about=about)
        return Done(_("Task added."), ("tasks-changed",), undo_url("task", task=task.pk))

    first = {"assignee": str(request.member.pk)}
    form = TaskForm(request.POST or None, initial=first)
    return box(
        request,
        form,
        title=_("New task"),
        submit=_("Add task"),
        work=work,
        intro=str(about or ""),
    )


@require_http_methods(["GET", "POST"])
@needs(VERB)
def task(request: Request, task_id: int) -> HttpResponse:
    """Change a task."""
    found = find_task(request, task_id)

    def work(values: dict[str, Any]) -> Done:
        change_task(found, by=request.actor, at=now(), **values)
        return Done(_("Task saved."), ("tasks-changed",))

    form = TaskForm(request.POST or None, initial=_initial(found))
    return box(
        request,
        form,
        title=_("Edit the task"),
        submit=_("Save"),
        work=work,
        intro=str(found.person or found.company or ""),
    )


@require_POST
@needs(VERB)
def task_done(request: Request, task_id: int) -> HttpResponse:
    """Tick a task off, or put it back on the list."""
    found = find_task(request, task_id)
    if found.done_at:
        reopen_task(found, by=request.actor, at=now())
        return done(_("Back on the list."), event="tasks-changed")
    finish_task(found, by=request.actor, at=now())
    return done(
        _("Done: %(title)s") % {"title": found.title},
        undo=undo_url("task_done", task=found.pk),
        event="tasks-changed",
    )


@require_POST
@needs(VERB)
def task_removal(request: Request, task_id: int) -> HttpResponse:
    """Delete a task."""
    found = find_task(request, task_id)
    delete_task(found, by=request.actor, at=now())
    return done(_("Task deleted."), undo=undo_url("task_removal", task=found.pk), event="tasks-changed")


@takes_back("task")
def _undo_task(request: Request, what: dict[str, Any], at: datetime) -> str:
    delete_task(find_task(request, what["task"]), by=request.actor, at=at)
    return "tasks-changed"


@takes_back("task_done")
def _undo_done(request: Request, what: dict[str, Any], at: datetime) -> str:
    reopen_task(find_task(request, what["task"]), by=request.actor, at=at)
    return "tasks-changed"


@takes_back("task_removal")
def _undo_removal(request: Request, what: dict[str, Any], at: datetime) -> str:
    restore_task(find_task(request, what["task"], is_deleted=True), by=request.actor, at=at)
    return "tasks-changed"


def _about(request: Request) -> Person | Company | None:
    person_id, company_id = request.GET.get("person", ""), request.GET.get("company", "")
    if person_id.isdigit():
        return find_person(request, int(person_id), VERB)
    return find_company(request, int(company_id), VERB) if company_id.isdigit() else None


def visible_tasks(request: Request, *, is_deleted: bool = False) -> QuerySet[Task]:
    """Return the tasks a member may see: their own, those of customers and companies in their reach, unbound ones of everyone."""
    rows = Task.objects.select_related("person", "company", "assignee").filter(
        person__deleted_at=None, company__deleted_at=None, deleted_at__isnull=not is_deleted
    )
    mine, unbound = Q(assignee=request.member), Q(person=None, company=None)
    return rows.filter(mine | unbound | _of_reach(request, "person") | _of_reach(request, "company"))


def _of_reach(request: Request, about: str) -> Q:
    """Return the condition on tasks about a customer, or about a company, within a member's reach."""
    verb = {"person": "people.see", "company": "companies.see"}[about]
    reach = row_rule(request.member, verb, keeper=f"{about}__keeper", team=f"{about}__team")
    return Q(**{f"{about}__isnull": False}) & reach


def find_task(request: Request, task_id: int, *, is_deleted: bool = False) -> Task:
    """Return a task this member may change."""
    found = visible_tasks(request, is_deleted=is_deleted).filter(pk=task_id).first()
    if found is None:
        raise NotThere
    about: Person | Company | None = found.person or found.company
    require(about is None or found.assignee_id == request.member.pk or reaches(request.member, VERB, about))
    return found


def _groups(rows: list[Task], state: str) -> list[dict[str, Any]]:
    if state != "open":
        return [{"label": _("Done"), "tasks": rows}] if rows else []
    groups: dict[str, list[Task]] = {
        _("Late"): [],
        _("Today"): [],
        _("This week"): [],
        _("Later"): [],
        _("Without a date"): [],
    }
    for row in rows:
        groups[_when(row)].append(row)
    return [{"label": label, "tasks": some} for label, some in groups.items() if some]


def _when(row: Task) -> str:
    if row.due_at is None:
        return _("Without a date")
    due, current = timezone.localtime(row.due_at), timezone.localtime(now())
    if due < current:
        return _("Late")
    if due.date() == current.date():
        return _("Today")
    return _("This week") if due < current + timedelta(days=7) else _("Later")


def _tabs(whose: str, state: str) -> list[dict[str, Any]]:
    wanted = [
        ("me", "open", _("Mine")),
        ("all", "open", _("Everybody's")),
        ("nobody", "open", _("Nobody's")),
        ("me", "done", _("Done")),
    ]
    return [
        {"label": label, "url": f"?for={one}&state={kind}", "active": (whose, state) == (one, kind)}
        for one, kind, label in wanted
    ]


def _initial(found: Task) -> dict[str, Any]:
    def local(at: datetime | None) -> str:
        return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") if at else ""

    return {
        "title": found.title,
        "description": found.description,
        "assignee": str(found.assignee_id or ""),
        "due_at": local(found.due_at),
        "remind_at": local(found.remind_at),
    }
