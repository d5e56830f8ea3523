"""Whose tasks a member sees, is counted and is reminded of."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.people.actions import (
    create_task,
    delete_company,
    delete_person,
    remind_of_tasks,
    restore_person,
)
from regulars.people.models import Task
from regulars.team.models import Member, Team
from tests.cast import a_company, a_person

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
AT = now() - timedelta(hours=2)


def shown(client: Client) -> list[str]:
    page = client.get("/tasks/?for=all").content.decode()
    return [task.title for task in Task.objects.order_by("pk") if task.title in page]


def counted(client: Client) -> int:
    return int(client.get("/tasks/").context["tasks_count"]())


def test_an_agent_sees_tasks_about_companies_within_reach(
    aino: Member, north: Team, south: Team, by_olga: Actor, signed_in: SignIn
) -> None:
    for title, about in (
        ("Call North Ltd", a_company("North Ltd", team=north)),
        ("Call South Ltd", a_company("South Ltd", team=south)),
        ("Call Nora", a_person("Nora", team=north)),
        ("Call Sven", a_person("Sven", team=south)),
        ("Count cups", None),
    ):
        create_task({"title": title, "assignee": None}, about=about, by=by_olga, at=AT)
    desk = signed_in(aino)

    assert shown(desk) == ["Call North Ltd", "Call Nora", "Count cups"]
    near, far = Task.objects.get(title="Call North Ltd"), Task.objects.get(title="Call South Ltd")
    assert desk.post(f"/tasks/{near.pk}/done/").status_code == 204
    assert desk.post(f"/tasks/{far.pk}/done/").status_code == 404


def test_tasks_about_whom_was_deleted_are_neither_shown_nor_counted_nor_reminded(
    olga: Member, by_olga: Actor, signed_in: SignIn
) -> None:
    ada, firm = a_person("Ada"), a_company("Firm")
    for title, about in (("Call Ada", ada), ("Call Firm", firm)):
        create_task({"title": title, "due_at": AT, "remind_at": AT}, about=about, by=by_olga, at=AT)
    desk = signed_in(olga)
    assert (shown(desk), counted(desk)) == (["Call Ada", "Call Firm"], 2)

    delete_person(ada, by=by_olga, at=AT)
    delete_company(firm, by=by_olga, at=AT)

    assert (shown(desk), counted(desk)) == ([], 0)
    assert remind_of_tasks(at=AT + timedelta(hours=1)) == 0

    restore_person(ada, by=by_olga, at=AT)
    assert (shown(desk), counted(desk)) == (["Call Ada"], 1)
    assert remind_of_tasks(at=AT + timedelta(hours=1)) == 1
