"""An answer made ready to be looked at: rows for the table, and what a chart is drawn of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from regulars.insights.models import Annotation
from regulars.insights.queries import words
from regulars.insights.queries.answers import Answer, Figure
from regulars.insights.queries.asking import Question, reaches_back
from regulars.insights.queries.comparing import Difference, difference
from regulars.insights.queries.periods import Period
from regulars.kit.metrics import Metric
from regulars.team.models import Business

MOST_BARS, MOST_STEPS = 12, 60
# A shop may have thousands of products, and pairs of them; so many a tile lists.
MOST_LISTED = 50
HEATS = 8
# Where a group's figure leads; for a grid, which of its steps.
Address = Callable[[str, int | None], str]


@dataclass(frozen=True)
class Row:
    """One figure in words: its group, value, on how many it rests, and how it differs from what stands beside it."""

    key: str
    label: str
    figure: Figure
    value: str
    counted: str
    between: str
    url: str = ""
    other: Figure | None = None
    other_value: str = ""
    difference: Difference | None = None
    change: str = ""
    verdict: str = ""

    @property
    def tone(self) -> str:
        """Good, bad, or neither."""
        found = self.difference.verdict if self.difference else ""
        return {"better": "up", "worse": "down"}.get(found, "")


@dataclass(frozen=True)
class Shown:
    """One metric as it is shown: its rows in their order, and the chart's numbers."""

    metric: Metric
    question: Question
    by: str
    drawn: str
    rows: Sequence[Row]
    answer: Answer
    other: Answer | None = None
    chart: Mapping[str, Any] = field(default_factory=dict)
    grid: Mapping[str, Any] = field(default_factory=dict)
    left_out: int = 0
    tile: str = ""
    unlisted: int = 0

    @property
    def total(self) -> int:
        """How many figures there are, those not listed too."""
        return len(self.rows) + self.unlisted

    @property
    def chart_id(self) -> str:
        """The element that holds the chart's numbers."""
        return f"chart-{self.tile}"

    @property
    def whole(self) -> Row | None:
        """The one figure of a metric that is not told apart."""
        return self.rows[0] if self.rows else None

    @property
    def has_beside(self) -> bool:
        return any(row.other is not None for row in self.rows)


def show(
    metric: Metric, question: Question, answer: Answer, *, by: str, drawn: str, other: Answer | None,
    address: Address, notes: Sequence[Annotation] | None = None,
) -> Shown:  # fmt: skip
    """Make an answer ready; `address` gives where a group's figure leads, `notes` what is known of its period already."""
    known = words.group_names(by)
    names = {group: words.group_words(by, group, known) for group in {one.group for one in answer.figures}}
    figures = _in_order(answer.figures, by)
    beside = _matched(figures, other.figures if other else [], by)
    rows = [_row(metric, one, by, names, beside.get(_place(one)), address) for one in figures]
    if other is not None and not reaches_back(question):
        rows = [_unjudged(row) for row in rows]
    kept = _most(rows, by, drawn)
    chart = (
        _chart(metric, question, kept, by, drawn, notes) if drawn in ("line", "bar", "distribution") else {}
    )
    grid = _grid(rows) if drawn == "grid" else {}
    return Shown(metric, question, by, drawn, rows, answer, other, chart, grid, len(rows) - len(kept))


def _row(
    metric: Metric, one: Figure, by: str, names: dict[str, str], then: Figure | None, address: Address
) -> Row:
    found = difference(metric, one, then) if then else None
    return Row(
        key=one.group,
        label=_label(metric, one, by, names),
        figure=one,
        value=words.said(metric, one.value),
        counted=words.counted(metric, one),
        between=words.between(metric, one),
        url=address(one.group, one.more.get("step")) if metric.people and one.n else "",
        other=then,
        other_value=words.said(metric, then.value) if then else "",
        difference=found,
        change=words.change(metric, found, then) if found and then else "",
        verdict=words.verdict(found) if found else "",
    )


def _unjudged(row: Row) -> Row:
    """Say nothing about a difference from a time that is not known whole."""
    found = replace(row.difference, verdict="unknown") if row.difference else None
    return replace(row, difference=found, verdict="")


def _label(metric: Metric, one: Figure, by: str, names: dict[str, str]) -> str:
    group = words.group_words(by, one.group, names) if by else ""
    step = (
        words.step_label(metric, one)
        if metric.drawn in ("bar", "distribution") and "step" in one.more
        else ""
    )
    return " · ".join(part for part in (group, step) if part)


def _in_order(figures: Sequence[Figure], by: str) -> list[Figure]:
    if by in words.OF_TIME or not by or any("step" in one.more for one in figures):
        return list(figures)
    return sorted(figures, key=lambda one: (-one.n, one.group))


def _place(one: Figure) -> tuple[str, Any]:
    return one.group, one.more.get("step")


def _matched(now: Sequence[Figure], then: Sequence[Figure], by: str) -> dict[tuple[str, Any], Figure]:
    """Return what stands beside each group: the same group, for steps of time the step at the same place."""
    if by == "period":
        return {_place(one): other for one, other in zip(now[::-1], then[::-1], strict=False)}
    return {_place(one): one for one in then}


