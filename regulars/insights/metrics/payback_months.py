"""When a customer has brought back what it cost to win one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.aging import COST_EACH, MARGIN, by_month, costs
from regulars.insights.metrics.grouping import OF_DAYS
from regulars.kit.metrics import GROUP, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


MONTHS = Choice("months", _l("Months looked at"), 36)


def running(tables: Tables, ask: Ask) -> Table:
    """Return what customers brought up to each month beside their cost: group, month, n, so_far, cost."""
    # The longer look stands in the question, where `by_month` reads it.
    chosen = {MONTHS.name: MONTHS.default} | dict(ask.chosen)
    ask = replace(ask, chosen=tuple(chosen.items()))
    rows = by_month(tables, ask)
    up_to = ibis.cumulative_window(group_by=rows[GROUP], order_by=rows.month)
    rows = rows.mutate(so_far=rows.brought.sum().over(up_to))
    cost = costs(tables, ask).group_by(of=GROUP).agg(cost=_.cost_minor.mean())
    return rows.inner_join(cost, rows[GROUP] == cost.of).drop("of")


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the first month by whose end the cost has come back; null where it has not yet."""
    rows = running(tables, ask)
    return rows.group_by(GROUP).agg(
        n=_.n.max(),
        value=(_.month + 1).min(where=_.so_far >= _.cost).cast("float64"),
        cost=_.cost.max(),
        so_far=_.so_far.max(),
        months=_.month.max() + 1,
    )


def people(tables: Tables, ask: Ask) -> Table:
    """Return those whose cost is known."""
    return costs(tables, ask).select("person_id")


PAYBACK_MONTHS = Metric(
    name="payback_months",
    room="insights",
    label=_l("Months until paid back"),
    definition=_l(
        "By the end of which month after the first purchase customers have brought back, on average, what it cost to win them, counting "
        "those who left. Without a figure it has not come back within the time seen."
    ),
    formula="smallest k with the margin of the first k months ≥ cost of winning a customer",
    source="Months to recover the cost of a customer (Skok, SaaS Metrics 2.0: cost ÷ monthly margin), with those who left counted.",
    example="Cost 200, margin 30 a month, 2.5 % leave each month: 1,200 × (1 − 0.975^k) ≥ 200 at k = 7.2: month 8, not 6.67.",
    inputs=("orders", "people"),
    unit="count",
    grain="person",
    expression=expression,
    people=people,
    groups=OF_DAYS,
    better="lower",
    choices=(MONTHS, MARGIN, COST_EACH),
)
