"""Histories of customers, and the same ones folded: equal (frequency, recency, age) become one row with a weight."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

# Frequencies are counts of days; whoever sends more has mistaken a column.
MOST_PURCHASES = 10_000_000
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


class BadHistory(ValueError):
    """The arrays are no histories of customers: lengths differ, or a value cannot be."""


@dataclass(frozen=True)
class Rows:
    """Distinct histories with the number of customers who share each.

    frequency: (n,) int64, repeat purchases; recency and age: (n,) float64, in one unit of time, 0 ≤ recency ≤ age;
    weight: (n,) float64, customers.
    """

    frequency: Whole
    recency: Floats
    age: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.frequency)

    @cached_property
    def customers(self) -> float:
        """How many customers stand behind the rows."""
        return float(self.weight.sum())

    @cached_property
    def purchases(self) -> float:
        """How many repeat purchases they made."""
        return float(self.weight @ self.frequency)

    @cached_property
    def counts(self) -> tuple[Whole, Floats]:
        """The frequencies that occur, ascending, and the customers of each."""
        values, places = np.unique(self.frequency, return_inverse=True)
        return values, np.bincount(places, weights=self.weight, minlength=len(values)).astype(np.float64)

    def share(self, kept: NDArray[np.intp], weight: Floats) -> Rows:
        """Return some of the rows with other weights."""
        return Rows(self.frequency[kept], self.recency[kept], self.age[kept], weight)

    def in_units_of(self, length: float) -> Rows:
        """Return the rows with time counted in another unit, which is `length` of this one."""
        return Rows(self.frequency, self.recency / length, self.age / length, self.weight)


def checked(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> tuple[Whole, Floats, Floats]:
    """Return the three as arrays of one length, or raise `BadHistory` with the first thing that cannot be.

    >>> checked([0], [3.0], [10.0])
    Traceback (most recent call last):
        ...
    regulars.insights.engine.clv.rows.BadHistory: Without a repeat purchase, recency is 0.
    """
    floats = [np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (frequency, recency, age)]
    if len({len(values) for values in floats}) > 1 or any(values.ndim != 1 for values in floats):
        raise BadHistory("Frequency, recency and age need one value for each customer.")
    counts, recencies, ages = floats
    for is_wrong, says in (
        (
            ~np.isfinite(counts) | ~np.isfinite(recencies) | ~np.isfinite(ages),
            "Every value is a finite number.",
        ),
        (
            (counts < 0) | (counts > MOST_PURCHASES) | (counts != np.floor(counts)),
            "Frequency is a whole number from 0.",
        ),
        ((recencies < 0) | (ages < 0), "Recency and age are not negative."),
        (recencies > ages, "Recency is not above age."),
        ((counts == 0) & (recencies != 0), "Without a repeat purchase, recency is 0."),
        ((counts > 0) & (recencies == 0), "With a repeat purchase, recency is above 0."),
    ):
        if is_wrong.any():
            raise BadHistory(says)
    return counts.astype(np.int64), recencies, ages


def unfolded(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Rows:
    """Return one row for each customer."""
    counts, recencies, ages = checked(frequency, recency, age)
    return Rows(counts, recencies, ages, np.ones(len(counts)))


def fold(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Rows:
    """Return distinct histories with weights; every sum over customers stays what it was.

    >>> folded = fold([1, 0, 1], [2.0, 0.0, 2.0], [9.0, 5.0, 9.0])
    >>> sorted(zip(folded.frequency.tolist(), folded.weight.tolist()))
    [(0, 1.0), (1, 2.0)]
    """
    counts, recencies, ages = checked(frequency, recency, age)
    order = _order_by_hash(counts, recencies, ages)
    counts, recencies, ages = counts[order], recencies[order], ages[order]
    starts = np.ones(len(counts), dtype=bool)
    # Values are compared, not hashes: two histories under one hash stay apart, at worst in more rows than needed.
    starts[1:] = (counts[1:] != counts[:-1]) | (recencies[1:] != recencies[:-1]) | (ages[1:] != ages[:-1])
    first = np.flatnonzero(starts)
    weight = np.diff(np.append(first, len(counts))).astype(np.float64)
    return Rows(counts[first], recencies[first], ages[first], weight)


def _order_by_hash(counts: Whole, recencies: Floats, ages: Floats) -> NDArray[np.intp]:
    """Bring equal histories together: five times as quick as sorting by three columns."""
    hashes = (ages + 0.0).view(np.uint64) * _MIX[0]
    hashes ^= hashes >> np.uint64(29)
    hashes += (recencies + 0.0).view(np.uint64) * _MIX[1]
    hashes ^= hashes >> np.uint64(32)
    hashes += counts.view(np.uint64) * _MIX[2]
    hashes *= _MIX[1]
    bits = np.uint64(max(len(counts) - 1, 1).bit_length())
    places = (np.uint64(1) << bits) - np.uint64(1)
    hashes &= ~places
    hashes |= np.arange(len(counts), dtype=np.uint64)
    hashes.sort()
    return (hashes & places).astype(np.intp)
