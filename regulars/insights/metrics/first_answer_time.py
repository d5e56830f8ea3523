"""How long customers wait for the first answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.answering import median_until, those_until
from regulars.insights.metrics.grouping import OF_DAYS
from regulars.kit.metrics import Metric

FIRST_ANSWER_TIME = Metric(
    name="first_answer_time",
    room="insights",
    label=_l("Time to the first answer"),
    definition=_l(
        "How many hours customers waited for the first answer in conversations begun in the period: half of them at most so long, around the clock. Conversations without an answer are left out; in business hours it stands in the inbox’s reports."
    ),
    formula="median of (first answer − beginning), in hours",
    source="Told in the trade; no study found: first response time, as help desks report it. Median with an interval by ranks (Conover 1999, Practical Nonparametric Statistics, 3rd edition).",
    example="1, 2 and 9 hours: 2 hours.",
    inputs=("conversations",),
    unit="hours",
    grain="conversation",
    expression=median_until("first_answered_at"),
    people=those_until("first_answered_at"),
    drawn="line",
    interval="given",
    groups=OF_DAYS,
    better="lower",
)
