"""Costs, goals and definitions for programs, and what they come to."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from regulars.insights.actions.asking import keeping
from regulars.insights.actions.caring import (
    change_cost,
    change_goal,
    delete_cost,
    delete_goal,
    enter_cost,
    fix_definitions,
    set_goal,
)
from regulars.insights.models import Cost, Goal
from regulars.insights.queries.answers import Figure
from regulars.insights.queries.asking import known_metrics
from regulars.insights.queries.caring import Head, Return, caring
from regulars.insights.queries.channels import Channel, channels
from regulars.insights.queries.definitions import definitions
from regulars.insights.queries.scorecard import scorecard
from regulars.insights.queries.wisdom import wisdom
from regulars.insights.rules import CHANGE, COSTS, SEE
from regulars.kit.api import ERRORS, Sent, answer, gone
from regulars.kit.clock import now, today
from regulars.kit.metrics import Ask
from regulars.kit.refused import NotThere
from regulars.team.gate import actor_of, seer_of
from regulars.team.models import Business

router = Router(tags=["insights"])
BIG = 2**53


class CostIn(Sent):
    """A cost, or what changes about one; money in minor units of the business's currency."""

    first_on: date | None = None
    last_on: date | None = None
    kind: Literal["hours", "rewards", "gifts", "messages", "tools", "spend", "other"] | None = None
    aim: Literal["win", "keep"] | None = None
    programme: str | None = Field(None, max_length=80, examples=["Birthday"])
    channel: str | None = Field(None, max_length=60)
    people_id: int | None = Field(None, ge=1, le=BIG, description="A shared list of people.")
    amount_minor: int | None = Field(None, ge=0, le=BIG)
    note: str | None = Field(None, max_length=200)


class CostOut(Schema):
    """A cost, spread evenly over its days."""

    id: int = Field(..., examples=[1])
    first_on: date
    last_on: date
    kind: str
    aim: str
    programme: str
    channel: str
    people_id: int | None
    amount_minor: int
    note: str


class Costs(Schema):
    """All costs, newest first."""

    items: list[CostOut]


class DeedIn(Schema):
    """What is done for a goal, since when."""

    text: str = Field(..., max_length=200, examples=["Write to those who wait"])
    on: date


class GoalIn(Sent):
    """A measure of the scorecard, or what changes about it; values in the measure's unit."""

    metric: str | None = Field(None, max_length=80, examples=["repurchase_rate"])
    people_id: int | None = Field(None, ge=1, le=BIG)
    baseline: float | None = None
    baseline_on: date | None = None
    target: float | None = None
    due_on: date | None = None
    owner_id: int | None = Field(None, ge=1, le=BIG)
    deeds: list[DeedIn] | None = Field(None, max_length=40)


class GoalOut(Schema):
    """A goal, and how it stands."""

    id: int = Field(..., examples=[1])
    metric: str
    people_id: int | None
    baseline: float
    baseline_on: date
    target: float
    due_on: date
    owner_id: int | None
    value: float | None
    n: int
    low: float | None
    high: float | None
    way: float | None = Field(..., description="The share of the way from baseline to target that is done.")
    time: float = Field(..., description="The share of the time that is gone.")
    state: str = Field(..., examples=["on_the_way"])
    deeds: list[dict[str, Any]]


class Goals(Schema):
    """The scorecard."""

    items: list[GoalOut]


class GoalSaved(Schema):
    """The number of the goal."""

    id: int = Field(..., examples=[1])


class DefinitionsIn(Sent):
    """Choices by name: a number, words, or nothing to leave one to itself again."""

    values: dict[str, float | list[str] | None] = Field(..., examples=[{"help_contact": 1}])


class DefinitionsOut(Schema):
    """What the business has fixed."""

    values: dict[str, Any] = Field(..., examples=[{"hourly_minor": 3000}])


class WisdomOut(Schema):
    """Well-known figures beside the business's own."""

    items: list[dict[str, Any]]


class CaringOut(Schema):
    """What caring cost and brought in the last 365 days."""

    since: date = Field(..., examples=["2025-12-01"])
    until: date
    spent: list[dict[str, Any]]
    programmes: list[dict[str, Any]]
    whole: dict[str, Any]
    win: dict[str, Any]
    keep: dict[str, Any]
    channels: list[dict[str, Any]] = Field(
        ...,
        description="What winning customers cost by channel and campaign, beside what one brings in the first year.",
    )


@router.get("/insights/costs", response={200: Costs, **ERRORS}, summary="List costs")
def list_costs(request: HttpRequest) -> HttpResponse:
    """Return what was spent, newest first."""
    seer_of(request, COSTS)
    found = Cost.objects.filter(deleted_at=None).order_by("-first_on", "-pk")
    return answer({"items": [_cost(one) for one in found]})


@router.post("/insights/costs", response={201: CostOut, **ERRORS}, summary="Enter a cost")
def new_cost(request: HttpRequest, values: CostIn) -> HttpResponse:
    """Enter what was spent."""
    seer_of(request, CHANGE)
    made = enter_cost(values.model_dump(exclude_unset=True), by=actor_of(request), at=now())
    return answer(_cost(made), status=201)


@router.patch("/insights/costs/{int:cost_id}", response={200: CostOut, **ERRORS}, summary="Correct a cost")
def patch_cost(request: HttpRequest, cost_id: int, values: CostIn) -> HttpResponse:
    """Correct the values named."""
    seer_of(request, CHANGE)
    return answer(
        _cost(change_cost(_find(Cost, cost_id), values.model_dump(exclude_unset=True), by=actor_of(request)))
    )


