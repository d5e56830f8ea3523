"""Charts as vectors: a line with its band, bars with their whiskers, a distribution."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import ceil, floor, log10
from typing import Any

from regulars.insights.engine.paper.faces import GREEN, INK, LINE, MARIGOLD, PALE, QUIET, runs, width_of
from regulars.insights.engine.paper.sheets import Chart

WIDTH, HEIGHT, LABELS, BAR, SIZE = 500.0, 150.0, 130.0, 17.0, 7.5
STEPS = 4
MOST_BARS = 12


@cache
def shade(colour: str) -> Any:
    """Return a colour as drawings take it; reading it from its text each time is a quarter of all drawing."""
    from reportlab.lib.colors import HexColor

    return HexColor(colour)


def draw(chart: Chart) -> Any:
    """Return the drawing of a chart."""
    return _bars(chart) if chart.kind == "bar" else _over(chart)


def ticks(first: float, last: float) -> list[float]:
    """Return round numbers that span a range.

    >>> ticks(0, 87)
    [0.0, 25.0, 50.0, 75.0, 100.0]
    """
    span = (last - first) or 1.0
    rough = span / STEPS
    ten = 10.0 ** floor(log10(rough))
    step = next(size * ten for size in (1, 2, 2.5, 5, 10) if size * ten >= rough * 0.999)
    begin = floor(first / step)
    found = [begin * step]
    while len(found) == 1 or found[-1] < last - step * 1e-9:
        found.append((begin + len(found)) * step)
    return [round(one, 10) for one in found]


def _ends(chart: Chart, *, zero: bool) -> list[float]:
    known = [
        one for row in (chart.values, chart.low, chart.high, chart.beside) for one in row if one is not None
    ]
    return ticks(min([0.0, *known] if zero else known), max([0.0, *known] if zero else known))


def _over(chart: Chart) -> Any:
    """Draw numbers over their steps from left to right: a line, or bars that touch."""
    from reportlab.graphics.shapes import Drawing

    drawing = Drawing(WIDTH, HEIGHT)
    if not any(one is not None for one in chart.values):
        return drawing
    is_line = chart.kind == "line"
    axis = _ends(chart, zero=not is_line)
    left, bottom, top = 44.0, 16.0, HEIGHT - 8
    room = WIDTH - left - 6
    each = room / max(len(chart.values) - (1 if is_line else 0), 1)

    def x(place: int) -> float:
        return left + each * place + (0 if is_line else each / 2)

    def y(value: float) -> float:
        return bottom + (value - axis[0]) / (axis[-1] - axis[0]) * (top - bottom)

    for one in axis:
        _rule(drawing, left, y(one), WIDTH - 6, y(one))
        _word(drawing, left - 4, y(one) - 2.5, chart.axis(one), "end")
    every = _every(chart.labels, each)
    for place, label in enumerate(chart.labels):
        if place % every == 0:
            anchor = (
                "start"
                if is_line and place == 0
                else "end"
                if is_line and place == len(chart.labels) - 1
                else "middle"
            )
            _word(drawing, x(place), 4, label, anchor)
    if is_line:
        _lines(drawing, chart, x, y)
    else:
        _columns(drawing, chart, x, y, each)
    return drawing


def _every(labels: Sequence[str], each: float) -> int:
    """Return how many steps apart labels stand that do not touch."""
    longest = max((width_of(label, SIZE) for label in labels), default=0.0)
    return max(1, ceil((longest + SIZE) / each))


def _lines(drawing: Any, chart: Chart, x: Any, y: Any) -> None:
    from reportlab.graphics.shapes import Circle, Polygon

    band = [
        (x(place), y(low), y(high))
        for place, (low, high) in enumerate(zip(chart.low, chart.high, strict=True))
        if low is not None and high is not None
    ]
    if len(band) > 1:
        edge = [number for at, low, _high in band for number in (at, low)]
        edge += [number for at, _low, high in reversed(band) for number in (at, high)]
        drawing.add(Polygon(edge, fillColor=shade(PALE), strokeColor=None))
    _path(
        drawing, [(x(n), y(one)) for n, one in enumerate(chart.beside) if one is not None], QUIET, dashed=True
    )
    points = [(x(n), y(one)) for n, one in enumerate(chart.values) if one is not None]
    _path(drawing, points, GREEN)
    for at, height in points:
        drawing.add(Circle(at, height, 1.8, fillColor=shade(GREEN), strokeColor=None))


def _path(drawing: Any, points: Sequence[tuple[float, float]], colour: Any, *, dashed: bool = False) -> None:
    from reportlab.graphics.shapes import PolyLine

    if len(points) > 1:
        flat = [number for point in points for number in point]
        drawing.add(
            PolyLine(
                flat, strokeColor=shade(colour), strokeWidth=1.4, strokeDashArray=[3, 2] if dashed else None
            )
        )


def _columns(drawing: Any, chart: Chart, x: Any, y: Any, each: float) -> None:
    from reportlab.graphics.shapes import Rect

    wide = min(each * 0.82, 26.0)
    for place, value in enumerate(chart.values):
        if value is not None:
            low, high = sorted((y(0.0), y(value)))
            drawing.add(
                Rect(x(place) - wide / 2, low, wide, high - low, fillColor=shade(GREEN), strokeColor=None)
            )
    for place, value in enumerate(chart.beside):
        if value is not None:
            _rule(drawing, x(place) - each / 2, y(value), x(place) + each / 2, y(value), QUIET, 1.2)


def _bars(chart: Chart) -> Any:
    """Draw bars beneath one another, each with its whisker."""
    from reportlab.graphics.shapes import Drawing, Rect

    count = min(len(chart.values), MOST_BARS)
    height = count * BAR + 18
    drawing, axis = Drawing(WIDTH, height), _ends(chart, zero=True)

    def x(value: float) -> float:
        return LABELS + (value - axis[0]) / (axis[-1] - axis[0]) * (WIDTH - LABELS - 22)

    for one in axis:
        _rule(drawing, x(one), 12, x(one), height)
        _word(drawing, x(one), 3, chart.axis(one), "middle")
    for place in range(count):
        middle = height - BAR * (place + 0.5)
        value, low, high = chart.values[place], chart.low[place], chart.high[place]
        _word(drawing, LABELS - 5, middle - 2.5, _short(chart.labels[place]), "end", INK)
        if value is None:
            continue
        first, last = sorted((x(0.0), x(value)))
        other = chart.beside[place] if chart.beside else None
        is_small = bool(chart.small) and chart.small[place]
        drawing.add(
            Rect(
                first,
                middle - 4.5,
                last - first,
                9,
                fillColor=shade(PALE if is_small else GREEN),
                strokeColor=None,
            )
        )
        if other is not None:
            _rule(drawing, x(other), middle - 6.5, x(other), middle + 6.5, QUIET, 1.4)
        if low is not None and high is not None:
            _rule(drawing, x(low), middle, x(high), middle, MARIGOLD, 1.6)
    return drawing


def _short(label: str, most: int = 30) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"


def _rule(
    drawing: Any, x1: float, y1: float, x2: float, y2: float, colour: Any = LINE, width: float = 0.5
) -> None:
    from reportlab.graphics.shapes import Line

    drawing.add(Line(x1, y1, x2, y2, strokeColor=shade(colour), strokeWidth=width))


def _word(drawing: Any, x: float, y: float, text: str, anchor: str, colour: Any = QUIET) -> None:
    from reportlab.graphics.shapes import String

    at = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width_of(text, SIZE)
    for run in runs(text):
        drawing.add(String(at, y, run.text, fontName=run.face, fontSize=SIZE, fillColor=shade(colour)))
        at += width_of(run.text, SIZE)
