"""How many subscribers have left."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS
from regulars.insights.metrics.shapes import share_with, those
from regulars.insights.metrics.subscribing import held
from regulars.kit.metrics import Metric

SUBSCRIBER_CHURN = Metric(
    name="subscriber_churn",
    room="insights",
    label=_l("Subscriber churn"),
    definition=_l(
        "Of those who had a paid subscription when the period began, the share that have none at its end; trials do not count, paused ones do."
    ),
    formula="subscribers lost in the period ÷ subscribers at the beginning",
    source="The usual rate where a contract says who is a customer (Farris, Bendle, Pfeifer, Reibstein 2010, Marketing Metrics).",
    example="40 of 1,000 left: 4 %.",
    inputs=("subscriptions",),
    unit="rate",
    grain="person",
    expression=share_with(held, "is_lost"),
    people=those(held, _.is_lost),
    drawn="line",
    interval="wilson",
    groups=OF_DAYS,
    better="lower",
)
