from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.kit.api import ERRORS, BatchOut, Deeds, DeedsIn, ListQuery, Sent, run_batch
from regulars.kit.clock import now
from regulars.people.actions.affiliations import change_affiliation, join_company, leave_company
from regulars.people.actions.identities import add_identity, change_identity, end_identity
from regulars.people.api.doors import (
    about_reach,
    actor_of,
    answer,
    gone,
    records_page,
    seer_of,
    the_person,
    the_row,
)
from regulars.people.api.schemas import BelongingIn, BelongingOut, IdentityIn, IdentityOut
from regulars.people.api.shapes import affiliation, identity
from regulars.people.models import Affiliation, Identity

router = Router(tags=["identities"])
VERB = "people.change"
IDENTITIES = Identity.objects.select_related("person")
BELONGINGS = Affiliation.objects.select_related("person", "company")


class NewIdentity(IdentityIn):
    """An identity and the person it belongs to."""

    person: int = Field(..., examples=[17])


class IdentityChange(Sent):
    """What changes about an identity."""

    value: str | None = Field(None, max_length=320, examples=["ada@example.com"])
    label: str | None = Field(None, max_length=60)
    is_primary: bool | None = None
    is_verified: bool | None = None
    is_shared: bool | None = None
    is_bounced: bool | None = Field(None, description="That mail to it came back, or no longer does.")


class BelongingChange(Sent):
    """What changes about where somebody belongs."""

    role: str | None = Field(None, max_length=120, examples=["Buyer"])
    is_primary: bool | None = None


class Identities(Schema):
    """Identities, ended ones included."""

    items: list[IdentityOut]
    next: str | None = None


@router.get("/identities", response={200: Identities, **ERRORS}, summary="List identities")
def list_all_identities(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """Return identities of people within reach that pass a filter, page by page, ended ones included."""
    rows = Identity.objects.filter(about_reach(request, companies=False))
    return answer(records_page(request, query, subject="identity", rows=rows, shape=identity))


@router.post(
    "/identities", response={201: IdentityOut, **ERRORS}, summary="Add an identity to the person named"
)
def add_one(request: HttpRequest, values: NewIdentity) -> HttpResponse:
    """Add an address, number or id; one that somebody else has is refused with 409."""
    return answer(identity(_create(request, values)), status=201)


@router.post(
    "/identities/batch",
    response={200: BatchOut, **ERRORS},
    summary="Add, change or end up to 1,000 identities",
)
def identities_batch(request: HttpRequest, rows: DeedsIn[NewIdentity, IdentityChange]) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    seer_of(request, VERB)
    deeds = Deeds[NewIdentity, IdentityChange](
        lambda values: _create(request, values).pk,
        lambda number, values: _change(request, number, values),
        lambda number: _end(request, number),
    )
    return answer(run_batch(rows.items, deeds))


@router.get("/identities/{int:identity_id}", response={200: IdentityOut, **ERRORS}, summary="Get an identity")
def get_identity(request: HttpRequest, identity_id: int) -> HttpResponse:
    """Return one identity."""
    return answer(identity(the_row(request, IDENTITIES, identity_id, "people.see")))


@router.get(
    "/people/{int:person_id}/identities",
    response={200: Identities, **ERRORS},
    summary="List a person's identities",
)
def list_identities(request: HttpRequest, person_id: int) -> HttpResponse:
    """Return how somebody can be reached, and could be."""
    rows = the_person(request, person_id).identities.order_by("id")
    return answer({"items": [identity(row) for row in rows]})


@router.post(
    "/people/{int:person_id}/identities", response={201: IdentityOut, **ERRORS}, summary="Add an identity"
)
def new_identity(request: HttpRequest, person_id: int, values: IdentityIn) -> HttpResponse:
    """Add an address, number or id; one that somebody else has is refused with 409."""
    found = the_person(request, person_id, VERB)
    return answer(identity(add_identity(found, by=actor_of(request), at=now(), **values.dict())), status=201)


@router.patch(
    "/identities/{int:identity_id}", response={200: IdentityOut, **ERRORS}, summary="Change an identity"
)
def patch_identity(request: HttpRequest, identity_id: int, values: IdentityChange) -> HttpResponse:
    """Correct an identity or its marks."""
    return answer(identity(_change(request, identity_id, values)))


@router.delete("/identities/{int:identity_id}", response={204: None, **ERRORS}, summary="End an identity")
def remove_identity(request: HttpRequest, identity_id: int) -> HttpResponse:
    """Say that an identity is no longer used; it stays in the history."""
    _end(request, identity_id)
    return gone()


@router.post(
    "/people/{int:person_id}/companies",
    response={201: BelongingOut, **ERRORS},
    summary="Say where a person belongs",
)
def new_belonging(request: HttpRequest, person_id: int, values: BelongingIn) -> HttpResponse:
    """Add a company, by name or number; one that is not known yet is made."""
    found = the_person(request, person_id, VERB)
    return answer(
        affiliation(join_company(found, by=actor_of(request), at=now(), **values.dict())), status=201
    )


@router.patch(
    "/belongings/{int:belonging_id}",
    response={200: BelongingOut, **ERRORS},
    summary="Change where a person belongs",
)
def patch_belonging(request: HttpRequest, belonging_id: int, values: BelongingChange) -> HttpResponse:
    """Correct the role, or make it the main company."""
    found = the_row(request, BELONGINGS, belonging_id, VERB)
    return answer(affiliation(change_affiliation(found, by=actor_of(request), at=now(), **given(values))))


@router.delete("/belongings/{int:belonging_id}", response={204: None, **ERRORS}, summary="End a belonging")
def remove_belonging(request: HttpRequest, belonging_id: int) -> HttpResponse:
    """Say that somebody no longer belongs there, from today."""
    leave_company(the_row(request, BELONGINGS, belonging_id, VERB), by=actor_of(request), at=now())
    return gone()


def given(values: Schema) -> dict[str, Any]:
    """Return the values that were sent; null means nothing here."""
    return {name: value for name, value in values.dict(exclude_unset=True).items() if value is not None}


def _create(request: HttpRequest, values: NewIdentity) -> Identity:
    found = the_person(request, values.person, VERB)
    return add_identity(found, by=actor_of(request), at=now(), **values.dict(exclude={"person"}))


def _change(request: HttpRequest, identity_id: int, values: IdentityChange) -> Identity:
    found = the_row(request, IDENTITIES, identity_id, VERB)
    wanted = given(values)
    if "is_bounced" in wanted:
        wanted["bounced_at"] = (found.bounced_at or now()) if wanted.pop("is_bounced") else None
    return change_identity(found, by=actor_of(request), at=now(), **wanted)


def _end(request: HttpRequest, identity_id: int) -> None:
    end_identity(the_row(request, IDENTITIES, identity_id, VERB), by=actor_of(request), at=now())
