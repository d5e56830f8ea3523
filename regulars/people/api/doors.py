"""What every route of people needs: who asks, what they may, and the rows within their reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Field

from regulars.kit.api import ListQuery, answer, gone, page_of
from regulars.kit.filters import Source, row_rule_of
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


class AboutQuery(ListQuery):
    """What a list of records about people and companies takes."""

    person: int | None = Field(None, ge=1, le=2**62, description="Only those about this person.")
    company: int | None = Field(None, ge=1, le=2**62, description="Only those about this company.")


def records_page(
    request: HttpRequest,
    query: ListQuery,
    *,
    subject: str,
    rows: QuerySet[Any],
    shape: Callable[[Any], dict[str, Any]],
    verb: str = "people.see",
) -> dict[str, Any]:
    """Return one page of records, newest first unless another order is wanted."""
    table = rows.model._meta.db_table
    rule = row_rule_of(rows)

    def fetch(ids: list[int]) -> list[dict[str, Any]]:
        found = rows.model._default_manager.in_bulk(ids)
        return [shape(found[number]) for number in ids if number in found]

    source = Source(subject=subject, table=table, alias=table)
    asker = asker_of(seer_of(request, verb))
    return page_of(query, source=source, asker=asker, row_rule=rule, fetch=fetch, sort="-id")


def about_reach(request: HttpRequest, *, companies: bool = True) -> Q:
    """Return the condition on records: about living people, or companies, within the asker's reach."""
    seer = seer_of(request, "people.see")
    reach = Q(Exists(Person.objects.visible_to(seer).filter(pk=OuterRef("person_id"))))
    if companies:
        reach |= Q(Exists(Company.objects.visible_to(seer).filter(pk=OuterRef("company_id"))))
    return reach


def narrowed(request: HttpRequest, rows: QuerySet[Row], query: AboutQuery) -> QuerySet[Row]:
    """Keep the records about the person or company asked for."""
    if query.person:
        rows = rows.filter(person=the_person(request, query.person))
    if query.company:
        rows = rows.filter(company=the_company(request, query.company))
    return rows


PEOPLE = Source(subject="person", table="people_person", alias="p", where="p.deleted_at IS NULL")
COMPANIES = Source(subject="company", table="people_company", alias="c", where="c.deleted_at IS NULL")


def _within(request: HttpRequest, found: Any, verb: str) -> Any:
    if found is None:
        raise NotThere
    require(reaches(seer_of(request, verb), verb, found))
    return found


__all__ = [
    "COMPANIES", "PEOPLE", "AboutQuery", "about_reach", "actor_of", "answer", "asker_of", "gone", "in_reach", "narrowed",
    "records_page", "seer_of", "the_company", "the_person", "the_row",
]  # fmt: skip
