"""Histories out of a table of text: whatever the columns are called, and every row that cannot be, with its line."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from regulars.insights.engine.clv.forecast import People
from regulars.insights.engine.clv.rows import MOST_PURCHASES, Floats

NAMES = {
    "frequency": ("frequency", "freq", "x", "repeats", "repeatpurchases", "frequencycal"),
    "recency": ("recency", "tx", "recencycal"),
    "age": ("t", "age", "tcal", "tenure", "lifetime"),
    "spend": ("monetary", "monetaryvalue", "spend", "meanspend", "zbar", "m", "mx", "averagespend", "avgmonetary"),
    "id": ("id", "customerid", "customer", "cust", "personid", "person", "index", "custid"),
}  # fmt: skip
TITLES = {"frequency": "frequency", "recency": "recency", "age": "T"}
AT_ONCE = 50_000
# So many rejected rows are told one by one; the others are counted.
TOLD = 20


class BadTable(ValueError):
    """The file is no table of histories."""


class Reject(NamedTuple):
    """A row that was left out: its line in the file, and why."""

    line: int
    reason: str


@dataclass
class Table:
    """What a file held: ids as written ("" where there is no such column), histories, and what was rejected."""

    ids: list[str]
    who: People
    rejected: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)


def read_table(lines: Iterable[str]) -> Table:
    """Return the histories of a CSV text, or raise `BadTable`; commas, semicolons, tabs and bars part its columns.

    >>> table = read_table(["ID,Frequency,recency,T", "a,1,2,9", "b,0,5,9"])
    >>> table.ids, table.rejects
    (['a'], [Reject(line=3, reason='Recency without a repeat purchase')])
    """
    texts = iter(lines)
    header = next(texts, "").lstrip("\ufeff")
    delimiter = max(",;\t|", key=header.count)
    columns = _columns(next(csv.reader([header], delimiter=delimiter), []))
    reader = csv.reader(texts, delimiter=delimiter)
    table = Table([], People(np.empty(0, np.int64), np.empty(0), np.empty(0)))
    parts = [_take(chunk, columns, delimiter == ";", table) for chunk in _chunks(reader)]
    if parts:
        frequency, recency, age, spend = (np.concatenate(part) for part in zip(*parts, strict=True))
        known_spend = spend if "spend" in columns else None
        table.who = People(frequency.astype(np.int64), recency, age, known_spend)
    return table


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Return where each column stands, or say which is missing and which were there."""
    said = ["".join(filter(str.isalnum, name.lower())) for name in header]
    found = {
        noun: said.index(name) for noun, names in NAMES.items() for name in reversed(names) if name in said
    }
    missing = [title for noun, title in TITLES.items() if noun not in found]
    if missing:
        there = ", ".join(name.strip() for name in header) or "none"
        raise BadTable(f"A column is missing: {', '.join(missing)}. The file has: {there}.")
    return found


def _chunks(reader: Iterator[list[str]]) -> Iterator[list[tuple[int, list[str]]]]:
    numbered = ((reader.line_num + 1, row) for row in reader if row)  # type: ignore[attr-defined]
    while chunk := list(islice(numbered, AT_ONCE)):
        yield chunk


def _take(
    chunk: list[tuple[int, list[str]]], columns: dict[str, int], has_comma: bool, table: Table
) -> tuple[Floats, Floats, Floats, Floats]:
    """Add a chunk's ids to the table, count what is rejected, return the four columns of the rest."""
    rows = [row for _line, row in chunk]
    frequency, recency, age = (_numbers(rows, columns[noun], has_comma) for noun in TITLES)
    spend = (
        _numbers(rows, columns["spend"], has_comma, empty=0.0) if "spend" in columns else np.zeros(len(rows))
    )
    reasons = _reasons(frequency, recency, age, spend)
    keeps = np.ones(len(rows), dtype=bool)
    for reason, is_so in reasons:
        wrong = np.flatnonzero(is_so & keeps)
        keeps[wrong] = False
        table.rejected[reason] += len(wrong)
        table.rejects += [Reject(chunk[place][0], reason) for place in wrong[:TOLD]]
    table.rejects = sorted(table.rejects)[:TOLD]
    place = columns.get("id")
    if place is not None:
        table.ids += [rows[row][place] if place < len(rows[row]) else "" for row in np.flatnonzero(keeps)]
    return frequency[keeps], recency[keeps], age[keeps], spend[keeps]


def _numbers(rows: list[list[str]], place: int, has_comma: bool, empty: float = np.nan) -> Floats:
    """Return a column as numbers, NaN where it is none."""
    try:
        return np.array([row[place] for row in rows], dtype=np.float64)
    except (ValueError, IndexError):
        return np.array([_number(row[place] if place < len(row) else "", has_comma, empty) for row in rows])


def _number(text: str, has_comma: bool, empty: float) -> float:
    text = text.strip()
    if not text or text.lower() in ("na", "nan", "null", "none"):
        return empty
    try:
        return float(text.replace(",", ".") if has_comma else text)
    except ValueError:
        return float("nan")


def _reasons(
    frequency: Floats, recency: Floats, age: Floats, spend: Floats
) -> list[tuple[str, NDArray[np.bool_]]]:
    """Return each reason to reject a row, with the rows it holds for; the first one counts."""
    finite = [np.isfinite(column) for column in (frequency, recency, age, spend)]
    return [
        ("Frequency is no number", ~finite[0]),
        ("Recency is no number", ~finite[1]),
        ("T is no number", ~finite[2]),
        ("Spend is no number", ~finite[3]),
        ("Frequency is not a whole number from 0", (frequency < 0) | (frequency != np.floor(frequency))),
        ("Frequency is too large", frequency > MOST_PURCHASES),
        ("Recency or T is negative", (recency < 0) | (age < 0)),
        ("Recency is above T", recency > age),
        ("Recency without a repeat purchase", (frequency == 0) & (recency > 0)),
        ("Repeat purchases but recency 0", (frequency > 0) & (recency == 0)),
        ("Spend is negative", spend < 0),
    ]
