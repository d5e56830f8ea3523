"""How much of last period's sales the same customers brought again, with what they spent more."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS
from regulars.insights.metrics.shapes import ratio_of, those
from regulars.insights.metrics.spending import spenders
from regulars.kit.metrics import Metric

NET_REVENUE_RETENTION = Metric(
    name="net_revenue_retention",
    room="insights",
    label=_l("Net revenue retention"),
    definition=_l(
        "What the customers of the period before spend now, for each unit they spent then: with those who spend more, less, or nothing "
        "any more; without new customers. Above 100 % the customers you have make you grow."
    ),
    formula="(start + expansion − contraction − churned) ÷ start",
    source="The usual rate of subscription businesses: what is left of Skok’s revenue churn (SaaS Metrics 2.0).",
    example="100 at the start, 15 more, 5 less, 8 lost: 102 ÷ 100 = 102 %.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=ratio_of(spenders, "now", "before"),
    people=those(spenders, _.now > 0),
    drawn="line",
    interval="given",
    groups=OF_DAYS,
)
