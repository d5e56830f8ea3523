"""What subscribers pay a month now, for each unit they paid when the period began."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS
from regulars.insights.metrics.shapes import ratio_of, those
from regulars.insights.metrics.subscribing import payers
from regulars.kit.metrics import Metric

SUBSCRIPTION_NET_RETENTION = Metric(
    name="subscription_net_retention",
    room="insights",
    label=_l("Net retention of subscriptions"),
    definition=_l(
        "What those who subscribed when the period began pay a month at its end, for each unit they paid then: with upgrades and cancellations, without new subscribers."
    ),
    formula="(start + expansion − contraction − churned) ÷ start",
    source="The usual rate of subscription businesses: what is left of Skok’s revenue churn (SaaS Metrics 2.0).",
    example="100 at the start, 15 more, 5 less, 8 lost: 102 %.",
    inputs=("subscriptions", "orders"),
    unit="rate",
    grain="person",
    expression=ratio_of(payers, "now", "before"),
    people=those(payers, _.now < _.before),
    drawn="line",
    interval="given",
    groups=OF_DAYS,
)
