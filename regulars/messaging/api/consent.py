from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from regulars.kit.api import ERRORS, Sent, answer, gone
from regulars.kit.clock import now
from regulars.kit.refused import Invalid, NotThere, require
from regulars.messaging.actions.confirming import say_consent
from regulars.messaging.actions.suppressing import lift_suppression, suppress
from regulars.messaging.models import ConsentEntry, Purpose, Suppression, SuppressionReason
from regulars.messaging.queries.consent import Standing, ledger_of, standings
from regulars.people.models import Identity, Person
from regulars.team.gate import actor_of, seer_of
from regulars.team.rules import reaches

router = Router(tags=["consent"])
MOST = 1000


class PurposeOut(Schema):
    """Something people can agree to or decline."""

    key: str = Field(..., examples=["news"])
    name: str
    description: str
    message_class: str
    legal_basis: str
    needs_confirming: bool
    confirm_days: int
    wording_version: int
    is_active: bool


class EntryOut(Schema):
    """One line of the ledger."""

    id: int
    identity: int
    purpose: str = Field(..., examples=["news"])
    channel: str = Field(..., examples=["email"])
    state: str = Field(..., examples=["granted"])
    legal_basis: str
    wording_version: int
    wording: str
    source: str
    proof: str
    actor: str
    at: datetime


class StandingOut(Schema):
    """How one address stands with one purpose now; `state` is empty when nobody ever said anything."""

    identity: int = Field(..., examples=[31])
    value: str
    purpose: str
    channel: str
    state: str
    welcome: bool


class ConsentOut(Schema):
    """What a person agreed to: now, and the newest lines of the ledger."""

    now: list[StandingOut] = Field(..., examples=[[]])
    entries: list[EntryOut]


class ConsentIn(Sent):
    """What somebody said."""

    identity: int = Field(..., examples=[31], description="The address or number it is about.")
    purpose: str = Field(..., examples=["news"])
    state: str = Field(..., examples=["granted"], description="granted, pending or withdrawn.")
    channel: str = Field("email", examples=["email"])
    source: str = Field(..., max_length=60, examples=["sign-up form"])
    is_confirmed: bool = Field(False, description="They confirmed it elsewhere; `proof` says how and when.")
    proof: str = Field("", max_length=500, examples=["Form 17, 2026-03-02 10:00, 203.0.113.9"])


class SuppressionIn(Sent):
    """An address not to write to."""

    address: str = Field(..., max_length=320, examples=["ada@example.com"])
    reason: str = Field("blocked", examples=["blocked"])
    source: str = Field("", max_length=120, examples=["asked by phone"])


class SuppressionOut(Schema):
    """An address that is not written to; empty where the person was erased."""

    id: int = Field(..., examples=[7])
    address: str
    channel: str
    reason: str
    source: str
    since: datetime


class SuppressionQuery(Schema):
    """What the list takes."""

    address: str = Field("", description="Only this address.", examples=["ada@example.com"])
    before: int | None = Field(
        None, ge=1, le=2**62, description="Only those with a smaller number: `next` of the page before."
    )
    limit: int = Field(50, ge=1, le=MOST)


class Suppressions(Schema):
    """One page, newest first."""

    items: list[SuppressionOut]
    next: int | None = None


@router.get("/purposes", response={200: list[PurposeOut], **ERRORS}, summary="List purposes")
def list_purposes(request: HttpRequest) -> list[Purpose]:
    """Return what people can agree to or decline."""
    seer_of(request, "consent.see")
    return list(Purpose.objects.all())


@router.get(
    "/people/{int:person_id}/consent", response={200: ConsentOut, **ERRORS}, summary="Get a person's consent"
)
def get_consent(request: HttpRequest, person_id: int) -> HttpResponse:
    """Return what holds now for each address and purpose, and the ledger's newest lines."""
    person = _person(request, person_id, "consent.see")
    now_ = [_standing(one) for one in standings(person)]
    return answer({"now": now_, "entries": [_entry(one) for one in ledger_of(person)]})


