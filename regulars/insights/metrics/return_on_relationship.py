"""How many of all who ever bought were served or helped, and had come back or been sent: ROR = R ÷ T."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.insights.metrics.helping import (
    ALL_COUNTS,
    CHOICES,
    INPUTS,
    REFERRALS,
    SOURCE,
    relations,
    share_of_counts,
)
from regulars.insights.metrics.shapes import those
from regulars.kit.metrics import Metric

RETURN_ON_RELATIONSHIP = Metric(
    name="return_on_relationship",
    room="insights",
    label=_l("Return on relationship"),
    definition=_l(
        "Of all who ever bought, the share that was served or helped in the period (without one: in the last 12 months) and came by "
        "somebody’s word or bought on two days or more. It is reach times return: how many of all one was in touch with, and how many of "
        "these came back."
    ),
    formula="R ÷ T = (H ÷ T) × (R ÷ H); T ever bought, H served or helped, R of these referred or repeat",
    source=SOURCE,
    example="1,000 ever bought, 250 of them served in the year, 50 of these referred or repeat: 50 ÷ 1,000 = 5 %.",
    inputs=INPUTS,
    unit="rate",
    grain="person",
    expression=share_of_counts("ever", "returned", *ALL_COUNTS),
    people=those(relations, _.is_returned),
    interval="wilson",
    groups=OF_PEOPLE,
    choices=CHOICES,
    wording=(REFERRALS,),
)
