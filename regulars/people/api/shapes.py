"""Rows as JSON, many at once, with a number of queries that does not grow with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from regulars.people.models import (
    Affiliation,
    Company,
    CompanyDomain,
    Identity,
    Person,
    Tag,
)
from regulars.people.queries.beside import beside_people

Row = TypeVar("Row", Person, Company)
PLAIN = (
    "name", "first_name", "last_name", "job_title", "language", "time_zone", "country", "city", "stage", "stage_since", "health",
    "health_since",
    "acquired_channel", "acquired_campaign", "preferred_channel", "preferred_hour", "version",
)  # fmt: skip
COMPANY_PLAIN = (
    "name", "is_household", "website", "industry", "external_id", "street", "city", "postcode", "country", "version",
)  # fmt: skip


def people_by_id(ids: Sequence[int], *, sees_costs: bool) -> list[dict[str, Any]]:
    """Return people in the order of their ids."""
    found = Person.objects.in_bulk(list(ids))
    return people([found[number] for number in ids if number in found], sees_costs=sees_costs)


def people(
    rows: Sequence[Person], *, sees_costs: bool, has_places: bool = True, has_files: bool = True
) -> list[dict[str, Any]]:
    """Return people with all that belongs to them: one query for each noun, however many, and none for what they cannot have."""
    every = [row.pk for row in rows]
    # Of those just made the identities are at hand, and companies they have none.
    ids = [row.pk for row in rows if row.just_made is None]
    identities: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in Identity.objects.filter(person__in=ids, ended_at=None).order_by("id") if ids else ():
        identities[one.person_id].append(identity(one))
    for row in rows:
        identities[row.pk] += [identity(one) for one in row.just_made or ()]
    belongings: dict[int, list[dict[str, Any]]] = defaultdict(list)
    seen = Affiliation.objects.filter(person__in=ids).select_related("company").order_by("id") if ids else ()
    for belonging in seen:
        belongings[belonging.person_id].append(affiliation(belonging))
    tags = tag_names(rows)
    beside = beside_people(every if has_places else [], every if has_files else [])
    return [
        person(row, identities[row.pk], belongings[row.pk], tags, sees_costs=sees_costs)
        | {name: beside[name, row.pk] for name in ("addresses", "special_days", "attachments")}
        for row in rows
    ]


def person(
    row: Person,
    identities: list[dict[str, Any]],
    belongings: list[dict[str, Any]],
    tags: dict[int, str],
    *,
    sees_costs: bool,
) -> dict[str, Any]:
    """Return one person as JSON holds it."""
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in PLAIN},
        "acquired_cost_minor": row.acquired_cost_minor if sees_costs else None,
        "acquired_currency": row.acquired_currency if sees_costs else "",
        "birthday": row.birthday,
        "keeper": row.keeper_id,
        "team": row.team_id,
        "tags": [tags[number] for number in row.tag_ids if number in tags],
        "custom": row.custom,
        "identities": identities,
        "companies": belongings,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "last_touch_at": row.last_touch_at,
    }


def identity(one: Identity) -> dict[str, Any]:
    """Return one identity."""
    names = (
        "id",
        "kind",
        "value",
        "label",
        "is_primary",
        "is_verified",
        "is_shared",
        "bounced_at",
        "ended_at",
    )
    return {"person": one.person_id} | {name: getattr(one, name) for name in names}


def affiliation(one: Affiliation) -> dict[str, Any]:
    """Return where somebody belongs."""
    return {
        "id": one.pk,
        "company_id": one.company_id,
        "company": one.company.name,
        "role": one.role,
        "is_primary": one.is_primary,
        "from_on": one.from_on,
        "to_on": one.to_on,
    }


def companies_by_id(ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return companies in the order of their ids."""
    found = Company.objects.in_bulk(list(ids))
    return companies([found[number] for number in ids if number in found])


def companies(rows: Sequence[Company]) -> list[dict[str, Any]]:
    """Return companies with their domains and tags: two queries, however many."""
    domains: dict[int, list[str]] = defaultdict(list)
    for one in CompanyDomain.objects.filter(company__in=[row.pk for row in rows]).order_by("domain"):
        domains[one.company_id].append(one.domain)
    tags = tag_names(rows)
    return [
        {
            "id": row.pk,
            **{name: getattr(row, name) for name in COMPANY_PLAIN},
            "parent": row.parent_id,
            "keeper": row.keeper_id,
            "team": row.team_id,
            "domains": domains[row.pk],
            "tags": [tags[number] for number in row.tag_ids if number in tags],
            "custom": row.custom,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }
        for row in rows
    ]


def tag_names(rows: Iterable[Row]) -> dict[int, str]:
    """Return the names of all tags that these rows carry, asking only when there are any."""
    ids = {number for row in rows for number in row.tag_ids}
    return dict(Tag.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
