"""What every route of people needs: who asks, what they may, and the rows within their reach."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.filters import Asker, Source
from regulars.kit.refused import NotThere, require
from regulars.people.models import Company, Person
from regulars.team.rules import Scope, Seer, allowed, may, reaches

Row = TypeVar("Row", bound=Model)


def seer_of(request: HttpRequest, verb: str) -> Seer:
    """Return who asks, refusing those without the verb."""
    seer = cast(Seer, vars(request)["seer"])
    require(may(seer, verb))
    return seer


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor of what this request does."""
    return cast(Actor, vars(request)["actor"])


def asker_of(seer: Seer) -> Asker:
    """Return for whom a filter is read."""
    return Asker(now=now(), may_see=lambda verb: may(seer, verb), member_id=seer.member_id)


def the_person(request: HttpRequest, person_id: int, verb: str = "people.see") -> Person:
    """Return a person the asker may see and do the verb to."""
    found = Person.objects.visible_to(seer_of(request, "people.see")).filter(pk=person_id).first()
    return cast(Person, _within(request, found, verb))


def the_company(request: HttpRequest, company_id: int, verb: str = "companies.see") -> Company:
    """Return a company the asker may see and do the verb to."""
    found = Company.objects.visible_to(seer_of(request, "companies.see")).filter(pk=company_id).first()
    return cast(Company, _within(request, found, verb))


def the_row(request: HttpRequest, rows: QuerySet[Row], number: int, verb: str) -> Row:
    """Return a row about a person or company within the asker's reach for the verb."""
    found = rows.filter(pk=number).first()
    about = getattr(found, "person", None) or getattr(found, "company", None)
    seer = seer_of(request, verb)
    if found is None or (
        about is not None and (about.deleted_at is not None or not reaches(seer, "people.see", about))
    ):
        raise NotThere
    require(about is None or reaches(seer, verb, about))
    return found


def in_reach(request: HttpRequest, verb: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of something new, put into the asker's own team where their reach ends there."""
    seer = seer_of(request, verb)
    if allowed(seer, verb) != Scope.TEAM:
        return values
    team = values.get("team") or next(iter(seer.team_ids), None)
    require(team in seer.team_ids, _("This key may only add to its own team."))
    return {**values, "team": team}


def answer(body: dict[str, Any], status: int = 200) -> HttpResponse:
    """Answer with JSON that is right by construction, so that it need not be checked again."""
    return JsonResponse(body, status=status)


def gone() -> HttpResponse:
    """Answer that it is done and there is nothing to say."""
    return HttpResponse(status=204)


PEOPLE = Source(subject="person", table="people_person", alias="p", where="p.deleted_at IS NULL")
COMPANIES = Source(subject="company", table="people_company", alias="c", where="c.deleted_at IS NULL")


def _within(request: HttpRequest, found: Any, verb: str) -> Any:
    if found is None:
        raise NotThere
    require(reaches(seer_of(request, verb), verb, found))
    return found
