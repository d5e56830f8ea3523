from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from regulars.kit.api import ERRORS, BatchOut, Deeds, DeedsIn, ListQuery, page_of, run_batch
from regulars.kit.clock import now
from regulars.kit.refused import NotThere
from regulars.people.actions.persons import change_person, create_person
from regulars.people.actions.removal import delete_person, restore_person
from regulars.people.actions.tags import tag_person, untag_person
from regulars.people.api.doors import PEOPLE, actor_of, answer, asker_of, gone, in_reach, seer_of, the_person
from regulars.people.api.schemas import People, PersonChange, PersonIn, PersonOut, TagsIn
from regulars.people.api.shapes import people, people_by_id
from regulars.people.models import Person
from regulars.team.rules import reaches, row_sql

router = Router(tags=["people"])
LONE = {**ERRORS, 200: PersonOut}


@router.get("/people", response={200: People, **ERRORS}, summary="List people")
def list_people(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """Return people that pass a filter, page by page."""
    seer = seer_of(request, "people.see")
    rule = row_sql(seer, "people.see", alias="p")
    page = page_of(
        query, source=PEOPLE, asker=asker_of(seer), row_rule=rule, fetch=people_by_id, sort="-created_at"
    )
    return answer(page)


@router.post("/people", response={201: PersonOut, **ERRORS}, summary="Add a person")
def add_person(request: HttpRequest, values: PersonIn) -> HttpResponse:
    """Add a person; an identity that somebody else has is refused with 409."""
    return answer(people([_create(request, values)])[0], status=201)


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
    return answer(people([the_person(request, person_id)])[0])


@router.patch("/people/{int:person_id}", response=LONE, summary="Change a person")
def patch_person(request: HttpRequest, person_id: int, values: PersonChange) -> HttpResponse:
    """Change the fields named; custom fields not named stay."""
    return answer(people([_change(request, person_id, values)])[0])


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
    return answer(people([restore_person(found, by=actor_of(request), at=now())])[0])


@router.post("/people/{int:person_id}/tags", response=LONE, summary="Put tags on a person")
def add_tags(request: HttpRequest, person_id: int, wanted: TagsIn) -> HttpResponse:
    """Put tags on a person; unknown ones are made."""
    found = the_person(request, person_id, "people.change")
    tag_person(found, wanted.tags, by=actor_of(request), at=now())
    return answer(people_by_id([found.pk])[0])


@router.post("/people/{int:person_id}/tags/removal", response=LONE, summary="Take tags off a person")
def remove_tags(request: HttpRequest, person_id: int, wanted: TagsIn) -> HttpResponse:
    """Take tags off a person."""
    found = the_person(request, person_id, "people.change")
    untag_person(found, wanted.tags, by=actor_of(request), at=now())
    return answer(people_by_id([found.pk])[0])


def _create(request: HttpRequest, values: PersonIn) -> Person:
    wanted = in_reach(request, "people.change", values.dict(exclude_unset=True))
    return create_person(wanted, by=actor_of(request), at=now())


def _change(request: HttpRequest, person_id: int, values: PersonChange) -> Person:
    found = the_person(request, person_id, "people.change")
    return change_person(found, by=actor_of(request), at=now(), **values.dict(exclude_unset=True))


def _delete(request: HttpRequest, person_id: int) -> None:
    delete_person(the_person(request, person_id, "people.delete"), by=actor_of(request), at=now())
