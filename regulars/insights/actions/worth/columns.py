"""The columns of worth: what histories and engagement of people come to, by what was learned of everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regulars.insights.actions.worth.knowing import Known, people_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from regulars.insights.engine.histories import Histories

# Of the value of one person so many in a hundred lie between "at least" and "at most".
LEVEL = 0.8
# A date further away says nothing, and calendars end.
FURTHEST_DAYS = 3650
COLUMNS = (
    "purchase_days", "first_on", "last_on", "spent_minor", "average_minor", "loyal_since", "rfm_recency", "rfm_frequency", "rfm_money",
    "rfm_group", "alive", "expected_purchases", "predicted_minor", "predicted_low_minor", "predicted_high_minor", "next_on",
    "engagement", "churn_risk", "churn_reasons", "health", "health_reasons",
)  # fmt: skip
DAYS = ("first_on", "last_on", "loyal_since", "next_on")
Column = Any


@dataclass(frozen=True)
class Seen:
    """People as they are known: purchase days, and in the order of their `ids` money in minor units and engagement (n,)."""

    days: Histories
    spent: NDArray[np.int64]
    raw: NDArray[np.float64]


def columns_of(seen: Seen, known: Known, day: int) -> dict[str, Column]:
    """Return every column (n,) of these people on a day (days since 1970); days are such numbers too, −1 for none.

    What the customers could not tell is None for all of them.
    """
    import numpy as np

    days = seen.days
    found: dict[str, Column] = {
        "person_id": days.ids, "purchase_days": days.counts, "first_on": days.first, "last_on": days.last,
        "spent_minor": seen.spent, "average_minor": np.where(days.counts > 1, np.floor(days.spend + 0.5), np.nan),
        "loyal_since": days.loyal,
    }  # fmt: skip
    found |= _scores(seen, known, day) | _future(days, known, day) | _rhythm(days, known, day)
    from regulars.insights.engine.engagement import engagement_index

    found["engagement"] = engagement_index(seen.raw, known.ninetieth).round(1)
    return found


def _scores(seen: Seen, known: Known, day: int) -> dict[str, Column]:
    from regulars.insights.engine.rfm import group_of, scores

    marks = scores(known.cuts, day - seen.days.last, seen.days.counts, seen.spent)
    names = {(r, f, m): group_of(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)}
    groups = [names[each] for each in zip(*(mark.tolist() for mark in marks), strict=True)]
    return {"rfm_recency": marks[0], "rfm_frequency": marks[1], "rfm_money": marks[2], "rfm_group": groups}


def _future(days: Histories, known: Known, day: int) -> dict[str, Column]:
    names = ("alive", "expected_purchases", "predicted_minor", "predicted_low_minor", "predicted_high_minor")
    found: dict[str, Column] = dict.fromkeys(names)
    if known.fit is None or not len(days.ids):
        return found
    from datetime import date

    import numpy as np

    from regulars.insights.engine.clv.forecast import purchases, value
    from regulars.insights.metrics.predicting import horizon_of
    from regulars.kit.metrics import Ask

    who = people_of(days, day)
    made = purchases(known.fit, who, horizon_of(Ask(today=date.min, until=date.min)))
    found |= {"alive": made.alive.round(4), "expected_purchases": made.expected.round(3)}
    if known.spending is None:
        return found
    worth = value(made, known.spending, who)
    low, high = worth.interval(LEVEL)
    # Of somebody almost surely lost, nine in ten bring nothing and the mean is above that: nobody should read "2, at most 0".
    high = np.maximum(high, worth.expected)
    found |= {
        name: values.round() for name, values in zip(names[2:], (worth.expected, low, high), strict=True)
    }
    return found


def _rhythm(days: Histories, known: Known, day: int) -> dict[str, Column]:
    names = ("next_on", "churn_risk", "churn_reasons", "health", "health_reasons")
    found: dict[str, Column] = dict.fromkeys(names)
    if known.pace is None or not len(days.ids):
        return found
    import numpy as np

    from regulars.insights.engine.health import healths, reasons_of_all
    from regulars.insights.engine.leaving import features
    from regulars.insights.engine.rhythm import rhythms

    rhythm = rhythms(known.pace, *days.gaps, (day - days.last).astype(float))
    why = reasons_of_all(days, rhythm)
    found |= {
        "next_on": days.last + np.ceil(np.minimum(rhythm.due_in, FURTHEST_DAYS)).astype(np.int64),
        "health": healths(rhythm.overdue).tolist(), "health_reasons": why, "churn_risk": rhythm.risk.round(4), "churn_reasons": why,
    }  # fmt: skip
    if known.leaving is not None:
        told = features(days, rhythm, day)
        found["churn_risk"] = known.leaving.risk(told, rhythm.risk).round(4)
        found["churn_reasons"] = known.leaving.reasons(told, rhythm.risk)
    return found
