"""A metric's own page: large, told apart as one likes, with its definition, formula and source; and its figures as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from regulars.insights.queries.answers import grouping_label
from regulars.insights.queries.asking import Question, seen_metric
from regulars.insights.queries.boards import grouping_of
from regulars.insights.queries.whose import SEE
from regulars.insights.views.common import address, asked, pickers
from regulars.insights.views.files import figures_file
from regulars.insights.views.tiles import DRAWN, drawn_as, shown_metric
from regulars.kit.metrics import Metric
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.team.gate import needs

FORMS = ("csv", "xlsx")


@require_GET
@needs(SEE)
def metric(request: Request, metric: str) -> HttpResponse:
    """Show one metric large, with all that is to be said about it."""
    found, question = seen_metric(metric, request.member), asked(request)
    by, drawn = _drawn(found, request)
    tile_url = address("insights:tile", metric, question=question, by=by, drawn=drawn, size="l", tile="whole")
    context = {
        "metric": found,
        "by": by,
        "drawn": drawn,
        "tile": {"id": "whole", "metric": found, "size": "l", "drawn": drawn, "url": f"{tile_url}&open=1"},
        "ways": _ways(found, question, by),
        "files": [
            (form, address("insights:figures", metric, form, question=question, by=by)) for form in FORMS
        ],
        **pickers(request, question),
    }
    return render(request, "insights/metric.html", context)


@require_GET
@needs(SEE)
def figures(request: Request, metric: str, form: str) -> HttpResponseBase:
    """Give a metric's figures as a file."""
    found, question = seen_metric(metric, request.member), asked(request)
    if form not in FORMS:
        raise NotThere
    by = grouping_of(found, request.GET.get("by", ""))
    shown = shown_metric(request, found, question, by=by, drawn=found.drawn)
    return figures_file(shown, form)


def _drawn(metric: Metric, request: Request) -> tuple[str, str]:
    said = request.GET.get("drawn", "")
    drawn = drawn_as(metric, said)
    by = grouping_of(metric, request.GET.get("by", "") or ("period" if drawn == "line" else ""))
    if by and drawn == "number":
        drawn = "line" if by == "period" else "bar"
    return by, drawn if drawn in DRAWN else "bar"


def _ways(metric: Metric, question: Question, current: str) -> list[dict[str, Any]]:
    """Return the ways to tell the metric's figures apart, as tabs."""
    names = [
        "",
        *(["period"] if metric.drawn == "line" and "period" not in metric.groups else []),
        *metric.groups,
    ]
    return [
        {
            "label": grouping_label(name) if name else None,
            "url": address("insights:metric", metric.name, question=question, by=name),
            "active": name == current,
        }
        for name in names
    ]
