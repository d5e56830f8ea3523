from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema

from regulars.kit.actor import Actor
from regulars.kit.api import ERRORS, BatchIn, BatchOut, ListQuery, Sent, Unread, page_of, unread_body
from regulars.kit.api.problems import refusal_body
from regulars.kit.clock import now
from regulars.kit.filters import Source, row_rule_of
from regulars.kit.refused import Invalid, NotThere, Refused, require
from regulars.people.models import Company, Person
from regulars.team.gate import asker_of
from regulars.team.rules import Seer, may, reaches
from regulars.timeline.actions.posting import (
    Draft,
    check_draft,
    define_touchpoint_kind,
    post_touchpoint,
    post_touchpoints,
)
from regulars.timeline.models import Touchpoint, TouchpointKind
from regulars.timeline.queries.feed import Narrowing, Place, feed
from regulars.timeline.queries.traits import touchpoints_within

router = Router(tags=["timeline"])
TEXT = r"^[^\x00]*$"


class TouchpointIn(Sent):
    """Something that happened with a person or a company."""

    person: int | None = Field(None, description="Whom it happened with; or name a company.", examples=[17])
    company: int | None = None
    kind: str = Field(
        ..., max_length=60, examples=["custom.store_visit"], description="custom. and words of your own."
    )
    occurred_at: datetime | None = Field(None, description="When it happened, also long ago; empty: now.")
    label: str = Field("", max_length=300, examples=["Kamppi, 12 minutes"])
    payload: dict[str, Any] = Field(
        default_factory=dict, description="At most 8 kB.", examples=[{"minutes": 12}]
    )
    channel: str = Field("", max_length=30, examples=["store"])
    source_key: str | None = Field(
        None, max_length=190, description="Your own number of it; the same key counts once."
    )


class TouchpointOut(Schema):
    """A touchpoint."""

    id: int = Field(..., examples=[1024])
    kind: str = Field(..., examples=["custom.store_visit"])
    person: int | None
    company: int | None
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    channel: str
    label: str
    payload: dict[str, Any]


class Touchpoints(Schema):
    """One page of a timeline, newest first; `next` is null at the end."""

    items: list[TouchpointOut]
    next: str | None = None


class Which(ListQuery):
    """Whose timeline, and what of it; with a filter or sort of your own, also everybody's."""

    person: int | None = Field(None, ge=1, le=2**62)
    company: int | None = Field(None, ge=1, le=2**62)
    kind: str = Field("", pattern=TEXT, max_length=60, examples=["order.placed"])
    channel: str = Field("", pattern=TEXT, max_length=30)


class TouchpointKindIn(Sent):
    """What a kind of custom touchpoint is called and how it is drawn."""

    label: str = Field(..., min_length=1, max_length=100, pattern=TEXT, examples=["Visited the shop"])
    icon: str = Field("point", max_length=40, pattern=TEXT, examples=["building-store"])


class TouchpointKindOut(Schema):
    """A kind of custom touchpoint."""

    name: str = Field(..., examples=["custom.store_visit"])
    label: str = Field(..., examples=["Visited the shop"])
    icon: str = Field(..., examples=["building-store"])


@router.get("/touchpoints", response={200: Touchpoints, **ERRORS}, summary="Read a timeline")
def list_touchpoints(request: HttpRequest, which: Query[Which]) -> HttpResponse:
    """Return what happened, newest first: with one person or company, or with everybody within reach."""
    seer = _seer(request, "timeline.see")
    if which.filter or which.sort or (which.person is None and which.company is None):
        return JsonResponse(_found(seer, which))
    about = _about(seer, which.person, which.company, "timeline.see")
    narrowing = Narrowing((which.kind,) if which.kind else (), which.channel)
    before = Place.read(which.cursor)
    if which.cursor and before is None:
        raise Invalid({"cursor": _("It is not a cursor of this list.")})
    page = feed(about, seer, narrowing=narrowing, before=before, limit=which.limit)
    items = [_shape(one) for one in page.touchpoints]
    return JsonResponse({"items": items, "next": str(page.older) if page.older else None})


@router.get(
    "/touchpoints/{int:touchpoint_id}",
    response={200: TouchpointOut, **ERRORS},
    summary="Get a touchpoint",
)
def get_touchpoint(request: HttpRequest, touchpoint_id: int) -> HttpResponse:
    """Return one touchpoint; the timeline is append-only, so none is changed or deleted."""
    found = touchpoints_within(_seer(request, "timeline.see")).filter(pk=touchpoint_id).first()
    if found is None:
        raise NotThere
    return JsonResponse(_shape(found))


@router.post(
    "/touchpoints", response={201: TouchpointOut, 200: TouchpointOut, **ERRORS}, summary="Post a touchpoint"
)
def add_touchpoint(request: HttpRequest, values: TouchpointIn) -> HttpResponse:
    """Write down what happened elsewhere; with a source key that is known, the one there is returned with 200."""
    draft = _draft(_seer(request, "timeline.post"), values)
    touchpoint, is_new = post_touchpoint(draft, by=_actor(request), at=now())
    return JsonResponse(_shape(touchpoint), status=201 if is_new else 200)


