"""What is put on paper: words and numbers, ready to be drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["line", "bar", "distribution"]


@dataclass(frozen=True)
class Chart:
    """Numbers in the order of their labels; `low` and `high` are the ends of their intervals, `axis` writes a number of the axis."""

    kind: Kind
    labels: Sequence[str]
    values: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]
    axis: Callable[[float], str]
    beside: Sequence[float | None] = ()
    small: Sequence[bool] = ()


@dataclass(frozen=True)
class Sheet:
    """One measure: a figure with what is to be said of it, or a chart, or a grid; and the table behind it.

    `name` is the measure's and stands before its meaning at the end, once. `warm` gives for each cell of the table how dark it is, between 0 and 1.
    """

    title: str
    name: str = ""
    meaning: str = ""
    figure: str = ""
    notes: Sequence[str] = ()
    chart: Chart | None = None
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    warm: Sequence[Sequence[float]] = ()
    under: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is one figure, which needs no room of its own."""
        return bool(self.figure)


@dataclass(frozen=True)
class Paper:
    """A dashboard on paper: its name, of when and of whom it is, and its sheets; `foot` stands on every page before its number."""

    title: str
    lines: Sequence[str]
    foot: str
    sheets: Sequence[Sheet]
    meaning_head: str
    language: str = "en"
    author: str = field(default="Regulars")
