"""Each customer's own rhythm: when they would buy next, how overdue they are, and how likely they will not return.

Times between purchases are compared as logarithms: twice as long is as far from usual as half as long. Somebody with few
purchases has little rhythm of their own and is drawn towards the business's (shrinkage); with many, theirs alone counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

# How far beyond the expected gap is late, and very late.
LATE, VERY_LATE = 1.5, 2.5
# Times between purchases of one business spread at least so much, in logarithms: nobody is a clock.
LEAST_SPREAD = 0.1
ROUNDS = 200


class NoRhythm(ValueError):
    """Nobody bought twice: there is no time between purchases to learn from."""


@dataclass(frozen=True)
class Pace:
    """The business's rhythm, learned from everyone.

    log_gap: mean logarithm of days between purchases; within: spread of one person's gaps; between: spread among people;
    lost: share of all purchases after which the buyer never came back; gaps: how many it was learned from.
    """

    log_gap: float
    within: float
    between: float
    lost: float
    gaps: int

    @property
    def typical_days(self) -> float:
        """The business's own median gap, in days."""
        return float(np.exp(self.log_gap))

    @property
    def trust(self) -> float:
        """How many gaps of one's own weigh as much as all the others'."""
        return self.within**2 / max(self.between, 1e-6) ** 2


@dataclass(frozen=True)
class Rhythms:
    """Of each (n,): own typical gap in days, when the next purchase is due (days from the last one) with its window, how
    overdue (1: just due), and the risk of not returning. `own` is the weight of one's own gaps against the business's."""

    typical_days: Floats
    due_in: Floats
    due_from: Floats
    due_to: Floats
    overdue: Floats
    risk: Floats
    own: Floats


def learn_pace(person: Whole, gap_days: Floats, silent_days: Floats) -> Pace:
    """Return the business's rhythm.

    person: (m,) int64 from 0, whose gap it is; gap_days: (m,) days between neighbouring purchase days, above 0;
    silent_days: (people,) days since each one's last purchase.
    """
    if not len(gap_days):
        raise NoRhythm("Nobody bought twice.")
    logs = np.log(np.maximum(gap_days, 0.5))
    counts, means = _own_means(person, logs, len(silent_days))
    several = counts[person] > 1
    left = (logs - means[person])[several]
    freedom = several.sum() - (counts > 1).sum()
    # Without anybody who bought three times, half of all spread is taken for each.
    whole = float(logs.var())
    within = float(left @ left / freedom) if freedom > 0 else whole / 2
    within = max(within, LEAST_SPREAD**2)
    known = counts > 0
    middle = float(np.average(means[known], weights=counts[known] / (counts[known] + 1)))
    between = _between(counts[known], means[known], middle, within)
    pace = Pace(middle, float(np.sqrt(within)), float(np.sqrt(between)), 0.0, len(gap_days))
    return Pace(
        middle, pace.within, pace.between, _share_lost(pace, counts, means, silent_days), len(gap_days)
    )


def _own_means(person: Whole, logs: Floats, people: int) -> tuple[Floats, Floats]:
    counts = np.bincount(person, minlength=people).astype(np.float64)
    sums = np.bincount(person, weights=logs, minlength=people)
    return counts, np.divide(sums, counts, out=np.zeros(people), where=counts > 0)


def _between(counts: Floats, means: Floats, middle: float, within: float) -> float:
    """Return the spread among people: what of the spread of their means their own few gaps do not explain."""
    excess = (means - middle) ** 2 - within / counts
    return max(float(np.average(excess, weights=counts / (counts + 1))), LEAST_SPREAD**2)


def _share_lost(pace: Pace, counts: Floats, means: Floats, silent_days: Floats) -> float:
    """Return the share of purchases after which nobody came back, as it explains gaps and silences best.

    Each purchase was followed by a gap, or by a silence that is either a loss or a gap not over yet: a share π of all
    purchases is lost, found by expectation (who of the silent is lost) and maximisation (what share that makes).
    """
    still = np.exp(_log_still_out(*_expected(pace, counts, means)[:2], silent_days))
    bought = float(counts.sum()) + len(silent_days)
    share = 0.1
    for _ in range(ROUNDS):
        found = float(np.sum(share / (share + (1 - share) * still))) / bought
        if abs(found - share) < 1e-9:
            break
        share = found
    return float(np.clip(share, 0.001, 0.95))


def _expected(pace: Pace, counts: Floats, means: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean and spread of the logarithm of each one's next gap, and the weight of their own."""
    own = counts / (counts + pace.trust)
    middle = own * means + (1 - own) * pace.log_gap
    spread = pace.within * np.sqrt(1 + 1 / (counts + pace.trust))
    return middle, spread, own


def _log_still_out(middle: Floats, spread: Floats, silent_days: Floats) -> Floats:
    """Return the logarithm of the chance that a next purchase, coming for sure, has not come yet."""
    z = (np.log(np.maximum(silent_days, 1e-3)) - middle) / spread
    found: Floats = log_ndtr(-z)
    return found


def rhythms(
    pace: Pace, person: Whole, gap_days: Floats, silent_days: Floats, *, level: float = 0.8
) -> Rhythms:
    """Return the rhythm of each; arguments as for `learn_pace`. Who has no gap yet follows the business's.

    Four purchases a week apart, silent for a week, and one for ten:

    >>> pace = Pace(log_gap=float(np.log(30)), within=0.5, between=0.5, lost=0.2, gaps=1000)
    >>> gaps = (np.array([0, 0, 0, 1, 1, 1]), np.full(6, 7.0))
    >>> found = rhythms(pace, *gaps, np.array([7.0, 70.0]))
    >>> found.typical_days.round(1).tolist(), found.overdue.round(2).tolist(), found.risk.round(2).tolist()
    ([10.1, 10.1], [0.7, 6.95], [0.25, 1.0])
    """
    logs = np.log(np.maximum(gap_days, 0.5))
    counts, means = _own_means(person, logs, len(silent_days))
    middle, spread, own = _expected(pace, counts, means)
    reach = float(ndtri((1 + level) / 2)) * spread
    typical = np.exp(middle)
    still = np.exp(_log_still_out(middle, spread, silent_days))
    risk = pace.lost / (pace.lost + (1 - pace.lost) * still)
    return Rhythms(
        typical_days=typical,
        due_in=typical,
        due_from=np.exp(middle - reach),
        due_to=np.exp(middle + reach),
        overdue=silent_days / typical,
        risk=risk,
        own=own,
    )


def reasons(
    *, gaps: int, overdue: float, last_gap_ratio: float | None = None, spend_ratio: float | None = None
) -> list[str]:
    """Return why somebody's risk is what it is, as codes, the weightiest first.

    gaps: how many own ones; overdue: as in `Rhythms`; last_gap_ratio: last gap by the typical one; spend_ratio: spend of
    the last purchase by one's own mean.

    >>> reasons(gaps=5, overdue=3.1, last_gap_ratio=1.8), reasons(gaps=0, overdue=0.4), reasons(gaps=4, overdue=0.8)
    (['very_late', 'slowing'], ['one_purchase'], ['in_rhythm'])
    """
    found = []
    if overdue >= LATE:
        found.append("very_late" if overdue >= VERY_LATE else "late")
    if last_gap_ratio is not None and last_gap_ratio >= LATE:
        found.append("slowing")
    if spend_ratio is not None and spend_ratio <= 0.5:
        found.append("spending_less")
    if gaps == 0:
        found.append("one_purchase")
    return found or ["in_rhythm"]
