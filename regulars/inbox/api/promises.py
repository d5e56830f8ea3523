from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.inbox.actions.hours import change_hours, create_hours, delete_hours
from regulars.inbox.actions.targets import change_target, create_target, delete_target
from regulars.inbox.engine.times import write_times
from regulars.inbox.models import BusinessHours, Clock, Conversation, ResponseTarget
from regulars.kit.api import ERRORS, Sent, answer, gone
from regulars.kit.clock import now
from regulars.kit.refused import NotThere
from regulars.team.gate import actor_of, seer_of

router = Router(tags=["response targets"])
CHANGE = "targets.change"
BIG = 2**53


class HoursIn(Sent):
    """Business hours, or what changes about them; `week` holds seven texts, Monday first."""

    name: str | None = Field(None, max_length=60, examples=["Office"])
    time_zone: str | None = Field(None, max_length=64, examples=["Europe/Helsinki"])
    week: list[str] | None = Field(
        None, min_length=7, max_length=7, examples=[["09:00–17:00"] * 5 + ["", ""]]
    )
    country: str | None = Field(None, max_length=2, description="Its public holidays are closed.")
    is_default: bool | None = None


class DayOut(Schema):
    """A day that differs; without times it is closed."""

    on: date
    name: str = Field(..., examples=["Christmas Eve"])
    times: str
    is_own: bool


class HoursOut(Schema):
    """Business hours with the days that differ."""

    id: int = Field(..., examples=[1])
    name: str
    time_zone: str
    week: list[str]
    country: str
    is_default: bool
    days: list[DayOut]


class HoursList(Schema):
    """All business hours."""

    items: list[HoursOut]


class TargetIn(Sent):
    """A promise of an answer, or what changes about it."""

    name: str | None = Field(None, max_length=120, examples=["Social within an hour"])
    position: int | None = Field(None, ge=0, le=1_000_000)
    is_active: bool | None = None
    condition: dict[str, Any] | None = Field(None, description="A filter over conversations.")
    people: dict[str, Any] | None = Field(None, description="A filter over their customers.")
    hours: int | None = Field(None, ge=1, le=BIG, description="Empty: around the clock.")
    first_minutes: int | None = Field(None, ge=1, le=525_600)
    next_minutes: int | None = Field(None, ge=1, le=525_600)
    resolution_minutes: int | None = Field(None, ge=1, le=525_600)
    warn_minutes: int | None = Field(None, ge=0, le=525_600)
    escalate_to: int | None = Field(None, ge=1, le=BIG)
    notified: list[int] | None = Field(None, max_length=100)


class TargetOut(Schema):
    """A promise of an answer; the first in the order of `position` whose filters hold is the one."""

    id: int = Field(..., examples=[1])
    name: str
    position: int
    is_active: bool
    condition: dict[str, Any]
    people: dict[str, Any]
    hours: int | None
    first_minutes: int | None
    next_minutes: int | None
    resolution_minutes: int | None
    warn_minutes: int
    escalate_to: int | None
    notified: list[int]


class Targets(Schema):
    """All response targets in their order."""

    items: list[TargetOut]


class ClockOut(Schema):
    """One promise in a conversation; times used are open seconds."""

    kind: str = Field(..., examples=["first"])
    target: int | None
    started_at: datetime
    due_at: datetime | None
    allowed_seconds: int | None
    used_seconds: int
    warned_at: datetime | None
    missed_at: datetime | None
    done_at: datetime | None
    cancelled_at: datetime | None


class Clocks(Schema):
    """The promises of a conversation, oldest first."""

    items: list[ClockOut]


@router.get("/business-hours", response={200: HoursList, **ERRORS}, summary="List business hours")
def list_hours(request: HttpRequest) -> HttpResponse:
    """Return all business hours with the days that differ."""
    seer_of(request, CHANGE)
    return answer({"items": [_hours(one) for one in BusinessHours.objects.prefetch_related("days")]})


@router.post("/business-hours", response={201: HoursOut, **ERRORS}, summary="Make business hours")
def new_hours(request: HttpRequest, values: HoursIn) -> HttpResponse:
    """Make business hours."""
    seer_of(request, CHANGE)
    made = create_hours(values.model_dump(exclude_unset=True), by=actor_of(request), at=now())
    return answer(_hours(made), status=201)


