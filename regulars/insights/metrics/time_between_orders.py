"""How long it takes until customers buy again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import purchase_days, with_gaps
from regulars.insights.metrics.grouping import OF_DAYS, grouped, within
from regulars.insights.metrics.intervals import Z
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table
    from ibis.expr.types import NumericValue


def gaps(tables: Tables, ask: Ask) -> Table:
    """Return the pauses that ended in the period: person_id, day, gap (days)."""
    days = with_gaps(purchase_days(tables, ask.until)).filter(_.gap.notnull())
    return grouped(within(days, ask).select("person_id", "day", "gap"), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the median with its interval (between two order statistics) and the 90th percentile."""
    rows = gaps(tables, ask)
    # Pauses are whole days: so many of each length tell every place in their order, without sorting all of them.
    counts = rows.group_by(GROUP, "gap").agg(many=_.gap.count())
    upwards = ibis.cumulative_window(group_by=counts[GROUP], order_by=counts.gap)
    counts = counts.mutate(
        up_to=counts.many.sum().over(upwards).cast("int64"),
        size=counts.many.sum().over(group_by=counts[GROUP]).cast("int64"),
    )
    reach = counts.size.cast("float64").sqrt() * (Z / 2)
    found = counts.group_by(GROUP).agg(
        n=counts.many.sum(),
        low=_at(counts, ibis.greatest((counts.size / 2 - reach).floor(), 1)),
        high=_at(counts, ibis.least((counts.size / 2 + 1 + reach).ceil(), counts.size)),
        days=(counts.gap * counts.many).sum().cast("float64"),
        **_beside(counts, "median", 0.5),
        **_beside(counts, "p90", 0.9),
    )
    return found.select(
        GROUP, "n", "low", "high", value=_between(found, "median", 0.5), p90=_between(found, "p90", 0.9), mean=found.days / found.n
    )  # fmt: skip


def _at(counts: Table, place: NumericValue) -> NumericValue:
    return counts.gap.min(where=counts.up_to >= place).cast("float64")


def _beside(counts: Table, name: str, share: float) -> dict[str, NumericValue]:
    place = (counts.size - 1) * share
    return {f"{name}_low": _at(counts, place.floor() + 1), f"{name}_high": _at(counts, place.ceil() + 1)}


def _between(found: Table, name: str, share: float) -> NumericValue:
    """Return the quantile on the way from the pause just below it to the one just above."""
    place = (found.n - 1) * share
    low, high = found[f"{name}_low"], found[f"{name}_high"]
    return low + (high - low) * (place - place.floor())


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who bought again."""
    return gaps(tables, ask).select("person_id")


TIME_BETWEEN_ORDERS = Metric(
    name="time_between_orders",
    room="insights",
    label=_l("Time between orders"),
    definition=_l(
        "How many days after the purchase before customers buy again: half of all pauses were at most this long, nine of ten at most the "
        "90th percentile. Only pauses that ended count; who never came back had none."
    ),
    formula="median of days between successive purchase days of the same customer",
    source="Ours; interval by order statistics (Conover 1999, Practical Nonparametric Statistics, 3rd edition).",
    example="Purchases on days 0, 10, 40 and 100: pauses of 10, 30 and 60 days, median 30.",
    inputs=("orders",),
    unit="days",
    grain="order",
    expression=expression,
    people=people,
    interval="given",
    groups=OF_DAYS,
    better="lower",
)
