from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.insights.actions.asking import ask_metric
from regulars.insights.queries.answers import Answer, Figure, NoSuchGrouping
from regulars.insights.queries.asking import (
    Question,
    compute_people,
    known_metrics,
    question_of,
    seen_metric,
    tree_of,
)
from regulars.insights.queries.whose import SEE
from regulars.kit.api import ERRORS, answer
from regulars.kit.clock import now
from regulars.kit.metrics import Metric
from regulars.team.gate import seer_of
from regulars.team.models import Business

router = Router(tags=["insights"])


class MetricOut(Schema):
    """A measure: what it means, and by what its figures can be told apart."""

    name: str = Field(..., examples=["repurchase_rate"])
    label: str
    definition: str
    formula: str
    source: str
    example: str
    unit: Literal["money", "rate", "count", "days", "ratio", "index", "hours"]
    counts: str = Field(..., description="What one counted in n stands for.", examples=["person"])
    groups: list[str]
    better: str


class Metrics(Schema):
    """Every measure there is."""

    items: list[MetricOut]


class AskQuery(Schema):
    """The period, whose figures, by what they are told apart."""

    period: Literal["30", "90", "365", "year", "last_year", "all", "own"] = "365"
    first: str = Field(
        "", max_length=10, description="With period own: its first day.", examples=["2026-11-01"]
    )
    last: str = Field(
        "", max_length=10, description="With period own: its last day.", examples=["2026-11-30"]
    )
    segment: str = Field("", max_length=80, description="A saved list of people, by number or name.")
    by: str = Field("", max_length=40, description="One of the metric's groups.", examples=["channel"])


class PeopleQuery(AskQuery):
    """Which figure: of one group, of one step of a grid, or of the whole."""

    only: str | None = Field(None, max_length=200, description="One of the groups.")
    cell: int | None = Field(
        None, ge=-(2**31), lt=2**31, description="One of the steps of a grid or a distribution."
    )


class FigureOut(Schema):
    """A figure, on how many it rests, and between what it lies with 95 % certainty."""

    group: str | None = Field(..., examples=["fair"])
    value: float | None
    n: int
    k: int | None
    low: float | None
    high: float | None
    is_small: bool = Field(..., description="It rests on so few that it should not be read closely.")


class AnswerOut(Schema):
    """The figures of one measure; money in minor units of the currency."""

    metric: str = Field(..., examples=["repurchase_rate"])
    unit: str = Field(..., examples=["rate"])
    currency: str | None
    since: str | None
    until: str
    by: str | None
    seen_at: str = Field(..., description="Everything up to then is counted.")
    age_seconds: int
    version: int
    figures: list[FigureOut]


class Behind(Schema):
    """The people behind a figure, by their numbers."""

    people: list[int] = Field(..., examples=[[7, 12]])


@router.get("/insights/metrics", response={200: Metrics, **ERRORS}, summary="List the measures")
def list_metrics(request: HttpRequest) -> HttpResponse:
    """Return every measure this key may see, with its definition, formula and source."""
    known = known_metrics(seer_of(request, SEE))
    return answer({"items": [_metric(one) for one in known.values()]})


@router.get("/insights/metrics/{name}", response={200: AnswerOut, **ERRORS}, summary="Ask a measure")
def ask(request: HttpRequest, name: str, query: Query[AskQuery]) -> HttpResponse:
    """Return the figures of a measure, all together or told apart, of the people within the key's reach."""
    seer = seer_of(request, SEE)
    metric, question = seen_metric(name, seer), _question(query)
    return answer(_answer(ask_metric(metric, question, seer, by=_by(metric, query.by))))


@router.get(
    "/insights/metrics/{name}/people", response={200: Behind, **ERRORS}, summary="List who is behind a figure"
)
def people(request: HttpRequest, name: str, query: Query[PeopleQuery]) -> HttpResponse:
    """Return the numbers of the people behind a figure, within the key's reach."""
    seer = seer_of(request, SEE)
    metric, question = seen_metric(name, seer), _question(query)
    asked = question.ask(by=_by(metric, query.by), only=query.only, cell=query.cell)
    found = compute_people(metric, asked, tree_of(question, seer), seer) if metric.people else []
    return answer({"people": found})


def _question(query: AskQuery) -> Question:
    said = {"period": query.period, "from": query.first, "to": query.last, "segment": query.segment}
    return question_of(said)


def _by(metric: Metric, by: str) -> str:
    if by and by not in metric.groups:
        raise NoSuchGrouping(NoSuchGrouping.default % {"metric": metric.label, "group": by})
    return by


def _metric(metric: Metric) -> dict[str, Any]:
    words = {
        name: str(getattr(metric, name)) for name in ("label", "definition", "formula", "source", "example")
    }
    shape = {
        "unit": metric.unit,
        "counts": metric.grain,
        "groups": list(metric.groups),
        "better": metric.better,
    }
    return {"name": metric.name, **words, **shape}


def _answer(found: Answer) -> dict[str, Any]:
    ask = found.ask
    return {
        "metric": found.metric.name,
        "unit": found.metric.unit,
        "currency": Business.current().currency if found.metric.unit == "money" else None,
        "since": ask.since.isoformat() if ask.since else None,
        "until": ask.until.isoformat(),
        "by": ask.group or None,
        "seen_at": found.seen_at.isoformat(),
        "age_seconds": round((now() - found.seen_at).total_seconds()),
        "version": found.version,
        "figures": [_figure(one) for one in found.figures],
    }


def _figure(one: Figure) -> Mapping[str, Any]:
    own = {
        "group": one.group or None, "value": one.value, "n": one.n, "k": one.k, "low": one.low, "high": one.high,
        "is_small": one.is_small,
    }  # fmt: skip
    return {**one.more, **own}
