"""What is left of what subscribers paid a month when the period began."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS
from regulars.insights.metrics.shapes import ratio_of, those
from regulars.insights.metrics.subscribing import payers
from regulars.kit.metrics import Metric

SUBSCRIPTION_GROSS_RETENTION = Metric(
    name="subscription_gross_retention",
    room="insights",
    label=_l("Gross retention of subscriptions"),
    definition=_l(
        "What is left at the period’s end of what subscribers paid a month when it began, counting of each at most what they paid then. It cannot exceed 100 %."
    ),
    formula="(start − contraction − churned) ÷ start",
    source="The usual rate of subscription businesses: what is left of Skok’s revenue churn (SaaS Metrics 2.0).",
    example="100 at the start, 15 more, 5 less, 8 lost: 87 %.",
    inputs=("subscriptions", "orders"),
    unit="rate",
    grain="person",
    expression=ratio_of(payers, "kept", "before"),
    people=those(payers, _.now < _.before),
    drawn="line",
    interval="given",
    groups=OF_DAYS,
)