@router.delete("/insights/costs/{int:cost_id}", response={204: None, **ERRORS}, summary="Delete a cost")
def remove_cost(request: HttpRequest, cost_id: int) -> HttpResponse:
    """Leave a cost out from now on."""
    seer_of(request, CHANGE)
    delete_cost(_find(Cost, cost_id), by=actor_of(request), at=now())
    return gone()


@router.get("/insights/goals", response={200: Goals, **ERRORS}, summary="Read the scorecard")
def list_goals(request: HttpRequest) -> HttpResponse:
    """Return every goal and how it stands."""
    seer = seer_of(request, SEE)
    found = scorecard(keeping(seer), today(Business.current().time_zone), known_metrics(seer))
    names = ("id", "metric", "people_id", "baseline", "baseline_on", "target", "due_on", "owner_id")
    return answer({
        "items": [
            {
                **{name: getattr(one.goal, name) for name in names}, **_value(one.figure), "way": one.way,
                "time": one.time, "state": one.state, "deeds": [asdict(deed) for deed in one.deeds],
            }
            for one in found
        ]
    })  # fmt: skip


@router.post("/insights/goals", response={201: GoalSaved, **ERRORS}, summary="Set a goal")
def new_goal(request: HttpRequest, values: GoalIn) -> HttpResponse:
    """Put a measure on the scorecard."""
    seer_of(request, CHANGE)
    made = set_goal(values.model_dump(exclude_unset=True), by=actor_of(request), at=now())
    return answer({"id": made.pk}, status=201)


@router.patch("/insights/goals/{int:goal_id}", response={200: GoalSaved, **ERRORS}, summary="Change a goal")
def patch_goal(request: HttpRequest, goal_id: int, values: GoalIn) -> HttpResponse:
    """Change the values named."""
    seer_of(request, CHANGE)
    changed = change_goal(_find(Goal, goal_id), values.model_dump(exclude_unset=True), by=actor_of(request))
    return answer({"id": changed.pk})


@router.delete("/insights/goals/{int:goal_id}", response={204: None, **ERRORS}, summary="Delete a goal")
def remove_goal(request: HttpRequest, goal_id: int) -> HttpResponse:
    """Take a measure off the scorecard."""
    seer_of(request, CHANGE)
    delete_goal(_find(Goal, goal_id), by=actor_of(request), at=now())
    return gone()


@router.get("/insights/definitions", response={200: DefinitionsOut, **ERRORS}, summary="Read definitions")
def list_definitions(request: HttpRequest) -> HttpResponse:
    """Return what the business has fixed of its measures' definitions."""
    seer_of(request, SEE)
    return answer({"values": definitions()})


@router.patch("/insights/definitions", response={200: DefinitionsOut, **ERRORS}, summary="Fix definitions")
def patch_definitions(request: HttpRequest, values: DefinitionsIn) -> HttpResponse:
    """Fix the choices named."""
    seer_of(request, CHANGE)
    fix_definitions(values.values, by=actor_of(request))
    return answer({"values": definitions()})


@router.get("/insights/wisdom", response={200: WisdomOut, **ERRORS}, summary="Test received wisdom")
def list_wisdom(request: HttpRequest) -> HttpResponse:
    """Return well-known figures beside those of the people within the key's reach."""
    seer = seer_of(request, SEE)
    found = wisdom(keeping(seer), _ask())
    return answer({
        "items": [
            {
                "name": one.claim.name, "saying": str(one.claim.saying), "published": one.published,
                "source": one.claim.source, "metric": one.claim.metric, "value": one.value, "n": one.n, "low": one.low,
                "high": one.high, "verdict": one.verdict, "words": one.words,
            }
            for one in found
        ]
    })  # fmt: skip


@router.get("/insights/caring", response={200: CaringOut, **ERRORS}, summary="Does caring pay")
def read_caring(request: HttpRequest) -> HttpResponse:
    """Return costs beside value back over the last 365 days."""
    seer = seer_of(request, COSTS)
    found, by_channel = caring(keeping(seer), _ask()), channels(keeping(seer), _ask())
    return answer({
        "since": found.since, "until": found.until, "spent": [asdict(one) for one in found.spent],
        "programmes": [_return(one) for one in found.programmes], "whole": _return(found.whole),
        "win": _head(found.win), "keep": _head(found.keep), "channels": [_channel(one) for one in by_channel],
    })  # fmt: skip


def _ask() -> Ask:
    day = today(Business.current().time_zone)
    return Ask(today=day, until=day)


def _find(model: Any, number: int) -> Any:
    found = model.objects.filter(pk=number, deleted_at=None).first()
    if found is None:
        raise NotThere
    return found


def _cost(one: Cost) -> dict[str, Any]:
    return {name: getattr(one, name) for name in CostOut.model_fields}


def _value(figure: Figure | None) -> dict[str, Any]:
    if figure is None:
        return {"value": None, "n": 0, "low": None, "high": None}
    return {"value": figure.value, "n": figure.n, "low": figure.low, "high": figure.high}


def _return(one: Return) -> dict[str, Any]:
    return {
        "name": one.name, "cost_minor": one.cost_minor, "basis": one.basis, "back": _value(one.back), "roi": one.roi,
        "roi_low": one.roi_low, "roi_high": one.roi_high,
    }  # fmt: skip


def _channel(one: Channel) -> dict[str, Any]:
    return {
        "channel": one.name, "campaign": one.campaign, "cost_minor": one.spent_minor, "is_entered": one.is_entered,
        "people": one.people, "each": one.each_minor, "worth": _value(one.worth), "ratio": _value(one.ratio),
        "payback_months": one.payback.value if one.payback else None,
    }  # fmt: skip


def _head(one: Head) -> dict[str, Any]:
    return {"cost_minor": one.cost_minor, "people": one.people, "each": one.each}