@router.post("/touchpoints/batch", response={200: BatchOut, **ERRORS}, summary="Post up to 1,000 touchpoints")
def add_touchpoints(request: HttpRequest, rows: BatchIn[TouchpointIn]) -> HttpResponse:
    """Write down many at once; a refused row harms no other, a known source key answers 200."""
    seer, at = _seer(request, "timeline.post"), now()
    results = [_checked(seer, index, row, at) for index, row in enumerate(rows.items)]
    drafts = [(index, draft) for index, draft, _problem in results if draft is not None]
    numbers = post_touchpoints([draft for _index, draft in drafts], by=_actor(request), at=at)
    written = {index: number for (index, _draft), number in zip(drafts, numbers, strict=True)}
    told = [_result(index, written, problem) for index, _draft, problem in results]
    return JsonResponse(
        {"seen": len(told), "done": len(written), "refused": len(told) - len(written), "results": told}
    )


@router.get(
    "/touchpoint-kinds", response={200: list[TouchpointKindOut], **ERRORS}, summary="List custom kinds"
)
def list_kinds(request: HttpRequest) -> HttpResponse:
    """Return the kinds of touchpoint this business has words for."""
    _seer(request, "timeline.see")
    return JsonResponse(
        list(TouchpointKind.objects.order_by("name").values("name", "label", "icon")), safe=False
    )


@router.put(
    "/touchpoint-kinds/{name}", response={200: TouchpointKindOut, **ERRORS}, summary="Name a custom kind"
)
def put_kind(request: HttpRequest, name: str, values: TouchpointKindIn) -> HttpResponse:
    """Say what a custom kind is called and which icon it has."""
    _seer(request, "timeline.post")
    kind = define_touchpoint_kind(name, label=values.label, icon=values.icon, by=_actor(request))
    return JsonResponse({"name": kind.name, "label": kind.label, "icon": kind.icon})


def _seer(request: HttpRequest, verb: str) -> Seer:
    seer = cast(Seer, vars(request)["seer"])
    require(may(seer, verb))
    return seer


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, vars(request)["actor"])


def _found(seer: Seer, which: Which) -> dict[str, Any]:
    """Return a page of touchpoints that pass a filter."""
    rows = touchpoints_within(seer)
    if which.person is not None or which.company is not None:
        about = _about(seer, which.person, which.company, "timeline.see")
        rows = rows.filter(**{"person" if isinstance(about, Person) else "company": about})
    named = {"kind": which.kind, "channel": which.channel}
    rows = rows.filter(**{name: value for name, value in named.items() if value})

    def fetch(ids: list[int]) -> list[dict[str, Any]]:
        found = Touchpoint.objects.in_bulk(ids)
        return [_shape(found[number]) for number in ids if number in found]

    table = Touchpoint._meta.db_table
    source = Source(subject="touchpoint", table=table, alias=table)
    return page_of(
        which, source=source, asker=asker_of(seer), row_rule=row_rule_of(rows), fetch=fetch, sort="-id"
    )


def _about(seer: Seer, person: int | None, company: int | None, verb: str) -> Person | Company:
    if (person is None) == (company is None):
        raise Invalid({"person": _("Name a person or a company.")})
    found: Person | Company | None
    if person is not None:
        found = Person.objects.visible_to(seer).filter(pk=person).first()
    else:
        found = Company.objects.visible_to(seer).filter(pk=company or 0).first()
    if found is None:
        raise NotThere
    require(reaches(seer, verb, found))
    return found


def _draft(seer: Seer, values: TouchpointIn) -> Draft:
    given = values.dict(exclude={"person", "company"})
    when = given.pop("occurred_at")
    if when is not None and when.tzinfo is None:
        raise Invalid({"occurred_at": _("Give the time with its zone, such as 2026-03-01T12:00:00Z.")})
    return Draft(
        about=_about(seer, values.person, values.company, "timeline.post"), occurred_at=when, **given
    )


def _checked(
    seer: Seer, index: int, row: TouchpointIn | Unread, at: datetime
) -> tuple[int, Draft | None, dict[str, Any] | None]:
    if isinstance(row, Unread):
        return index, None, unread_body(row)
    try:
        draft = _draft(seer, row)
        check_draft(draft, at)
    except Refused as refused:
        return index, None, refusal_body(refused)
    return index, draft, None


def _result(index: int, written: dict[int, int | None], problem: dict[str, Any] | None) -> dict[str, Any]:
    if problem is not None:
        return {"index": index, "status": problem["status"], "id": None, "problem": problem}
    number = written[index]
    return {"index": index, "status": 200 if number is None else 201, "id": number, "problem": None}


def _shape(one: Touchpoint) -> dict[str, Any]:
    return {
        "id": one.pk,
        "kind": one.kind,
        "person": one.person_id,
        "company": one.company_id,
        "occurred_at": one.occurred_at,
        "recorded_at": one.recorded_at,
        "actor": one.actor_label or one.actor_kind,
        "channel": one.channel,
        "label": one.label,
        "payload": one.payload.get("facts", {}) if one.kind.startswith("custom.") else one.payload,
    }