@router.post("/people/{int:person_id}/consent", response={201: EntryOut, **ERRORS}, summary="Record consent")
def post_consent(request: HttpRequest, person_id: int, values: ConsentIn) -> HttpResponse:
    """Add a line to the ledger. A yes for a purpose that is confirmed by a link becomes pending, and the link is mailed."""
    person = _person(request, person_id, "consent.change")
    identity = Identity.objects.filter(person=person, pk=values.identity, ended_at=None).first()
    purpose = Purpose.objects.filter(key=values.purpose).first()
    if identity is None:
        raise Invalid({"identity": _("This person has no such address.")})
    if purpose is None:
        raise Invalid({"purpose": _("There is no such purpose.")})
    entry = say_consent(
        identity, purpose, values.state, channel_kind=values.channel, source=values.source, proof=values.proof,
        is_confirmed=values.is_confirmed, by=actor_of(request), at=now(),
    )  # fmt: skip
    return answer(_entry(entry), status=201)


@router.get("/suppressions", response={200: Suppressions, **ERRORS}, summary="List addresses not written to")
def list_suppressions(request: HttpRequest, query: Query[SuppressionQuery]) -> HttpResponse:
    """Return who is not written to and why, newest first."""
    seer_of(request, "suppressions.see")
    rows = Suppression.objects.order_by("-id")
    if query.address:
        rows = rows.filter(address=query.address.strip().lower())
    if query.before:
        rows = rows.filter(pk__lt=query.before)
    found = list(rows[: query.limit + 1])
    shown = found[: query.limit]
    more = shown[-1].pk if len(found) > len(shown) else None
    return answer({"items": [_suppression(one) for one in shown], "next": more})


@router.post("/suppressions", response={201: SuppressionOut, **ERRORS}, summary="Stop writing to an address")
def post_suppression(request: HttpRequest, values: SuppressionIn) -> HttpResponse:
    """Stop writing to an address; a second time for the same reason returns what is there."""
    seer_of(request, "suppressions.change")
    row = suppress(
        values.address, values.reason, source=values.source or "api", by=actor_of(request), at=now()
    )
    return answer(_suppression(row), status=201)


@router.delete(
    "/suppressions/{int:suppression_id}", response={204: None, **ERRORS}, summary="Lift a suppression"
)
def delete_suppression(request: HttpRequest, suppression_id: int) -> HttpResponse:
    """Let an address be written to again; who left by their own hand has to come back by it."""
    seer_of(request, "suppressions.change")
    row = Suppression.objects.filter(pk=suppression_id).first()
    if row is None:
        raise NotThere
    require(row.reason != SuppressionReason.COMPLAINED, _("Who reported us as spam is not written to again."))
    lift_suppression(row, by=actor_of(request), at=now())
    return gone()


def _person(request: HttpRequest, person_id: int, verb: str) -> Person:
    seer = seer_of(request, verb)
    found = Person.objects.visible_to(seer_of(request, "people.see")).filter(pk=person_id).first()
    if found is None:
        raise NotThere
    require(reaches(seer, verb, found))
    return found


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "identity": one.identity.pk, "value": one.identity.value, "purpose": one.purpose.key, "channel": one.channel_kind,
        "state": one.entry.state if one.entry else "", "welcome": one.is_welcome,
    }  # fmt: skip


def _entry(one: ConsentEntry) -> dict[str, Any]:
    names = ("id", "state", "legal_basis", "wording_version", "wording", "source", "proof", "at")
    return {
        "identity": one.identity_id, "purpose": one.purpose.key, "channel": one.channel_kind, "actor": one.actor_label,
        **{name: getattr(one, name) for name in names},
    }  # fmt: skip


def _suppression(one: Suppression) -> dict[str, Any]:
    names = ("id", "address", "reason", "source", "since")
    return {"channel": one.channel_kind, **{name: getattr(one, name) for name in names}}
