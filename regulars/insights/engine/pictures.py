"""Where a value, its interval and the marks beside it lie on a line, in hundredths of its length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LENGTH, AIR = 100.0, 0.08


@dataclass(frozen=True)
class Place:
    """A point of the line, and how words under it are aligned so that they stay within it."""

    at: float
    anchor: str


@dataclass(frozen=True)
class Picture:
    """An interval on a line: the value, from where to where it may truly be, and marks to set it beside."""

    value: Place
    start: float
    length: float
    marks: tuple[Place, ...] = ()


def picture(
    value: float, low: float | None, high: float | None, *, marks: Sequence[float] = (), ends: tuple[float, float]
) -> Picture:  # fmt: skip
    """Place a value with its interval and marks on a line between two ends; what lies beyond ends at the edge.

    >>> drawn = picture(0.5, 0.25, 0.75, marks=[1.0], ends=(0.0, 1.0))
    >>> drawn.value.at, drawn.start, drawn.length, drawn.marks[0].anchor
    (50.0, 25.0, 50.0, 'end')
    """
    first, last = ends
    span = (last - first) or 1.0

    def at(number: float) -> float:
        return round(min(max((number - first) / span, 0.0), 1.0) * LENGTH, 2)

    start, end = at(value if low is None else low), at(value if high is None else high)
    return Picture(_place(at(value)), start, round(end - start, 2), tuple(_place(at(mark)) for mark in marks))


def ends_of(numbers: Sequence[float], *, most: float | None = None) -> tuple[float, float]:
    """Return the ends of a line that holds these numbers with some air, at most so far out.

    >>> ends_of([0.0, 100.0])
    (-8.0, 108.0)
    """
    first, last = min(numbers), max(numbers)
    if most is not None:
        first, last = max(first, -most), min(last, most)
    air = (last - first or 1.0) * AIR
    return first - air, last + air


def _place(at: float) -> Place:
    return Place(at, "start" if at < LENGTH / 4 else "end" if at > LENGTH * 3 / 4 else "middle")
