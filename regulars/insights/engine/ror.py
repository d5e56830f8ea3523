"""Return on Relationship: of all who ever bought, how many were served or helped and had come back or been sent.

Metric definition 5.17: T = all who ever bought; H of T = served or helped in the window (a kept order, or any help the
business ticks); R of H = came as a referral, whenever, or repeat (bought in the window and on an earlier day; or, without
an order in the window, on at least two days). ROR = R / T = reach H/T × return R/H.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regulars.insights.engine.intervals import Interval, newcombe, wilson


@dataclass(frozen=True)
class Relationship:
    """The four counts, and what follows from them."""

    ever: int
    helped: int
    returned: int
    referred: int
    level: float = 0.95

    @property
    def ror(self) -> Interval:
        """R / T with Wilson's interval."""
        return wilson(self.returned, self.ever, self.level)

    @property
    def reach(self) -> Interval:
        """H / T: how many of all customers the business was in touch with."""
        return wilson(self.helped, self.ever, self.level)

    @property
    def returning(self) -> Interval:
        """R / H: how many of those came back or had been sent."""
        return wilson(self.returned, self.helped, self.level)

    @property
    def helped_for_each_return(self) -> float:
        """H / R, as some print it."""
        return self.helped / self.returned if self.returned else float("inf")


def relationship(
    purchase_days: ArrayLike,
    was_served: ArrayLike,
    was_helped: ArrayLike,
    is_referral: ArrayLike,
    level: float = 0.95,
) -> Relationship:
    """Return the four counts of a business as of the end of a window.

    purchase_days: (n,) days with a kept order up to that end; was_served: (n,) a kept order within the window;
    was_helped: (n,) any other help within it; is_referral: (n,) came by somebody's word. Who never bought counts nowhere.
    Bought in the window and on an earlier day is, as of its end, two purchase days or more, and so is the other case.

    >>> found = relationship([1, 2, 3, 1, 0], [1, 1, 0, 0, 0], [0, 0, 1, 0, 1], [1, 0, 0, 1, 1])
    >>> found.ever, found.helped, found.returned, found.referred
    (4, 3, 3, 1)
    """
    days = np.asarray(purchase_days, dtype=np.int64)
    served, helped, referral = (
        np.asarray(flags, dtype=bool) for flags in (was_served, was_helped, is_referral)
    )
    bought = days > 0
    touched = bought & (served | helped)
    came = touched & (referral | (days >= 2))
    return Relationship(
        int(bought.sum()), int(touched.sum()), int(came.sum()), int((touched & referral).sum()), level
    )


def change(now: Relationship, before: Relationship) -> Interval:
    """Return the difference of two RORs of different people; the same people a year later are no two samples."""
    return newcombe(now.returned, now.ever, before.returned, before.ever, now.level)
