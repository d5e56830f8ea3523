"""A dashboard put on paper: every tile as a sheet with its figure, interval, n and table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from regulars.insights.engine.paper import Chart, Paper, Sheet
from regulars.insights.queries import words
from regulars.insights.queries.answers import grouping_label
from regulars.insights.queries.asking import Question
from regulars.insights.queries.boards import Board
from regulars.insights.queries.freshness import freshness
from regulars.insights.queries.showing import HEATS, Row, Shown
from regulars.kit.metrics import Metric
from regulars.kit.money import exponent, format_money
from regulars.team.models import Business

MOST_ROWS = 12


def on_paper(board: Board, question: Question, sheets: Iterable[Sheet], *, whose: str) -> Paper:
    """Return a dashboard as it is put on paper."""
    lines = [f"{words.period_words(question.period)} · {whose}", freshness().text]
    if question.beside:
        lines[0] += " · " + _("set beside: %(what)s") % {"what": words.beside_words(question.beside)}
    business = Business.current().name
    return Paper(
        title=str(board.name),
        lines=[
            *lines,
            _("After each figure: on how many it rests, and between what it lies with 95 % certainty."),
        ],
        foot=f"{business} · {board.name}",
        sheets=list(sheets),
        meaning_head=_("What the measures mean"),
        language=get_language() or "en",
        author=business,
    )


def refused_sheet(metric: Metric, problem: str) -> Sheet:
    """Return the sheet of a measure that could not be asked, which says why."""
    return Sheet(**_named(metric, ""), notes=[problem])


def sheet_of(shown: Shown) -> Sheet:
    """Return one tile as it is put on paper."""
    named = _named(shown.metric, shown.by)
    if not shown.rows:
        return Sheet(**named, notes=[_("Nothing to count in this period.")])
    if shown.drawn == "number" and shown.whole is not None:
        return Sheet(**named, figure=shown.whole.value, notes=_notes(shown, shown.whole))
    if shown.drawn == "grid":
        return Sheet(**named, **_grid(shown))
    kept = shown.rows[-MOST_ROWS:] if shown.by in words.OF_TIME else shown.rows[:MOST_ROWS]
    return Sheet(
        **named,
        notes=_beside_note(shown),
        chart=_chart(shown),
        heads=_heads(shown),
        rows=[_cells(shown, row) for row in kept],
        under=_left_out(len(shown.rows) - len(kept)),
    )


def _named(metric: Metric, by: str) -> dict[str, Any]:
    label = str(metric.label)
    title = f"{label} · {grouping_label(by)}" if by and by != "period" else label
    return {"title": title, "name": label, "meaning": str(metric.definition)}


def _left_out(count: int) -> str:
    said = ngettext("%(n)s more figure in the workbook", "%(n)s more figures in the workbook", count)
    return said % {"n": _number(count)} if count else ""


def _beside_note(shown: Shown) -> list[str]:
    name = shown.chart.get("beside_name", "")
    return [_("In grey: %(what)s") % {"what": name}] if name else []


def _notes(shown: Shown, row: Row) -> list[str]:
    few = _("few") if row.figure.is_small else ""
    notes = [" · ".join(part for part in (row.counted, row.between, few) if part)]
    if row.other is not None and row.other.value is not None:
        beside = _("%(change)s from %(value)s, %(beside)s")
        said = {
            "change": row.change,
            "value": row.other_value,
            "beside": words.beside_words(shown.question.beside),
        }
        notes.append(" · ".join(part for part in (beside % said, row.verdict) if part))
    return [note for note in notes if note]


def _heads(shown: Shown) -> list[str]:
    first = grouping_label(shown.by) if shown.by else _("Figure")
    heads = [first, _("Value"), _("95 % between"), "n"]
    return [*heads, words.beside_words(shown.question.beside), _("Difference")] if shown.has_beside else heads


def _cells(shown: Shown, row: Row) -> list[str]:
    label = (row.label or str(shown.metric.label)) + (f" ({_('few')})" if row.figure.is_small else "")
    cells = [label, row.value, row.between or words.NOTHING, _number(row.figure.n)]
    if shown.has_beside:
        difference = " · ".join(part for part in (row.change, row.verdict) if part)
        cells += [row.other_value or words.NOTHING, difference or words.NOTHING]
    return cells


def _chart(shown: Shown) -> Chart:
    drawn = shown.chart
    return Chart(
        kind=drawn["kind"],
        labels=drawn["labels"],
        values=drawn["values"],
        low=drawn["low"],
        high=drawn["high"],
        axis=lambda number: _axis(shown.metric, number),
        beside=drawn.get("beside", ()),
        small=drawn["small"],
    )


def _axis(metric: Metric, number: float) -> str:
    """Write a number of a chart's axis, which has money in whole units and rates in per cent."""
    if metric.unit == "money":
        currency = Business.current().currency
        return format_money(
            round(number * 10 ** exponent(currency)), currency, whole=abs(number) >= 1 or not number
        )
    text = _number(number, 0 if number == round(number) else 2)
    return _("%(number)s %%") % {"number": text} if metric.unit == "rate" else text


def _grid(shown: Shown) -> dict[str, Any]:
    lines: Sequence[dict[str, Any]] = shown.grid["lines"]
    heads = [grouping_label(shown.by), "n", *(str(head) for head in shown.grid["heads"])]
    cells = [
        [line["label"], line["n"], *((cell or {}).get("value", "") for cell in line["cells"])]
        for line in lines
    ]
    rows = [[one if isinstance(one, str) else _number(one) for one in row] for row in cells]
    warm = [[0.0, 0.0, *((cell or {}).get("heat", 0) / HEATS for cell in line["cells"])] for line in lines]
    return {"heads": heads, "rows": rows, "warm": warm}


def _number(number: float, places: int = 0) -> str:
    return str(number_format(number, places, use_l10n=True, force_grouping=True))
