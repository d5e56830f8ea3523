"""What each cohort spends, step by step."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.cohorts import grid_of, members_at, sales_by_day
from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.kit.metrics import Metric

COHORT_SALES = Metric(
    name="cohort_sales",
    room="insights",
    label=_l("Cohorts: sales"),
    definition=_l(
        "What the customers who bought for the first time in the same month (or week, quarter, year) spend so many of these later, for each customer of the cohort, also those who never came back; and all of it so far."
    ),
    formula="net sales of the cohort in step k after the first ÷ customers of the cohort",
    source="Cohort tables in money; Fader and Hardie's CDNOW data.",
    example="10 customers, 3 of whom spend 50.00 each in the second month: 15.00.",
    inputs=("orders",),
    unit="money",
    grain="person",
    expression=grid_of(sales_by_day),
    people=members_at(sales_by_day),
    drawn="grid",
    interval="mean",
    groups=OF_PEOPLE,
)
