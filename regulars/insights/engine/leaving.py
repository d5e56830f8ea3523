"""Who will not be back in time: the features of a history, and the model judged on later people before it is used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regulars.insights.engine.churn import Churn, Moment, learn_churn
from regulars.insights.engine.histories import Histories
from regulars.insights.engine.rhythm import VERY_LATE, NoRhythm, Pace, Rhythms, learn_pace, rhythms

Floats = NDArray[np.float64]
NAMES = ("few_purchases", "overdue", "slowing", "small_purchases", "spending_less", "newness")
# Somebody is lost who does not buy within this time, which follows the business's own pace.
SHORTEST, LONGEST = 30, 365
# So many people are enough to judge a model.
MOST = 20_000


def learn_leaving(seen: Histories, day: int, within: int | None = None) -> Churn:
    """Return the model or the rule, whichever was right more often about the time up to a day (days since 1970).

    within: days without a purchase that count as lost; unless said they follow from the business's own pace.
    """
    try:
        pace = learn_pace(*seen.gaps, (day - seen.last).astype(float))
        within = within or window(pace)
        return learn_churn(moment(seen, day - 2 * within, within), moment(seen, day - within, within), NAMES)
    except NoRhythm:
        return Churn("rhythm", "too_few", None, None, None, NAMES)


def window(pace: Pace) -> int:
    """Return within how many days somebody has to buy again, not to count as lost."""
    return int(np.clip(round(pace.typical_days * VERY_LATE), SHORTEST, LONGEST))


def moment(seen: Histories, day: int, within: int) -> Moment:
    """Return people as they were known at the end of a day, and who of them bought nothing in the days after it."""
    known = seen.until(day)
    pace = learn_pace(*known.gaps, (day - known.last).astype(float))
    every = -(-len(known.ids) // MOST) or 1
    known = known.of(known.ids[::every])
    rhythm = rhythms(pace, *known.gaps, (day - known.last).astype(float))
    back = np.unique(seen.person[(seen.day > day) & (seen.day <= day + within)])
    return Moment(features(known, rhythm, day), rhythm.risk, ~np.isin(known.ids, back))


def features(seen: Histories, rhythm: Rhythms, day: int) -> Floats:
    """Return what the model knows of each (n, 6), so that more always means more worrying; NaN where it is not known."""
    with np.errstate(divide="ignore"):
        return np.column_stack([
            -np.log(seen.counts), np.log(np.maximum(rhythm.overdue, 0.01)), np.log(seen.last_gap / rhythm.typical_days),
            -np.log1p(np.where(seen.counts > 1, np.maximum(seen.spend, 0), seen.net[seen.starts])),
            -np.log(np.clip(seen.spend_ratio, 0.01, 100)), -np.log1p(day - seen.first),
        ])  # fmt: skip
