"""How many of all who ever bought are customers still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.insights.metrics.intervals import Z
from regulars.insights.metrics.predicting import CHOICES, GROUP_MEAN, expression, people, valued
from regulars.kit.metrics import Ask, Metric

if TYPE_CHECKING:
    from regulars.insights.engine.clv.valuation import Valuation


def finish(rows: pa.Table, ask: Ask) -> pa.Table:
    """Return the figures of each group by one model of all; without a model there are none."""
    found = valued(row)(rows, ask)
    nothing = dict.fromkeys(("value", "low", "high", "total"))
    told = [one if one["method"] != GROUP_MEAN else one | nothing for one in found.to_pylist()]
    return pa.Table.from_pylist(told) if told else found


def row(found: Valuation, n: int) -> dict[str, Any]:
    """Return the mean probability, and how many customers that makes; the interval is that of so many independent coins."""
    alive = found.purchases.alive
    reach = Z * float((alive * (1 - alive)).sum()) ** 0.5 / n
    mean = float(alive.mean())
    return {"value": mean, "low": max(mean - reach, 0.0), "high": min(mean + reach, 1.0), "total": mean * n}


ACTIVE_SHARE = Metric(
    name="active_share",
    room="insights",
    label=_l("Still customers, by the model"),
    definition=_l(
        "How likely it is, on average, that somebody who ever bought is a customer still, by the model of purchases; the total is how many that makes. Without a model there is no figure."
    ),
    formula="mean of P(alive | frequency, recency, age) by BG/NBD or MBG/NBD",
    source="Fader, Hardie, Lee 2005, “Counting Your Customers” the Easy Way, Marketing Science 24(2); MBG/NBD: Batislam, Denizel, Filiztekin 2007, Empirical validation and comparison of models for customer base analysis, International Journal of Research in Marketing 24(3), 201–209.",
    example="2,357 customers with a mean probability of 0.40: about 943 customers.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    finish=finish,
    drawn="number",
    interval="given",
    groups=OF_PEOPLE,
    choices=CHOICES,
)
