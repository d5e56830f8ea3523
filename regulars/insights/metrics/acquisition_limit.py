"""What winning a customer may cost at most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.insights.metrics.intervals import Z
from regulars.insights.metrics.predicting import (
    CHOICES,
    MARGIN,
    expression,
    fit_of,
    groups_in,
    horizon_of,
    how,
    people,
    people_in,
)
from regulars.kit.metrics import GROUP, Ask, Metric


def finish(rows: pa.Table, ask: Ask) -> pa.Table:
    """Return for each group what a new customer brings within the horizon, by a model of that group alone."""
    found = [{GROUP: name, **_of_group(part, ask)} for name, part in groups_in(rows) if part.num_rows]
    return (
        pa.Table.from_pylist(found)
        if found
        else pa.table({"n": pa.array([], pa.int64()), "value": pa.array([], pa.float64())})
    )


def _of_group(rows: pa.Table, ask: Ask) -> dict[str, Any]:
    """Return the margin of the first purchase and of those to come of somebody who has just bought for the first time."""
    from regulars.insights.engine.clv.forecast import people as histories
    from regulars.insights.engine.clv.valuation import mean_purchases, value_people

    rows = rows.sort_by("person_id")
    who, margin, n = people_in(rows), MARGIN.of(ask), rows.num_rows
    fitted = fit_of(who)
    first = rows["first_minor"].to_numpy(zero_copy_only=False).astype(float)
    new = histories([0], [0], [0], [0])
    if fitted.fit:
        total = value_people(fitted, new, horizon_of(ask), margin=margin).total_value
        later, doubt = (total.expected, total.by_parameters) if total else (0.0, 0.0)
    else:
        spend = fitted.spending.per_purchase(new.frequency, new.age)[0] if fitted.spending else 0.0
        expected = mean_purchases(who, horizon_of(ask)).discounted[0]
        later = float(expected * spend * margin)
        doubt = later / np.sqrt(max(float(who.frequency.sum()), 1.0))
    error = float(first.std(ddof=1) * margin / np.sqrt(n)) if n > 1 else 0.0
    value = float(first.mean()) * margin + later
    reach = Z * float(np.hypot(error, doubt))
    return {
        "n": n, "value": value, "low": max(value - reach, 0.0), "high": value + reach,
        "first_purchase": float(first.mean()) * margin, "later_purchases": later, **how(fitted),
    }  # fmt: skip


ACQUISITION_LIMIT = Metric(
    name="acquisition_limit",
    room="insights",
    label=_l("What a new customer may cost"),
    definition=_l(
        "What a new customer brings within the coming 12 months, the first purchase included: more than that should not be spent on winning "
        "one. Enter your margin, or it is sales and not profit that is compared."
    ),
    formula="mean first purchase × margin + expected purchases of a new customer × expected spend × margin, discounted",
    source="Fader, Hardie, Lee 2005, Marketing Science 24(2) and Fader, Hardie 2013, The Gamma-Gamma Model of Monetary Value, for a customer with no history.",
    example="A first purchase of 40 and 1.2 more of 50 within the year at 40 % margin: 16 + 24 = 40.",
    inputs=("orders",),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    finish=finish,
    interval="given",
    groups=OF_PEOPLE,
    choices=CHOICES,
)
