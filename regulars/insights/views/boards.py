"""A dashboard: its tiles, each asked for when the page has appeared; what is kept already appears with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from regulars.insights.actions.asking import held_before
from regulars.insights.actions.printing import PDF, count_on, is_counted, pdf_name, print_board
from regulars.insights.models import Annotation
from regulars.insights.queries.answers import Answer
from regulars.insights.queries.asking import Question, known_metrics
from regulars.insights.queries.boards import (
    Board,
    Tile,
    board_among,
    boards_for,
    drawn_of,
    find_board,
    grouping_of,
    shown_tiles,
    size_of,
)
from regulars.insights.queries.showing import listed_in_a_tile, notes_in, show
from regulars.insights.rules import CHANGE, SEE, can_change_board
from regulars.insights.views.common import address, asked, lenses, pickers
from regulars.insights.views.files import workbook_file
from regulars.insights.views.tiles import address_behind, shown_metric, tile_context
from regulars.kit.htmx import fragment, wants_fragment
from regulars.kit.htmx import redirect as redirect_to
from regulars.kit.metrics import Metric
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.team.rules import may

# So long is counted before the page hears how far it is.
A_STEP = 1.0
MOST_TILES = 500
# What the first screen shows; tiles further down ask for themselves once the page is there.
FIRST_SCREEN = 6


@require_GET
@needs(SEE)
def insights(request: Request) -> HttpResponse:
    """Open the first dashboard."""
    return redirect(reverse("insights:board", args=[boards_for(request.member)[0].slug]))


@require_GET
@needs(SEE)
def board(request: Request, board: str) -> HttpResponse:
    """Show a dashboard."""
    known, question = boards_for(request.member), asked(request)
    found = board_among(board, known)
    further = lenses(request)
    context = {
        "board": found,
        "tabs": tabs(known, question, found),
        "tiles": tiles_of(request, found, question),
        "arrange": found.own.pk if found.own and can_change_board(request.member, found.own) else None,
        "may_arrange": found.own is not None and can_change_board(request.member, found.own),
        "workbook_url": address("insights:workbook", found.slug, question=question),
        "pdf_url": address("insights:printed", found.slug, question=question),
        "printing_url": address("insights:printing", found.slug, question=question),
        "mailing_url": address("insights:mailing", found.slug, question=question),
        "may_change": may(request.member, CHANGE),
        "lenses": further,
        "page_of": next((one for one in further if one["name"] == found.slug), None),
        **pickers(request, question),
    }
    return render(request, "insights/board.html", context)


def tabs(known: Sequence[Board], question: Question, current: Board | None = None) -> list[dict[str, Any]]:
    """Return the dashboards as tabs."""
    return [
        {
            "label": one.name,
            "url": address("insights:board", one.slug, question=question),
            "icon": one.icon,
            "active": current is not None and one.slug == current.slug,
        }
        for one in known
    ]


@require_GET
@needs(SEE)
def workbook(request: Request, board: str) -> FileResponse:
    """Give all figures of a dashboard as a workbook, a sheet for each."""
    found, question = find_board(board, request.member), asked(request)
    shown = []
    for tile, metric in shown_tiles(found, known_metrics(request.member)):
        drawn = drawn_of(tile, metric)
        by = grouping_of(metric, tile.by or ("period" if drawn == "line" else ""))
        shown.append(shown_metric(request, metric, question, by=by, drawn=drawn, tile=tile.id))
    return workbook_file(shown, f"{found.slug}-{question.period.last.isoformat()}")


@require_GET
@needs(SEE)
def printed(request: Request, board: str) -> HttpResponse:
    """Give a dashboard as a PDF."""
    found, question = find_board(board, request.member), asked(request)
    answer = HttpResponse(print_board(found, question, request.member), content_type=PDF)
    answer.headers["Content-Disposition"] = f'attachment; filename="{pdf_name(found, question)}"'
    return answer


@require_GET
@needs(SEE)
def printing(request: Request, board: str) -> HttpResponse:
    """Count what a PDF still wants, a second at a time, and say how far it is; what is kept already is given at once."""
    found, question = find_board(board, request.member), asked(request)
    pdf_url, said = address("insights:printed", found.slug, question=question), request.GET.get("done", "")
    if not wants_fragment(request) or (not said and is_counted(found, question, request.member)):
        return redirect_to(request, pdf_url)
    seconds, done = (A_STEP, min(int(said), MOST_TILES)) if said.isdecimal() and len(said) < 4 else (0.0, 0)
    counted = count_on(found, question, request.member, done=done, seconds=seconds)
    context: dict[str, Any] = {
        "board": found,
        "counted": counted,
        "pdf_url": pdf_url,
        "next_url": address("insights:printing", found.slug, question=question, done=str(counted.done)),
    }
    return fragment(request, "insights/_printing.html", **context)


def tiles_of(request: Request, board: Board, question: Question) -> list[dict[str, Any]]:
    """Return the tiles, those of the first screen with their figures where these are kept from an earlier time."""
    arrange = str(board.own.pk) if board.own and can_change_board(request.member, board.own) else ""
    tiles = [
        _tile(question, tile, metric, arrange)
        for tile, metric in shown_tiles(board, known_metrics(request.member))
    ]
    first = tiles[:FIRST_SCREEN]
    wanted = [(tile["metric"], tile["by"]) for tile in first]
    other = question.other()
    now = held_before(wanted, question, request.member)
    beside = held_before(wanted, other, request.member) if other else [None] * len(first)
    notes = notes_in(question.period)
    for tile, answer, second in zip(first, now, beside, strict=True):
        if answer is not None and (other is None or second is not None):
            tile |= _filled(tile, question, answer, second, notes)
    return tiles


def _filled(
    tile: dict[str, Any],
    question: Question,
    answer: Answer,
    beside: Answer | None,
    notes: Sequence[Annotation],
) -> dict[str, Any]:
    metric, by = tile["metric"], tile["by"]
    leads_to = address_behind(metric, question, by)
    listed, unlisted = listed_in_a_tile(answer, by, tile["drawn"])
    shown = show(
        metric, question, listed, by=by, drawn=tile["drawn"], other=beside, address=leads_to, notes=notes
    )
    return tile_context(replace(shown, tile=tile["id"], unlisted=unlisted))


def _tile(question: Question, tile: Tile, metric: Metric, arrange: str) -> dict[str, Any]:
    drawn, size = drawn_of(tile, metric), size_of(tile, metric)
    by = grouping_of(metric, tile.by or ("period" if drawn == "line" else ""))
    url = address(
        "insights:tile", metric.name, question=question, by=by, drawn=drawn, size=size, tile=tile.id,
        arrange=arrange,
    )  # fmt: skip
    return {"id": tile.id, "metric": metric, "size": size, "drawn": drawn, "url": url, "by": by}
