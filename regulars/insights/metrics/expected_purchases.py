"""How often a customer will buy within the coming year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.insights.metrics.predicting import CHOICES, expression, people, spread_over, valued
from regulars.kit.metrics import Metric

if TYPE_CHECKING:
    from regulars.insights.engine.clv.valuation import Valuation


def row(found: Valuation, n: int) -> dict[str, Any]:
    """Return a group's purchases to come, per customer and in all."""
    return spread_over(found.total_purchases, n)


EXPECTED_PURCHASES = Metric(
    name="expected_purchases",
    room="insights",
    label=_l("Expected purchases"),
    definition=_l(
        "On how many days a customer is expected to buy within the coming 12 months, from how often and how lately each has bought. Where too few have bought again for a model, it is the mean of all, and says so."
    ),
    formula="BG/NBD or MBG/NBD: E[X(t) | frequency, recency, age]",
    source="Fader, Hardie, Lee 2005, “Counting Your Customers” the Easy Way, Marketing Science 24(2); MBG/NBD: Batislam, Denizel, Filiztekin 2007, Empirical validation and comparison of models for customer base analysis, International Journal of Research in Marketing 24(3), 201–209.",
    example="CDNOW: a customer with 2 repeat purchases, the last in week 30.43 of 38.86, buys 1.226 times in the next 39 weeks.",
    inputs=("orders",),
    unit="count",
    grain="person",
    expression=expression,
    people=people,
    finish=valued(row),
    drawn="number",
    interval="given",
    groups=OF_PEOPLE,
    choices=CHOICES,
)
