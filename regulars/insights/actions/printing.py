"""Dashboards as PDF files: asked tile by tile as the page asks them, within the reach of whoever reads them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _

from regulars.insights.actions.asking import ask_metric, held_before
from regulars.insights.engine.paper import Sheet, write_pdf
from regulars.insights.queries.answers import Answer
from regulars.insights.queries.asking import Question, known_metrics
from regulars.insights.queries.boards import Board, Tile, drawn_of, grouping_of, shown_tiles
from regulars.insights.queries.paper import on_paper, refused_sheet, sheet_of
from regulars.insights.queries.showing import show
from regulars.insights.queries.whose import find_segment
from regulars.kit.metrics import Metric
from regulars.kit.refused import Refused

PDF = "application/pdf"


def print_board(board: Board, question: Question, seer: Any) -> bytes:
    """Return a dashboard as a PDF, with a word in the place of what could not be asked."""
    whose = find_segment(question.segment, seer).name if question.segment else _("All customers")
    sheets = [
        _sheet(tile, metric, question, seer) for tile, metric in shown_tiles(board, known_metrics(seer))
    ]
    return write_pdf(on_paper(board, question, sheets, whose=whose))


@dataclass(frozen=True)
class Counted:
    """How far the counting for a dashboard has come: `done` of `all` tiles; `next_label` names the figure that comes next."""

    done: int
    all: int
    next_label: str = ""

    @property
    def is_over(self) -> bool:
        return self.done >= self.all


def is_counted(board: Board, question: Question, seer: Any) -> bool:
    """Tell whether every figure of a dashboard is kept, so that its PDF only has to be drawn."""
    asked = [(metric, _grouping(tile, metric)) for tile, metric in shown_tiles(board, known_metrics(seer))]
    other = question.other()
    kept = held_before(asked, question, seer) + (held_before(asked, other, seer) if other else [])
    return all(one is not None for one in kept)


def count_on(board: Board, question: Question, seer: Any, *, done: int, seconds: float) -> Counted:
    """Count a dashboard's figures from one tile on until so many seconds are over, and keep them for the PDF."""
    tiles, until = shown_tiles(board, known_metrics(seer)), monotonic() + seconds
    at = done
    while at < len(tiles) and monotonic() < until:
        # What is refused stands on the paper with its reason.
        with suppress(Refused):
            _answers(*tiles[at], question, seer)
        at += 1
    label = str(tiles[at][1].label) if at < len(tiles) else ""
    return Counted(min(at, len(tiles)), len(tiles), label)


def pdf_name(board: Board, question: Question) -> str:
    """Return the name of the file."""
    return f"{board.slug}-{question.period.last.isoformat()}.pdf"


def _sheet(tile: Tile, metric: Metric, question: Question, seer: Any) -> Sheet:
    drawn, by = drawn_of(tile, metric), _grouping(tile, metric)
    try:
        found, beside = _answers(tile, metric, question, seer)
        return sheet_of(show(metric, question, found, by=by, drawn=drawn, other=beside, address=_nowhere))
    except Refused as problem:
        return refused_sheet(metric, str(problem))


def _answers(tile: Tile, metric: Metric, question: Question, seer: Any) -> tuple[Answer, Answer | None]:
    by, other = _grouping(tile, metric), question.other()
    found = ask_metric(metric, question, seer, by=by)
    return found, ask_metric(metric, other, seer, by=by) if other else None


def _grouping(tile: Tile, metric: Metric) -> str:
    return grouping_of(metric, tile.by or ("period" if drawn_of(tile, metric) == "line" else ""))


def _nowhere(_group: str, _step: int | None) -> str:
    return ""
