"""What a subscriber is worth: the margin of every month they are likely to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import as_number
from regulars.insights.metrics.grouping import OF_PEOPLE, grouped
from regulars.insights.metrics.subscribing import subscribers
from regulars.kit.metrics import GROUP, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


MARGIN = Choice("margin", _l("Margin, as a share of the price"), 1.0)
DISCOUNT = Choice("discount", _l("Discount a month"), 0.01)
MONTH_DAYS = 365.25 / 12


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return who had a subscription at the period's beginning or end: person_id, now (a month's money), was, is_still."""
    return grouped(subscribers(tables, ask).filter(_.was | _.is_still), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return m·r ÷ (1 + i − r) with the parts: a month's margin, retention a month; `paid_now` with the first month paid now."""
    months = (as_number(ask.until) - as_number(ask.start)) / MONTH_DAYS
    rows = per_person(tables, ask)
    rows = rows.group_by(GROUP).agg(
        n=_.is_still.cast("int64").sum(),
        a_month=_.now.mean(where=_.is_still) * MARGIN.of(ask),
        started=_.was.cast("int64").sum(),
        stayed=(_.was & _.is_still).cast("int64").sum(),
    )
    over_all = rows.stayed / rows.started.cast("float64").nullif(0)
    rows = rows.mutate(retention=over_all.pow(1 / months))
    i, stays = DISCOUNT.of(ask), rows.retention
    return rows.mutate(
        value=rows.a_month * stays / (1 + i - stays).nullif(0.0),
        paid_now=rows.a_month * (1 + i) / (1 + i - stays).nullif(0.0),
    ).drop("stayed")


def people(tables: Tables, ask: Ask) -> Table:
    """Return the subscribers."""
    return per_person(tables, ask).filter(_.is_still).select("person_id")


SUBSCRIPTION_VALUE = Metric(
    name="subscription_value",
    room="insights",
    label=_l("Value of a subscriber"),
    definition=_l(
        "What a subscriber will still bring: a month’s margin for as long as they are likely to stay, later months discounted. How likely they "
        "stay is taken from those who subscribed when the period began."
    ),
    formula="m × r ÷ (1 + i − r) for margin m, retention r and discount i a month",
    source="Gupta, Lehmann 2003, Customers as Assets, Journal of Interactive Marketing 17(1), 9–24.",
    example="Margin 50, retention 0.80, discount 0.10: 133.33; with the first margin paid now 183.33.",
    inputs=("subscriptions", "orders"),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    groups=OF_PEOPLE,
    choices=(MARGIN, DISCOUNT),
)
