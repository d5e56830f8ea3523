"""How many subscribers are subscribers still."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS
from regulars.insights.metrics.shapes import share_with, those
from regulars.insights.metrics.subscribing import held
from regulars.kit.metrics import Metric

SUBSCRIBER_RETENTION = Metric(
    name="subscriber_retention",
    room="insights",
    label=_l("Subscriber retention"),
    definition=_l(
        "Of those who had a paid subscription when the period began, the share that have one at its end; trials do not count, paused ones do."
    ),
    formula="(subscribers at the end − new ones) ÷ subscribers at the beginning",
    source="The usual rate where a contract says who is a customer (Farris, Bendle, Pfeifer, Reibstein 2010, Marketing Metrics).",
    example="1,010 at the end, 50 of them new, 1,000 at the beginning: 96 %.",
    inputs=("subscriptions",),
    unit="rate",
    grain="person",
    expression=share_with(held, "is_still"),
    people=those(held, _.is_still),
    drawn="line",
    interval="wilson",
    groups=OF_DAYS,
    better="higher",
)
