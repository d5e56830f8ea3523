"""What came back through those who come again and those who were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.aging import MARGIN
from regulars.insights.metrics.beside import marked_if
from regulars.insights.metrics.grouping import OF_DAYS, bought_days, first_purchases, grouped
from regulars.insights.metrics.helping import REFERRALS, referred
from regulars.insights.metrics.intervals import Z
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_day(tables: Tables, ask: Ask) -> Table:
    """Return what came back in the period: after the first purchase day, or of those who were sent; group, person_id, day, money."""
    days = bought_days(tables, ask).inner_join(first_purchases(tables), "person_id")
    days = marked_if(days, referred(tables, ask), "was_sent")
    days = days.filter((_.day > _.first_on) | _.was_sent)
    money = days.net_minor.cast("float64") * MARGIN.of(ask)
    return grouped(days.select("person_id", "day", money=money), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the sum over n customers; customers are independent and their number is chance too, so its variance is the sum of squares."""
    each = per_day(tables, ask).group_by(GROUP, "person_id").agg(money=_.money.sum())
    rows = each.group_by(GROUP).agg(n=_.count(), value=_.money.sum(), squares=(_.money * _.money).sum())
    reach = rows.squares.sqrt() * Z
    return rows.select(
        GROUP, "n", "value", low=ibis.greatest(rows.value - reach, 0.0), high=rows.value + reach
    )


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who came back or were sent."""
    return per_day(tables, ask).select("person_id")


VALUE_BACK = Metric(
    name="value_back",
    room="insights",
    label=_l("Value that came back"),
    definition=_l(
        "What customers brought in the period after the day of their first purchase, and all that those brought who came by somebody’s "
        "word, times the margin. It came back; whether it came because of what was done for them, this does not tell."
    ),
    formula="(sales after the first purchase day + sales to referred customers) × margin",
    source="Ours: what came back through those who came again and those who were sent.",
    example="Repeat orders of 800 and a referred customer’s first order of 200 at a margin of 50 %: 500.",
    inputs=("orders", "people"),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    interval="given",
    groups=OF_DAYS,
    choices=(MARGIN,),
    wording=(REFERRALS,),
)
