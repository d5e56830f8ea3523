"""How long it takes until a matter is closed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.answering import median_until, those_until
from regulars.insights.metrics.grouping import OF_DAYS
from regulars.kit.metrics import Metric

RESOLUTION_TIME = Metric(
    name="resolution_time",
    room="insights",
    label=_l("Time to resolution"),
    definition=_l(
        "How many hours it took to close conversations begun in the period: half of them at most so long, around the clock. Open conversations are left out."
    ),
    formula="median of (closed − beginning), in hours",
    source="Told in the trade; no study found: time to resolution, as help desks report it. Median with an interval by ranks (Conover 1999, Practical Nonparametric Statistics, 3rd edition).",
    example="1, 2 and 9 hours: 2 hours.",
    inputs=("conversations",),
    unit="hours",
    grain="conversation",
    expression=median_until("closed_at"),
    people=those_until("closed_at"),
    drawn="line",
    interval="given",
    groups=OF_DAYS,
    better="lower",
)
