"""How many of those served or helped had come back or been sent: the second part of Return on Relationship."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.insights.metrics.helping import CHOICES, INPUTS, REFERRALS, SOURCE, relations, share_of_counts
from regulars.insights.metrics.shapes import those
from regulars.kit.metrics import Metric

RELATIONSHIP_RETURN = Metric(
    name="relationship_return",
    room="insights",
    label=_l("Return of those served and helped"),
    definition=_l(
        "Of those served or helped in the period (without one: in the last 12 months), the share that came by somebody’s word or bought "
        "on two days or more."
    ),
    formula="R ÷ H: referred or repeat ÷ served or helped",
    source=SOURCE,
    example="50 of 250: 20 %, or one in 5.",
    inputs=INPUTS,
    unit="rate",
    grain="person",
    expression=share_of_counts("helped", "returned", "helped_for_each_return", "referred"),
    people=those(relations, _.is_returned),
    interval="wilson",
    groups=OF_PEOPLE,
    choices=CHOICES,
    wording=(REFERRALS,),
)
