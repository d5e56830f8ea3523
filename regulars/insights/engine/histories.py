"""Days somebody bought on, in arrays: what every figure of one customer is worked out from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
# The third purchase day makes somebody loyal.
LOYAL_AFTER = 3


@dataclass(frozen=True)
class Histories:
    """Purchase days (m,), sorted by person and day, each pair once.

    person: whose; day: days since 1970; net: money kept from that day, in minor units. Figures of each person (n,) follow in the
    order of `ids`.
    """

    person: Whole
    day: Whole
    net: Whole

    def until(self, last: int) -> Histories:
        """Return what was known at the end of an earlier day."""
        seen = self.day <= last
        return Histories(self.person[seen], self.day[seen], self.net[seen])

    def of(self, ids: Whole) -> Histories:
        """Return the histories of these people (ascending) alone."""
        place = np.minimum(np.searchsorted(ids, self.person), max(len(ids) - 1, 0))
        kept = ids[place] == self.person if len(ids) else np.zeros(len(self.person), dtype=bool)
        return Histories(self.person[kept], self.day[kept], self.net[kept])

    @cached_property
    def starts(self) -> Whole:
        """Where each person's days begin."""
        is_first = np.ones(len(self.person), dtype=bool)
        is_first[1:] = self.person[1:] != self.person[:-1]
        return np.flatnonzero(is_first).astype(np.int64)

    @cached_property
    def ids(self) -> Whole:
        """Each person once, ascending."""
        found: Whole = self.person[self.starts]
        return found

    @cached_property
    def counts(self) -> Whole:
        """How many purchase days each has."""
        return np.diff(np.append(self.starts, len(self.person))).astype(np.int64)

    @property
    def first(self) -> Whole:
        """The first day of each."""
        found: Whole = self.day[self.starts]
        return found

    @cached_property
    def last(self) -> Whole:
        """The last day of each."""
        found: Whole = self.day[self.starts + self.counts - 1]
        return found

    @cached_property
    def loyal(self) -> Whole:
        """The third day of each, −1 without one."""
        found = np.full(len(self.ids), -1, dtype=np.int64)
        has = self.counts >= LOYAL_AFTER
        found[has] = self.day[self.starts[has] + LOYAL_AFTER - 1]
        return found

    @cached_property
    def spend(self) -> Floats:
        """What each spends on a repeat day, on average; 0 without any."""
        if not len(self.ids):
            return np.zeros(0)
        repeats = np.add.reduceat(self.net, self.starts) - self.net[self.starts]
        found: Floats = np.divide(repeats, self.counts - 1, out=np.zeros(len(repeats)), where=self.counts > 1)
        return found

    @cached_property
    def gaps(self) -> tuple[Whole, Floats]:
        """Days between neighbouring purchase days: whose (counted from 0 in the order of `ids`), and how many."""
        whose = np.repeat(np.arange(len(self.ids), dtype=np.int64), self.counts)
        is_repeat = np.ones(len(self.person), dtype=bool)
        is_repeat[self.starts] = False
        between = np.diff(self.day, prepend=self.day[:1]).astype(np.float64)
        return whose[is_repeat], between[is_repeat]

    @cached_property
    def last_gap(self) -> Floats:
        """Days between the last two purchase days of each, NaN without two."""
        ends = self.starts + self.counts - 1
        found = np.full(len(self.ids), np.nan)
        has = self.counts > 1
        found[has] = self.day[ends[has]] - self.day[ends[has] - 1]
        return found

    @cached_property
    def spend_ratio(self) -> Floats:
        """What each spent on the last day by their mean over the days before it, NaN without two."""
        ends = self.starts + self.counts - 1
        found = np.full(len(self.ids), np.nan)
        if not len(self.ids):
            return found
        before = np.add.reduceat(self.net, self.starts) - self.net[ends]
        has = (self.counts > 1) & (before > 0)
        found[has] = self.net[ends[has]] / (before[has] / (self.counts[has] - 1))
        return found
