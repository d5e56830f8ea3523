"""What every route of people needs: who asks, what they may, and the rows within their reach."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from regulars.kit.api import answer, gone
from regulars.kit.filters import Source
from regulars.kit.refused import NotThere, require
from regulars.people.models import Company, Person
from regulars.team.gate import actor_of, asker_of, seer_of
from regulars.team.rules import Scope, allowed, reaches

Row = TypeVar("Row", bound=Model)


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


PEOPLE = Source(subject="person", table="people_person", alias="p", where="p.deleted_at IS NULL")
COMPANIES = Source(subject="company", table="people_company", alias="c", where="c.deleted_at IS NULL")


def _within(request: HttpRequest, found: Any, verb: str) -> Any:
    if found is None:
        raise NotThere
    require(reaches(seer_of(request, verb), verb, found))
    return found


__all__ = [
    "COMPANIES", "PEOPLE", "actor_of", "answer", "asker_of", "gone", "in_reach", "seer_of", "the_company", "the_person", "the_row",
]  # fmt: skip
