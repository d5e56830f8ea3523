"""How many of all who ever bought one was in touch with: the first part of Return on Relationship."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.insights.metrics.helping import CHOICES, INPUTS, SOURCE, relations, share_of_counts
from regulars.insights.metrics.shapes import those
from regulars.kit.metrics import Metric

RELATIONSHIP_REACH = Metric(
    name="relationship_reach",
    room="insights",
    label=_l("Reach of service and help"),
    definition=_l(
        "Of all who ever bought, the share that was served or helped in the period (without one: in the last 12 months)."
    ),
    formula="H ÷ T: served or helped ÷ ever bought",
    source=SOURCE,
    example="250 of 1,000: 25 %.",
    inputs=INPUTS,
    unit="rate",
    grain="person",
    expression=share_of_counts("ever", "helped"),
    people=those(relations, _.is_helped),
    interval="wilson",
    groups=OF_PEOPLE,
    choices=CHOICES,
)
