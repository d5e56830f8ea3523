"""How much of the sales comes from customers who had bought before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import begin_of_step
from regulars.insights.metrics.figures import ratio_of_sums
from regulars.insights.metrics.grouping import OF_DAYS, bought_days, first_purchases, grouped
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return what each customer spent in the period: person_id, sales, repeat (less that of the first purchase day).

    Told apart by period there is a row for each step, with its first day.
    """
    days = bought_days(tables, ask).inner_join(first_purchases(tables), "person_id")
    repeat = ibis.ifelse(days.day > days.first_on, days.net_minor, 0)
    rows = days.select("person_id", day=begin_of_step(days.day, ask), sales=days.net_minor, repeat=repeat)
    # Summed before they are named: days are compared quicker than the words for their steps.
    keys = ("person_id", "day") if ask.group == "period" else ("person_id",)
    return grouped(rows.group_by(*keys).agg(sales=_.sales.sum(), repeat=_.repeat.sum()), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return sales of repeat purchases over all sales to known customers."""
    return ratio_of_sums(per_person(tables, ask), "repeat", "sales")


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who came again."""
    return per_person(tables, ask).filter(_.repeat > 0).select("person_id")


REPEAT_SHARE = Metric(
    name="repeat_share",
    room="insights",
    label=_l("Share of repeat sales"),
    definition=_l(
        "Of what known customers spent in the period, the share that was spent after the day of their first purchase."
    ),
    formula="sales after the first purchase day ÷ sales to known customers",
    source="Ours: sales split into first and later purchases.",
    example="A first purchase of 40 and two more of 30: 60 ÷ 100 = 60 %.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    drawn="line",
    interval="given",
    groups=OF_DAYS,
)
