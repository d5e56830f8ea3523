"""Who asks is known from one statement, and never from what a process remembered."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.team import sessions
from regulars.team.models import Business, Member

pytestmark = pytest.mark.django_db
PAGE = "/palette/?q="


def sign_in(member: Member) -> Client:
    desk = Client()
    desk.force_login(member)
    return desk


def test_session_member_and_business_come_in_one_statement(olga: Member) -> None:
    desk = sign_in(olga)
    assert desk.get(PAGE).status_code == 200

    with CaptureQueriesContext(connection) as said:
        assert desk.get(PAGE).status_code == 200

    assert len(said.captured_queries) == 1


def test_a_process_that_remembers_wrongly_still_lets_in_the_right_one(olga: Member, sam: Member) -> None:
    desk = sign_in(olga)
    key = desk.cookies["sessionid"].value
    sessions._owners[key] = sam.pk

    assert desk.get("/settings/").context["member"] == olga
    assert sessions._owners[key] == olga.pk


def test_a_member_put_out_and_a_changed_password_end_the_session_at_once(olga: Member, sam: Member) -> None:
    desks = {member: sign_in(member) for member in (olga, sam)}
    for desk in desks.values():
        assert desk.get(PAGE).status_code == 200
    Member.objects.filter(pk=olga.pk).update(is_active=False)
    Member.objects.filter(pk=sam.pk).update(session_epoch=sam.session_epoch + 1)

    for desk in desks.values():
        assert desk.get(PAGE).status_code == 302


def test_a_stranger_and_a_made_up_session_are_nobody() -> None:
    desk = Client()
    assert desk.get(PAGE).status_code == 302
    desk.cookies["sessionid"] = "x" * 32
    assert desk.get(PAGE).status_code == 302


def test_the_business_is_read_once_and_anew_after_a_change() -> None:
    Business(pk=1, name="Roastery").save()
    with Business.kept(), CaptureQueriesContext(connection) as said:
        assert [Business.current().name for _time in range(3)] == ["Roastery"] * 3
        assert len(said.captured_queries) == 1
        changed = Business.objects.get(pk=1)
        changed.name = "Bakery"
        changed.save()
        assert Business.current().name == "Bakery"
    Business.objects.filter(pk=1).update(name="Brewery")
    assert Business.current().name == "Brewery"
