"""How much of last period's sales the same customers brought again, not counting what they spent more."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS
from regulars.insights.metrics.shapes import ratio_of, those
from regulars.insights.metrics.spending import spenders
from regulars.kit.metrics import Metric

GROSS_REVENUE_RETENTION = Metric(
    name="gross_revenue_retention",
    room="insights",
    label=_l("Gross revenue retention"),
    definition=_l(
        "What is left of the sales of the period before, counting of each customer at most what they spent then. It cannot exceed "
        "100 %; the people behind it are those who spend less."
    ),
    formula="(start − contraction − churned) ÷ start",
    source="The usual rate of subscription businesses: what is left of Skok’s revenue churn (SaaS Metrics 2.0).",
    example="100 at the start, 15 more, 5 less, 8 lost: 87 ÷ 100 = 87 %.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=ratio_of(spenders, "kept", "before"),
    people=those(spenders, _.now < _.before),
    drawn="line",
    interval="given",
    groups=OF_DAYS,
)
