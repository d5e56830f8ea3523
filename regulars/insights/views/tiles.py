"""A tile: one metric asked, drawn, and opened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from regulars.insights.actions.asking import ask_metric, gather_crowd
from regulars.insights.queries import words
from regulars.insights.queries.answers import Answer
from regulars.insights.queries.asking import Question, seen_metric
from regulars.insights.queries.boards import SIZES, grouping_of
from regulars.insights.queries.showing import Address, Shown, listed_in_a_tile, show
from regulars.insights.queries.whose import SEE
from regulars.insights.views.common import address, asked
from regulars.kit.htmx import fragment
from regulars.kit.lists import compact
from regulars.kit.metrics import Metric
from regulars.kit.refused import NotThere, Refused
from regulars.kit.requests import Request
from regulars.team.gate import needs

DRAWN = ("number", "line", "bar", "grid", "distribution")
BEHIND = "insights.behind"


@require_GET
@needs(SEE)
def tile(request: Request, metric: str) -> HttpResponse:
    """Show one tile of a dashboard; asked for by the page when it has appeared."""
    found, question = seen_metric(metric, request.member), asked(request)
    by, drawn = grouping_of(found, request.GET.get("by", "")), drawn_as(found, request.GET.get("drawn", ""))
    context: dict[str, Any] = {
        "metric": found,
        "tile_id": request.GET.get("tile", metric)[:40],
        "size": size_said(request),
        "open": request.GET.get("open") == "1",
        "arrange": arranged(request),
    }
    try:
        shown = shown_metric(
            request, found, question, by=by, drawn=drawn, tile=context["tile_id"], is_tile=True
        )
    except Refused as problem:
        return fragment(
            request,
            "insights/_tile_failed.html",
            problem=str(problem),
            retry=request.get_full_path(),
            **context,
        )
    return fragment(request, "insights/_tile.html", **tile_context(shown), **context)


@require_GET
@needs(SEE)
def behind(request: Request, metric: str) -> HttpResponse:
    """Open the list of people behind a figure."""
    found, question = seen_metric(metric, request.member), asked(request)
    if found.people is None:
        raise NotThere
    by = grouping_of(found, request.GET.get("by", ""))
    only = request.GET.get("only") if by else None
    label = str(found.label)
    if only is not None:
        label += f" · {words.group_words(by, only, words.group_names(by))}"
    step = request.GET.get("cell", "")
    cell = int(step) if step.lstrip("-").isdecimal() and len(step) < 9 else None
    crowd = gather_crowd(found, question, request.member, by=by, only=only, cell=cell, label=label)
    tree = {"field": BEHIND, "op": "is", "value": crowd.token}
    return redirect(f"{reverse('people:list')}?{urlencode({'filter': compact(tree)})}")


def shown_metric(
    request: Request, metric: Metric, question: Question, *, by: str, drawn: str, tile: str = "",
    is_tile: bool = False,
) -> Shown:  # fmt: skip
    """Ask a metric, and what is set beside it, and make the answer ready; a tile lists no more than a page can hold."""
    other = question.other()
    answer = ask_metric(metric, question, request.member, by=by)
    beside: Answer | None = ask_metric(metric, other, request.member, by=by) if other else None
    leads_to = address_behind(metric, question, by)
    answer, unlisted = listed_in_a_tile(answer, by, drawn) if is_tile else (answer, 0)
    shown = show(metric, question, answer, by=by, drawn=drawn, other=beside, address=leads_to)
    return replace(shown, tile=tile, unlisted=unlisted)


def address_behind(metric: Metric, question: Question, by: str) -> Address:
    """Return where each figure of a metric leads: to the people behind it."""
    base = address("insights:behind", metric.name, question=question, by=by)
    glue = "&" if "?" in base else "?"

    def leads_to(group: str, step: int | None) -> str:
        said = {**({"only": group} if by else {}), **({"cell": str(step)} if step is not None else {})}
        return f"{base}{glue}{urlencode(said)}" if said else base

    return leads_to


def tile_context(shown: Shown) -> dict[str, Any]:
    """Return what a tile's template needs besides the metric."""
    question = shown.question
    return {
        "shown": shown,
        "beside_words": words.beside_words(question.beside) if question.beside else "",
        "metric_url": address(
            "insights:metric", shown.metric.name, question=question, by=shown.by, drawn=shown.drawn
        ),
        "csv_url": address("insights:figures", shown.metric.name, "csv", question=question, by=shown.by),
        "group_head": group_head(shown.by),
        "by_label": group_head(shown.by) if shown.by and shown.by != "period" else "",
    }


def group_head(by: str) -> str:
    """Return the head of the table's first column."""
    from regulars.insights.queries.answers import grouping_label

    return grouping_label(by) if by else _("Figure")


def drawn_as(metric: Metric, drawn: str) -> str:
    """Return how the metric is drawn: as asked, else as it says itself."""
    return drawn if drawn in DRAWN else metric.drawn


def arranged(request: Request) -> int | None:
    """Return the number of the dashboard the tile stands on, when it is arranged there."""
    number = request.GET.get("arrange", "")
    return int(number) if number.isdecimal() and len(number) < 19 else None


def size_said(request: Request) -> str:
    """Return how wide the page wants the tile."""
    size = request.GET.get("size", "")
    return size if size in SIZES else "m"
