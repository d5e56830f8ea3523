from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from regulars.kit.api import ERRORS, BatchOut, Deeds, DeedsIn, ListQuery, page_of, run_batch
from regulars.kit.clock import now
from regulars.kit.refused import NotThere, require
from regulars.people.actions.persons import change_person, create_person
from regulars.people.actions.places import put_addresses, put_special_days
from regulars.people.actions.removal import delete_person, restore_person
from regulars.people.actions.tags import tag_person, untag_person
from regulars.people.api.doors import PEOPLE, actor_of, answer, asker_of, gone, in_reach, seer_of, the_person
from regulars.people.api.schemas import People, PersonChange, PersonIn, PersonOut, TagsIn
from regulars.people.api.shapes import people, people_by_id
from regulars.people.models import Person
from regulars.team.rules import may, reaches, row_sql

router = Router(tags=["people"])
COSTS = "costs.see"
LONE = {**ERRORS, 200: PersonOut}


@router.get("/people", response={200: People, **ERRORS}, summary="List people")
def list_people(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """Return people that pass a filter, page by page."""
    seer = seer_of(request, "people.see")
    rule = row_sql(seer, "people.see", alias="p")
    fetch = partial(people_by_id, sees_costs=may(seer, COSTS))
    page = page_of(query, source=PEOPLE, asker=asker_of(seer), row_rule=rule, fetch=fetch, sort="-created_at")
    return answer(page)


@router.post("/people", response={201: PersonOut, **ERRORS}, summary="Add a person")
def add_person(request: HttpRequest, values: PersonIn) -> HttpResponse:
    """Add a person; an identity that somebody else has is refused with 409."""
    made = _create(request, values)
    has_places = bool(values.addresses or values.special_days)
    shown = people([made], sees_costs=_sees_costs(request), has_places=has_places, has_files=False)
    return answer(shown[0], status=201)


@router.post(
    "/people/batch", response={200: BatchOut, **ERRORS}, summary="Create, change or delete up to 1,000 people"
)
def people_batch(request: HttpRequest, rows: DeedsIn[PersonIn, PersonChange]) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    seer_of(request, "people.change")
    deeds = Deeds[PersonIn, PersonChange](
        lambda values: _create(request, values).pk,
        lambda number, values: _change(request, number, values),
        lambda number: _delete(request, number),
    )
    return answer(run_batch(rows.items, deeds))


@router.get("/people/{int:person_id}", response=LONE, summary="Get a person")
def get_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Return one person."""
    return _told(request, the_person(request, person_id))


@router.patch("/people/{int:person_id}", response=LONE, summary="Change a person")
def patch_person(request: HttpRequest, person_id: int, values: PersonChange) -> HttpResponse:
    """Change the fields named; custom fields not named stay."""
    return _told(request, _change(request, person_id, values))


@router.delete("/people/{int:person_id}", response={204: None, **ERRORS}, summary="Delete a person")
def remove_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Hide a person; they are erased after 30 days."""
    _delete(request, person_id)
    return gone()


@router.post("/people/{int:person_id}/restoration", response=LONE, summary="Bring a deleted person back")
def bring_back(request: HttpRequest, person_id: int) -> HttpResponse:
    """Bring back a person deleted less than 30 days ago."""
    seer = seer_of(request, "people.delete")
    found = Person.objects.filter(pk=person_id, deleted_at__isnull=False).first()
    if found is None or not reaches(seer, "people.delete", found):
        raise NotThere
    return _told(request, restore_person(found, by=actor_of(request), at=now()))


@router.post("/people/{int:person_id}/tags", response=LONE, summary="Put tags on a person")
def add_tags(request: HttpRequest, person_id: int, wanted: TagsIn) -> HttpResponse:
    """Put tags on a person; unknown ones are made."""
    found = the_person(request, person_id, "people.change")
    tag_person(found, wanted.tags, by=actor_of(request), at=now())
    return _told(request, Person.objects.get(pk=found.pk))


@router.post("/people/{int:person_id}/tags/removal", response=LONE, summary="Take tags off a person")
def remove_tags(request: HttpRequest, person_id: int, wanted: TagsIn) -> HttpResponse:
    """Take tags off a person."""
    found = the_person(request, person_id, "people.change")
    untag_person(found, wanted.tags, by=actor_of(request), at=now())
    return _told(request, Person.objects.get(pk=found.pk))


def _told(request: HttpRequest, person: Person) -> HttpResponse:
    return answer(people([person], sees_costs=_sees_costs(request))[0])


def _sees_costs(request: HttpRequest) -> bool:
    return may(seer_of(request, "people.see"), COSTS)


def _create(request: HttpRequest, values: PersonIn) -> Person:
    wanted = in_reach(request, "people.change", values.dict(exclude_unset=True))
    _refuse_costs(request, wanted)
    return create_person(wanted, by=actor_of(request), at=now())


@transaction.atomic
def _change(request: HttpRequest, person_id: int, values: PersonChange) -> Person:
    found = the_person(request, person_id, "people.change")
    wanted, by, at = values.dict(exclude_unset=True), actor_of(request), now()
    _refuse_costs(request, wanted)
    if wanted.get("acquired_cost_minor") is not None and found.acquired_currency:
        wanted.setdefault("acquired_currency", found.acquired_currency)
    addresses, days = wanted.pop("addresses", None), wanted.pop("special_days", None)
    changed = change_person(found, by=by, at=at, **wanted)
    if addresses is not None:
        put_addresses(changed, addresses, by=by, at=at)
    if days is not None:
        put_special_days(changed, days, by=by, at=at)
    return changed if addresses is None else Person.objects.get(pk=changed.pk)


def _refuse_costs(request: HttpRequest, wanted: dict[str, Any]) -> None:
    """Refuse what somebody cost to be written by those who may not see it."""
    if wanted.keys() & {"acquired_cost_minor", "acquired_currency"}:
        require(_sees_costs(request))


def _delete(request: HttpRequest, person_id: int) -> None:
    delete_person(the_person(request, person_id, "people.delete"), by=actor_of(request), at=now())