@router.patch(
    "/business-hours/{int:hours_id}", response={200: HoursOut, **ERRORS}, summary="Change business hours"
)
def patch_hours(request: HttpRequest, hours_id: int, values: HoursIn) -> HttpResponse:
    """Change the values named."""
    seer_of(request, CHANGE)
    found = _find(BusinessHours, hours_id)
    return answer(
        _hours(change_hours(found, values.model_dump(exclude_unset=True), by=actor_of(request), at=now()))
    )


@router.delete(
    "/business-hours/{int:hours_id}", response={204: None, **ERRORS}, summary="Delete business hours"
)
def remove_hours(request: HttpRequest, hours_id: int) -> HttpResponse:
    """Throw business hours away, unless a target reckons with them."""
    seer_of(request, CHANGE)
    delete_hours(_find(BusinessHours, hours_id), by=actor_of(request))
    return gone()


@router.get("/response-targets", response={200: Targets, **ERRORS}, summary="List response targets")
def list_targets(request: HttpRequest) -> HttpResponse:
    """Return the promises in their order."""
    seer_of(request, CHANGE)
    return answer({"items": [_target(one) for one in ResponseTarget.objects.prefetch_related("notified")]})


@router.post("/response-targets", response={201: TargetOut, **ERRORS}, summary="Make a response target")
def new_target(request: HttpRequest, values: TargetIn) -> HttpResponse:
    """Promise an answer."""
    seer_of(request, CHANGE)
    made = create_target(values.model_dump(exclude_unset=True), by=actor_of(request), at=now())
    return answer(_target(made), status=201)


@router.patch(
    "/response-targets/{int:target_id}",
    response={200: TargetOut, **ERRORS},
    summary="Change a response target",
)
def patch_target(request: HttpRequest, target_id: int, values: TargetIn) -> HttpResponse:
    """Change the values named."""
    seer_of(request, CHANGE)
    found = _find(ResponseTarget, target_id)
    return answer(_target(change_target(found, values.model_dump(exclude_unset=True), by=actor_of(request))))


@router.delete(
    "/response-targets/{int:target_id}", response={204: None, **ERRORS}, summary="Delete a response target"
)
def remove_target(request: HttpRequest, target_id: int) -> HttpResponse:
    """Take a promise back; clocks that run by it go on."""
    seer_of(request, CHANGE)
    delete_target(_find(ResponseTarget, target_id), by=actor_of(request))
    return gone()


@router.get(
    "/conversations/{int:conversation_id}/clocks", response={200: Clocks, **ERRORS}, summary="List its clocks"
)
def list_clocks(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Return what was promised in a conversation, and how it went."""
    seer = seer_of(request, "conversations.see")
    rows: Any = Conversation.objects.filter(pk=conversation_id)
    if not rows.visible_to(seer).exists():
        raise NotThere
    return answer(
        {"items": [_clock(one) for one in Clock.objects.filter(conversation=conversation_id).order_by("pk")]}
    )


def _find(model: Any, number: int) -> Any:
    found = model.objects.filter(pk=number).first()
    if found is None:
        raise NotThere
    return found


def _hours(one: BusinessHours) -> dict[str, Any]:
    days = [
        {"on": day.on, "name": day.name, "times": _times(day.openings), "is_own": day.is_own}
        for day in one.days.all()
    ]
    plain = {name: getattr(one, name) for name in ("id", "name", "time_zone", "country", "is_default")}
    return {**plain, "week": [_times(openings) for openings in one.week], "days": days}


def _times(openings: list[list[int]]) -> str:
    return write_times((opens, closes) for opens, closes in openings)


def _target(one: ResponseTarget) -> dict[str, Any]:
    names = set(TargetOut.model_fields) - {"hours", "escalate_to", "notified"}
    return {
        **{name: getattr(one, name) for name in names},
        "hours": one.hours_id,
        "escalate_to": one.escalate_to_id,
        "notified": sorted(member.pk for member in one.notified.all()),
    }


def _clock(one: Clock) -> dict[str, Any]:
    same = ("kind", "started_at", "due_at", "warned_at", "missed_at", "done_at", "cancelled_at")
    plain = {name: getattr(one, name) for name in same}
    return {**plain, "target": one.target_id, "allowed_seconds": one.allowed, "used_seconds": one.used}