def _most(rows: Sequence[Row], by: str, drawn: str) -> Sequence[Row]:
    if by in words.OF_TIME:
        return rows[-MOST_STEPS:]
    if drawn == "distribution":
        return rows
    return rows[:MOST_BARS] if by or drawn == "bar" else rows[:MOST_STEPS]


def _chart(
    metric: Metric,
    question: Question,
    rows: Sequence[Row],
    by: str,
    drawn: str,
    notes: Sequence[Annotation] | None,
) -> dict[str, Any]:
    def values(pick: Callable[[Row], float | None]) -> list[float | None]:
        return [words.chart_value(metric, pick(row)) for row in rows]

    chart: dict[str, Any] = {
        "kind": drawn,
        "unit": metric.unit,
        "currency": Business.current().currency if metric.unit == "money" else "",
        "name": str(metric.label),
        "labels": [row.label for row in rows],
        "values": values(lambda row: row.figure.value),
        "low": values(lambda row: row.figure.low),
        "high": values(lambda row: row.figure.high),
        "words": [_told(row) for row in rows],
        "urls": [row.url for row in rows],
        "small": [row.figure.is_small for row in rows],
        "marks": _marks(notes_in(question.period) if notes is None else notes, rows)
        if by == "period"
        else [],
    }
    if any("actual" in row.figure.more for row in rows):
        actual = [row.figure.more.get("actual") for row in rows]
        chart["beside"], chart["beside_name"] = actual, _("What happened")
        chart["beside_words"] = ["" if one is None else f"{one:,}" for one in actual]
    elif any(row.other for row in rows):
        chart["beside"] = values(lambda row: row.other.value if row.other else None)
        chart["beside_name"] = words.beside_words(question.beside)
        chart["beside_words"] = [row.other_value for row in rows]
    return chart


def _told(row: Row) -> str:
    between = f" ({row.between})" if row.between else ""
    return f"{row.value}{between} · {row.counted}" if row.counted else f"{row.value}{between}"


def listed_in_a_tile(answer: Answer, by: str, drawn: str) -> tuple[Answer, int]:
    """Return an answer with the first of very many figures alone, and how many that leaves to the files."""
    if by in words.OF_TIME or drawn in ("grid", "distribution", "line"):
        return answer, 0
    kept = _in_order(answer.figures, by)[:MOST_LISTED]
    return replace(answer, figures=kept), len(answer.figures) - len(kept)


def notes_in(period: Period) -> list[Annotation]:
    """Return what was written down about the days of a period, in order."""
    kept = Annotation.objects.filter(deleted_at__isnull=True, day__lt=period.until)
    return list(kept.filter(day__gte=period.since or date.min).order_by("day", "pk"))


def _marks(notes: Sequence[Annotation], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the notes about the days shown, by the place of the step each lies in."""
    starts = [_starts(row.key) for row in rows]
    found = []
    for one in notes:
        place = max((n for n, start in enumerate(starts) if start and start <= one.day), default=None)
        if place is not None:
            found.append({"at": place, "text": one.text, "day": one.day.isoformat()})
    return found


def _starts(step: str) -> date | None:
    parts = [int(part) for part in step.split("-") if part.isdecimal()]
    return date(*(parts + [1, 1])[:3]) if parts else None


def is_whole(step: str, question: Question) -> bool:
    """Tell whether a step of time is over."""
    start = _starts(step)
    length = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}[question.period.step]
    return start is not None and start + timedelta(days=length) <= question.today


def _grid(rows: Sequence[Row]) -> dict[str, Any]:
    """Return a grid's lines with their cells by step, each with how warm it is."""
    steps = sorted({row.figure.more["step"] for row in rows if "step" in row.figure.more})
    lines: dict[str, dict[str, Any]] = {}
    warm = [row.figure.value for row in rows if row.figure.value is not None and row.figure.more.get("step")]
    top = max(warm, default=0) or 1
    for row in rows:
        line = lines.setdefault(row.key, {"label": row.label, "n": row.figure.n, "by_step": {}})
        line["n"] = max(line["n"], row.figure.n)
        line["by_step"][row.figure.more.get("step")] = _cell(row, top)
    for line in lines.values():
        line["cells"] = [line["by_step"].get(step) for step in steps]
    is_part = any(not cell["is_whole"] for line in lines.values() for cell in line["by_step"].values())
    return {"heads": steps, "lines": list(lines.values()), "has_part": is_part}


def _cell(row: Row, top: float) -> dict[str, Any]:
    value = row.figure.value
    share = 0 if value is None else min(1.0, max(0.0, value / top))
    return {
        "value": row.value,
        "url": row.url,
        "told": f"{row.label}: {_told(row)}",
        "heat": 0 if not value else 1 + round(share * (HEATS - 1)),
        "is_whole": bool(row.figure.more.get("is_whole", True)),
    }
