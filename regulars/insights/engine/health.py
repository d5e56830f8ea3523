"""How a relationship is doing by its own rhythm: the longer overdue, the worse; and why, as codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regulars.insights.engine.histories import Histories
from regulars.insights.engine.rhythm import LATE, VERY_LATE, Floats, Rhythms, reasons

LOST = 4.0
HEALTHS = ("steady", "wavering", "at_risk", "lapsed")
REASONS = ("very_late", "late", "slowing", "spending_less", "one_purchase", "in_rhythm")


def healths(overdue: Floats) -> NDArray[np.object_]:
    """Return the health (n,) of each by how overdue the next purchase is.

    >>> healths(np.array([0.3, 1.6, 2.5, 9.0])).tolist()
    ['steady', 'wavering', 'at_risk', 'lapsed']
    """
    return np.array(HEALTHS, dtype=object)[np.searchsorted([LATE, VERY_LATE, LOST], overdue, side="right")]


def reasons_of_all(seen: Histories, found: Rhythms) -> list[list[str]]:
    """Return for each why they are doing so, the weightiest first (`rhythm.reasons`)."""
    slower = seen.last_gap / found.typical_days
    told = zip(
        (seen.counts - 1).tolist(), found.overdue.tolist(), slower.tolist(), seen.spend_ratio.tolist(), strict=True
    )  # fmt: skip
    return [
        reasons(gaps=gaps, overdue=overdue, last_gap_ratio=_known(slowing), spend_ratio=_known(spending))
        for gaps, overdue, slowing, spending in told
    ]


def _known(value: float) -> float | None:
    return value if value == value else None
