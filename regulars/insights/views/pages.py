"""First-class pages: the map of recency, frequency and money, the cohorts, the spread of value, and the way through the stages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from regulars.insights.actions.asking import ask_metric
from regulars.insights.queries import words
from regulars.insights.queries.answers import Answer, Figure
from regulars.insights.queries.asking import Question, seen_metric, tree_of
from regulars.insights.rules import SEE
from regulars.insights.views.common import address, asked, pickers
from regulars.insights.views.tiles import address_behind
from regulars.kit.lists import compact
from regulars.kit.metrics import Metric
from regulars.kit.refused import Refused
from regulars.kit.requests import Request
from regulars.people.models import Stage
from regulars.team.gate import needs

FIVE, HEATS, FUNNEL_WIDTH = range(5, 0, -1), 8, 100


@require_GET
@needs(SEE)
def cohorts(request: Request) -> HttpResponse:
    """Open the cohort grid."""
    return redirect(address("insights:metric", "cohort_retention", question=asked(request)))


@require_GET
@needs(SEE)
def values(request: Request) -> HttpResponse:
    """Open how sales are spread over customers."""
    return redirect(address("insights:metric", "sales_distribution", question=asked(request)))


@require_GET
@needs(SEE)
def rfm(request: Request) -> HttpResponse:
    """Show the customers on a map of how lately and how often they bought, coloured by what they spent."""
    question = asked(request)
    metric = seen_metric("rfm", request.member)
    context: dict[str, Any] = {"metric": metric, "fives": list(FIVE), **pickers(request, question)}
    try:
        answer = ask_metric(metric, question, request.member)
        names = ask_metric(metric, question, request.member, by="rfm")
    except Refused as problem:
        return render(request, "insights/rfm.html", {**context, "problem": str(problem)})
    tree = tree_of(question, request.member)
    return render(
        request, "insights/rfm.html", {**context, "lines": _map(answer, tree), "groups": _groups(names, tree)}
    )


@require_GET
@needs(SEE)
def journey(request: Request) -> HttpResponse:
    """Show how many come to each stage, how many of these go on, and how long that takes."""
    question = asked(request)
    reach, time = seen_metric("stage_reach", request.member), seen_metric("time_in_stage", request.member)
    context: dict[str, Any] = {"metric": reach, "time": time, **pickers(request, question)}
    try:
        came = ask_metric(reach, question, request.member)
        stood = ask_metric(time, question, request.member)
    except Refused as problem:
        return render(request, "insights/journey.html", {**context, "problem": str(problem)})
    return render(
        request, "insights/journey.html", {**context, "steps": _steps(reach, question, came, stood)}
    )


def _map(answer: Answer, tree: Any) -> list[dict[str, Any]]:
    counts: dict[tuple[int, int], int] = defaultdict(int)
    sales: dict[tuple[int, int], float] = defaultdict(float)
    for one in answer.figures:
        place = int(one.more["recency"]), int(one.more["frequency"])
        counts[place] += one.k or 0
        sales[place] += float(one.more["sales"] or 0)
    top = max(counts.values(), default=1)
    whole = sum(sales.values()) or 1

    def cell(recency: int, frequency: int) -> dict[str, Any] | None:
        count = counts.get((recency, frequency))
        if not count:
            return None
        share = sales[recency, frequency] / whole
        return {
            "count": count,
            "share": _("%(n)s %% of sales") % {"n": f"{share * 100:.1f}"},
            "heat": 1 + round((HEATS - 1) * (count / top) ** 0.5),
            "url": _people(tree, ("insights.recency", recency), ("insights.frequency", frequency)),
        }

    return [{"score": often, "cells": [cell(lately, often) for lately in range(1, 6)]} for often in FIVE]


def _groups(answer: Answer, tree: Any) -> list[dict[str, Any]]:
    found: dict[str, dict[str, float]] = defaultdict(lambda: {"count": 0, "sales": 0.0})
    for one in answer.figures:
        found[one.group]["count"] += one.k or 0
        found[one.group]["sales"] += float(one.more["sales"] or 0)
    people, sales = (sum(one[name] for one in found.values()) or 1 for name in ("count", "sales"))
    rows = [
        {
            "label": words.group_words("rfm", group),
            "count": int(one["count"]),
            "people": f"{one['count'] / people * 100:.1f} %",
            "sales": f"{one['sales'] / sales * 100:.1f} %",
            "width": round(one["sales"] / sales * 100, 1),
            "url": _people(tree, ("insights.group", group)),
            "order": one["sales"],
        }
        for group, one in found.items()
    ]
    return sorted(rows, key=lambda row: -float(str(row["order"])))


def _people(tree: Any, *tests: tuple[str, object]) -> str:
    asked = [{"field": name, "op": "is", "value": value} for name, value in tests]
    whole = {"and": [*([tree] if tree else []), *asked]} if tree or len(asked) > 1 else asked[0]
    return f"{reverse('people:list')}?{urlencode({'filter': compact(whole)})}"


def _steps(metric: Metric, question: Question, came: Answer, stood: Answer) -> list[dict[str, Any]]:
    leads_to = address_behind(metric, question, "")
    times = {one.more["step"]: one for one in stood.figures}
    steps: list[dict[str, Any]] = []
    before: Figure | None = None
    for one in came.figures:
        time = times.get(one.more["step"])
        steps.append({
            "label": str(dict(Stage.choices).get(str(one.more["label"]), one.more["label"])),
            "count": one.k,
            "share": words.said(metric, one.value),
            "between": words.between(metric, one),
            "width": round(FUNNEL_WIDTH * (one.value or 0), 1),
            "left": round(FUNNEL_WIDTH * (1 - (one.value or 0)) / 2, 1),
            "url": leads_to("", one.more["step"]),
            **_going_on(before, one),
            "days": words.said(stood.metric, time.value) if time else "",
            "left_by": time.n if time else 0,
        })  # fmt: skip
        before = one
    return steps


def _going_on(before: Figure | None, one: Figure) -> Mapping[str, str]:
    """Return how many of those at the stage before came here, with the interval."""
    from regulars.insights.metrics.intervals import wilson

    if before is None or not before.k:
        return {"conversion": "", "conversion_between": ""}
    low, high = wilson(float(one.k or 0), before.k)
    share = (one.k or 0) / before.k
    return {
        "conversion": f"{share * 100:.1f} %",
        "conversion_between": _("%(low)s to %(high)s")
        % {"low": f"{low * 100:.1f} %", "high": f"{high * 100:.1f} %"},
    }
