"""The permission table and what reads it: rows, gates and the page that shows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from regulars.kit.refused import NotAllowed
from regulars.kit.requests import Request
from regulars.people.models import Person
from regulars.team.gate import members_only, needs, open_to_all
from regulars.team.models import Member, Team
from regulars.team.queries import AREAS, DEEDS, permissions
from regulars.team.rules import PERMISSIONS, VERBS, Scope, UnknownVerb, allowed, is_scope, may_grant, reaches
from tests.cast import a_person, an_api_key

pytestmark = pytest.mark.django_db


def asked(member: Member | None, method: str = "get", path: str = "/somewhere/?x=1") -> Request:
    request = getattr(RequestFactory(), method)(path)
    request.member = member
    return request  # type: ignore[no-any-return]


def hello(request: Request) -> HttpResponse:
    return HttpResponse("hello")


def test_owners_may_do_everything_and_nobody_nothing(olga: Member) -> None:
    assert {allowed(olga, verb) for verb in VERBS} == {Scope.ALL}
    assert {allowed(None, verb) for verb in VERBS} == {Scope.NONE}


def test_an_unknown_verb_is_our_mistake(olga: Member) -> None:
    with pytest.raises(UnknownVerb):
        allowed(olga, "people.eat")
    with pytest.raises(UnknownVerb):
        needs("people.eat")


def test_an_agent_sees_customers_of_the_team_and_those_they_keep(
    aino: Member, sam: Member, olga: Member, north: Team, south: Team
) -> None:
    ours, theirs, kept = (
        a_person("Ours", team=north),
        a_person("Theirs", team=south),
        a_person("Kept", keeper=aino),
    )
    nobodys = a_person("Nobodys")

    def seen(member: Member) -> set[str]:
        return {person.name for person in Person.objects.visible_to(member)}  # type: ignore[attr-defined]

    assert seen(aino) == {"Ours", "Kept"}
    assert seen(sam) == {"Theirs"}
    assert seen(olga) == {"Ours", "Theirs", "Kept", "Nobodys"}
    assert [reaches(aino, "people.change", one) for one in (ours, theirs, kept, nobodys)] == [
        True,
        False,
        True,
        False,
    ]


def test_a_key_of_an_agent_sees_its_teams_alone(north: Team, south: Team) -> None:
    a_person("Ours", team=north)
    a_person("Theirs", team=south)
    key = an_api_key("agent")
    key.teams.add(north)

    assert [person.name for person in Person.objects.visible_to(key)] == ["Ours"]  # type: ignore[attr-defined]


def test_only_owners_make_owners(olga: Member, max_: Member, aino: Member) -> None:
    grants = [may_grant(who, role) for who in (olga, max_, aino) for role in ("owner", "agent")]

    assert grants == [True, True, False, True, False, False]


def test_a_scope_is_a_verb_or_an_area() -> None:
    assert [is_scope(scope) for scope in ("people.see", "people", "people.*", "peo", "people.eat")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_the_gate_lets_in_whom_the_table_lets_in(olga: Member, aino: Member) -> None:
    view = needs("keys.change")(hello)

    entered = view(asked(olga))
    stranger = view(asked(None))
    posted = view(asked(None, "post"))

    assert entered.content == b"hello"
    assert stranger.headers["Location"] == "/accounts/login/?next=/somewhere/%3Fx%3D1"
    assert posted.headers["Location"] == "/accounts/login/?next=/"
    with pytest.raises(NotAllowed):
        view(asked(aino))


def test_views_tell_their_verb() -> None:
    assert needs("people.see")(hello).verb == "people.see"  # type: ignore[attr-defined]
    assert members_only(hello).verb == ""  # type: ignore[attr-defined]
    assert open_to_all(lambda request: HttpResponse()).open_to_all  # type: ignore[attr-defined]


def test_every_line_of_the_table_reads_as_words() -> None:
    assert {verb.split(".")[0] for verb in VERBS} <= set(AREAS)
    assert {verb.split(".")[1] for verb in VERBS} <= set(DEEDS)
    assert sum(len(lines) for _area, lines in permissions()) == len(VERBS)


def test_the_page_shows_the_table_that_decides(ana: Member, signed_in: Callable[[Member], Client]) -> None:
    page = signed_in(ana).get("/settings/permissions/").content.decode()

    yes = sum(reach == Scope.ALL for reach in PERMISSIONS.values())
    teams = sum(reach == Scope.TEAM for reach in PERMISSIONS.values())
    assert (page.count("reach-all"), page.count("Their teams</span>")) == (yes, teams)
