"""What a customer will bring within the coming year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.insights.metrics.predicting import CHOICES, expression, people, spread_over, valued
from regulars.kit.metrics import Metric

if TYPE_CHECKING:
    from regulars.insights.engine.clv.valuation import Valuation


def row(found: Valuation, n: int) -> dict[str, Any]:
    """Return a group's value to come, per customer and in all."""
    return spread_over(found.total_value, n)


PREDICTED_VALUE = Metric(
    name="predicted_value",
    room="insights",
    label=_l("Predicted value"),
    definition=_l(
        "What a customer is expected to bring within the coming 12 months (horizon, margin and discount can be chosen), from how often, how lately and for how much each has bought. Where too few have bought again for a model, it is the mean of all, and says so."
    ),
    formula="sum over months k of expected purchases in month k × expected spend × margin ÷ (1 + d)^k; purchases by BG/NBD or MBG/NBD, spend by Gamma-Gamma",
    source="Fader, Hardie, Lee 2005, Marketing Science 24(2) and RFM and CLV, Journal of Marketing Research 42(4); Fader, Hardie 2013, The Gamma-Gamma Model of Monetary Value.",
    example="CDNOW sample, 12 months at 1 % a month: 71,509.90 for all 2,357 customers, 36.28 for the first.",
    inputs=("orders",),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    finish=valued(row),
    drawn="number",
    interval="given",
    groups=OF_PEOPLE,
    choices=CHOICES,
)
