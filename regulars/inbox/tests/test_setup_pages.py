"""The settings of hours, targets, templates and satisfaction, as a manager uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.inbox.models import BusinessHours, ResponseTarget, SatisfactionSettings, Template
from regulars.team.models import AuditEntry, Member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[[Member], Client]
HX = {"HX-Request": "true"}
WEEK = {f"day_{number}": "9-17" for number in range(5)}


@pytest.fixture
def office(max_: Member, signed_in: SignIn) -> Client:
    return signed_in(max_)


def an_office(client: Client, **values: str) -> BusinessHours:
    given = {"name": "Office", "time_zone": "Europe/Helsinki", "country": "FI", **WEEK, **values}
    assert client.post("/settings/hours/new/", given, headers=HX).status_code == 204
    return BusinessHours.objects.get(name=given["name"])


def test_hours_are_made_shown_changed_and_thrown_away(office: Client) -> None:
    hours = an_office(office)
    page = office.get("/settings/hours/").content.decode()

    assert "09:00–17:00" in page and "Europe/Helsinki" in page

    again = {"name": "Office", "time_zone": "Europe/Helsinki", **WEEK, "day_5": "10–14"}
    assert office.post(f"/settings/hours/{hours.pk}/", again, headers=HX).status_code == 204
    hours.refresh_from_db()
    assert (hours.week[5], hours.country, hours.days.count()) == ([[600, 840]], "", 0)

    assert office.post(f"/settings/hours/{hours.pk}/removal/", headers=HX).status_code == 204
    assert AuditEntry.objects.filter(action="business_hours.changed").count() == 3


def test_what_cannot_be_read_is_said_beside_its_day(office: Client) -> None:
    page = office.post("/settings/hours/new/", {"name": "X", "time_zone": "UTC", "day_2": "nine"}, headers=HX)

    assert page.status_code == 422
    assert "nine is not" in page.content.decode()


def test_hours_in_use_cannot_be_thrown_away(office: Client) -> None:
    hours = an_office(office)
    office.post(
        "/settings/targets/new/", {"name": "Mail", "first_minutes": "4 h", "hours": hours.pk}, headers=HX
    )

    answer = office.post(f"/settings/hours/{hours.pk}/removal/", headers=HX)

    assert (answer.status_code, BusinessHours.objects.count()) == (409, 1)


def test_a_day_that_differs_is_noted_and_taken_back(office: Client) -> None:
    hours = an_office(office)

    office.post(f"/settings/hours/{hours.pk}/days/new/", {"on": "2030-05-02", "name": "Outing"}, headers=HX)
    day = hours.days.get(name="Outing")
    office.post(f"/settings/hours/days/{day.pk}/removal/", headers=HX)

    assert not hours.days.filter(name="Outing").exists()


def test_a_target_is_made_in_words_people_use(office: Client, max_: Member) -> None:
    hours = an_office(office)
    values = {
        "name": "Urgent", "first_minutes": "1 h 30 min", "warn_minutes": "20", "hours": hours.pk,
        "escalate_to": max_.pk, "notified": [max_.pk],
        "condition": json.dumps({"field": "priority", "op": "any_of", "value": ["3"]}),
    }  # fmt: skip

    answer = office.post("/settings/targets/new/", values, headers=HX)
    assert answer.status_code == 204, answer.content.decode()

    one = ResponseTarget.objects.get()
    assert (one.first_minutes, one.warn_minutes, one.next_minutes, one.escalate_to) == (90, 20, None, max_)
    page = office.get("/settings/targets/").content.decode()
    assert "1 h 30 min" in page and "Priority is" in page and "A mail on Friday" in page


def test_the_preview_says_what_it_means_for_friday_afternoon(office: Client) -> None:
    hours = an_office(office)

    page = office.get(
        "/settings/targets/preview/", {"first_minutes": "4 h", "hours": hours.pk}
    ).content.decode()
    unfinished = office.get("/settings/targets/preview/", {"first_minutes": "soon", "hours": "x"})

    assert "16:50 must be answered by Monday" in page and "12:50" in page
    assert unfinished.status_code == 200


def test_targets_are_switched_moved_and_taken_back(office: Client) -> None:
    for name in ("One", "Two"):
        office.post("/settings/targets/new/", {"name": name, "first_minutes": "60"}, headers=HX)
    two = ResponseTarget.objects.get(name="Two")

    office.post(f"/settings/targets/{two.pk}/up/", headers=HX)
    assert [one.name for one in ResponseTarget.objects.all()] == ["Two", "One"]
    office.post(f"/settings/targets/{two.pk}/switch/", headers=HX)
    two.refresh_from_db()
    assert not two.is_active
    office.post(f"/settings/targets/{two.pk}/removal/", headers=HX)
    assert ResponseTarget.objects.count() == 1


def test_a_filter_that_cannot_be_read_is_refused(office: Client) -> None:
    values = {
        "name": "X",
        "first_minutes": "60",
        "condition": json.dumps({"field": "nonsense", "op": "is", "value": 1}),
    }

    assert office.post("/settings/targets/new/", values, headers=HX).status_code == 422


def test_a_target_whose_filter_broke_says_so(office: Client, business: Any) -> None:
    office.post("/settings/targets/new/", {"name": "X", "first_minutes": "60"}, headers=HX)
    ResponseTarget.objects.update(condition={"field": "gone", "op": "is", "value": 1})

    assert "holds for nobody" in office.get("/settings/targets/").content.decode()


def test_templates_are_loaded_written_and_put_away(office: Client) -> None:
    office.post("/settings/templates/starters/", headers=HX)
    assert Template.objects.count() == 16

    values = {"name": "Own", "situation": "good", "body_en": "Hello {{ person.first_name | there }}"}
    assert office.post("/settings/templates/new/", values, headers=HX).status_code == 204
    own = Template.objects.get(name="Own")
    office.post(f"/settings/templates/{own.pk}/archive/", headers=HX)
    page = office.get("/settings/templates/").content.decode()

    assert "1 put away" in page and "Arrived damaged" in page


def test_a_gap_nobody_knows_is_refused_beside_its_language(office: Client) -> None:
    values = {"name": "Own", "situation": "good", "body_fi": "Hei {{ kuka }}"}

    page = office.post("/settings/templates/new/", values, headers=HX)

    assert page.status_code == 422
    assert "kuka is not known" in page.content.decode()


def test_the_satisfaction_request_is_switched_on(office: Client) -> None:
    office.post("/settings/satisfaction/", {"is_active": "on", "wait_hours": "5", "quiet_days": "9"})

    one = SatisfactionSettings.current()
    assert (one.is_active, one.wait_hours, one.quiet_days) == (True, 5, 9)


def test_who_answers_may_not_change_the_promises(aino: Member, signed_in: SignIn) -> None:
    client = signed_in(aino)

    assert {
        client.get(f"/settings/{name}/").status_code
        for name in ("hours", "targets", "templates", "satisfaction")
    } == {403}
