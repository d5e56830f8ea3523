"""Was the forecast right? What the model would have said so many months ago beside what came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import purchase_days
from regulars.insights.metrics.predicting import (
    LEVEL,
    MONTH_DAYS,
    fit_of,
    histories,
    how,
    people_in,
    without_spend,
)
from regulars.kit.metrics import GROUP, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

BACK = Choice("months", _l("Months held out"), 6)


def cut_of(ask: Ask) -> date:
    """Return the day before which the model may look."""
    return ask.until - timedelta(days=round(BACK.of(ask) * MONTH_DAYS))


def expression(tables: Tables, ask: Ask) -> Table:
    """Return histories up to the cut (`step` −1), and for each month after it how many purchases these customers made."""
    cut = cut_of(ask)
    known = histories(tables, cut)
    past = known.select(
        "person_id", "frequency", "recency", "age", "spend", step=ibis.literal(-1, "int64"), bought=ibis.literal(0, "int64")
    )  # fmt: skip
    later = purchase_days(tables, ask.until).filter(_.day >= cut)
    later = later.semi_join(known, "person_id")
    since = later.day.epoch_days() - ibis.literal(cut).epoch_days()
    later = (
        later.mutate(step=(since / MONTH_DAYS).floor().cast("int64")).group_by("step").agg(bought=_.count())
    )
    nothing = {
        name: ibis.null(known[name].type()) for name in ("person_id", "frequency", "recency", "age", "spend")
    }
    return past.union(later.select(**nothing, step=_.step, bought=_.bought).select(*past.columns))


def finish(rows: pa.Table, ask: Ask) -> pa.Table:
    """Return a line for each month after the cut: value (expected so far), actual (so far), low and high."""
    import numpy as np

    from regulars.insights.engine.clv.valuation import purchases_by_end

    is_past = pc.equal(rows["step"], -1)
    past = rows.filter(is_past).sort_by("person_id")
    if not past.num_rows:
        return pa.table({"n": pa.array([], pa.int64()), "value": pa.array([], pa.float64())})
    came = {row["step"]: row["bought"] for row in rows.filter(pc.invert(is_past)).to_pylist()}
    who = without_spend(people_in(past))
    fitted, cut = fit_of(who), cut_of(ask)
    ends = np.arange(1.0, int(BACK.of(ask)) + 1) * MONTH_DAYS
    found: list[dict[str, Any]] = []
    actual = 0
    for month, total in enumerate(purchases_by_end(fitted, who, ends, level=LEVEL)):
        actual += came.get(month, 0)
        day = cut + timedelta(days=round(MONTH_DAYS * (month + 1)) - 1)
        found.append({
            GROUP: day.isoformat(), "n": past.num_rows, "value": total.expected, "low": total.low, "high": total.high,
            "actual": actual, "error": total.expected / actual - 1 if actual else None, **how(fitted),
        })  # fmt: skip
    return pa.Table.from_pylist(found if ask.group else [{**found[-1], GROUP: ""}])


def people(tables: Tables, ask: Ask) -> Table:
    """Return those whose purchases were forecast."""
    return histories(tables, cut_of(ask)).select("person_id")


FORECAST_BACKTEST = Metric(
    name="forecast_backtest",
    room="insights",
    label=_l("Forecast, checked against what came"),
    definition=_l(
        "What the model, knowing only what was known 6 months ago, would have said of the purchases of the customers there were then, added "
        "up month by month, beside what came. Forecast and errors of other figures are as good as this one."
    ),
    formula="sum of E[X(t) | history up to the cut], beside purchase days after the cut of the same customers",
    source="A holdout period, as in Fader, Hardie, Lee 2005, Marketing Science 24(2).",
    example="CDNOW sample, 39 weeks held out: 1,653 expected, 1,882 came: 12 % too low.",
    inputs=("orders",),
    unit="count",
    grain="person",
    expression=expression,
    people=people,
    finish=finish,
    drawn="line",
    interval="given",
    groups=("period",),
    better="",
    choices=(BACK,),
)
