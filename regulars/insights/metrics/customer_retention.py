"""How many of the customers there were are customers still, where no contract says so."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS
from regulars.insights.metrics.keeping import keepers, share_of_kept
from regulars.insights.metrics.shapes import those
from regulars.kit.metrics import Metric

CUSTOMER_RETENTION = Metric(
    name="customer_retention",
    room="insights",
    label=_l("Customer retention"),
    definition=_l(
        "Of those who were customers at the beginning of the period, the share that still are at its end. Somebody is a customer "
        "until more days have passed since the last purchase than 9 of 10 of their own pauses took (with fewer than 3 pauses: than 9 of "
        "10 of everyone's)."
    ),
    formula="(customers at the end − new ones) ÷ customers at the beginning; lost by the rule of the 90th percentile of pauses",
    source="The usual retention rate (Farris, Bendle, Pfeifer, Reibstein 2010, Marketing Metrics), with a rule for shops without contracts.",
    example="1,010 at the end, 50 of them new, 1,000 at the beginning: 960 ÷ 1,000 = 96 %.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=share_of_kept("is_kept"),
    people=those(keepers, _.is_kept),
    drawn="line",
    interval="wilson",
    groups=OF_DAYS,
)
