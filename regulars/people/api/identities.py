from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.kit.api import Sent
from regulars.kit.clock import now
from regulars.people.actions.affiliations import change_affiliation, join_company, leave_company
from regulars.people.actions.identities import add_identity, change_identity, end_identity
from regulars.people.api.doors import actor_of, answer, gone, the_person, the_row
from regulars.people.api.persons import ERRORS
from regulars.people.api.schemas import BelongingIn, BelongingOut, IdentityIn, IdentityOut
from regulars.people.api.shapes import affiliation, identity
from regulars.people.models import Affiliation, Identity

router = Router(tags=["identities"])
VERB = "people.change"
IDENTITIES = Identity.objects.select_related("person")
BELONGINGS = Affiliation.objects.select_related("person", "company")


class IdentityChange(Sent):
    """What changes about an identity."""

    value: str | None = Field(None, max_length=320)
    label: str | None = Field(None, max_length=60)
    is_primary: bool | None = None
    is_verified: bool | None = None
    is_shared: bool | None = None


class BelongingChange(Sent):
    """What changes about where somebody belongs."""

    role: str | None = Field(None, max_length=120)
    is_primary: bool | None = None


class Identities(Schema):
    """All identities of a person, ended ones included."""

    items: list[IdentityOut]


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
    found = the_row(request, IDENTITIES, identity_id, VERB)
    return answer(identity(change_identity(found, by=actor_of(request), at=now(), **given(values))))


@router.delete("/identities/{int:identity_id}", response={204: None, **ERRORS}, summary="End an identity")
def remove_identity(request: HttpRequest, identity_id: int) -> HttpResponse:
    """Say that an identity is no longer used; it stays in the history."""
    end_identity(the_row(request, IDENTITIES, identity_id, VERB), by=actor_of(request), at=now())
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
