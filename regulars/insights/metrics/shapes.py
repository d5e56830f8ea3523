"""The shapes that measures share: each gives the two functions of a metric, its figures and the people behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ibis import _

from regulars.insights.metrics.figures import counted, ratio_of_sums
from regulars.insights.metrics.grouping import grouped
from regulars.kit.metrics import Ask, Expression, Tables

if TYPE_CHECKING:
    from ibis import Deferred, Table

# Rows of people, told apart as the question wants it (`group`) or not yet.
Rows = Callable[[Tables, Ask], "Table"]


def told_apart(rows: Rows) -> Rows:
    """Return the rows with their group."""
    return lambda tables, ask: grouped(rows(tables, ask), tables, ask)


def share_with(rows: Rows, flag: str) -> Expression:
    """Return k rows with a flag of n."""
    return lambda tables, ask: counted(rows(tables, ask), flag)


def ratio_of(rows: Rows, top: str, bottom: str) -> Expression:
    """Return the sum of one column over that of another."""
    return lambda tables, ask: ratio_of_sums(rows(tables, ask), top, bottom)


def those(rows: Rows, condition: Deferred) -> Expression:
    """Return the people of the rows that fulfil a condition."""
    return lambda tables, ask: rows(tables, ask).filter(condition & _.person_id.notnull()).select("person_id")
