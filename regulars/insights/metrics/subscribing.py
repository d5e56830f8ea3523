"""Subscriptions as they stood on a day: who had one, and what it brought in a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from regulars.insights.metrics.buying import as_number
from regulars.insights.metrics.keeping import NEVER, spans
from regulars.insights.metrics.shapes import told_apart
from regulars.insights.metrics.spending import kept_of
from regulars.kit.metrics import Ask, Tables

if TYPE_CHECKING:
    from ibis import Table

# How much of the price falls to a month.
A_MONTH = {"week": 52 / 12, "month": 1.0, "quarter": 1 / 3, "year": 1 / 12}


def in_our_currency(table: Table, tables: Tables, amount: str, currency: str) -> Table:
    """Add `base_minor`: an amount in the business's currency, at the rate of the orders in that currency.

    A currency nobody ever ordered in has no rate here: null, unless nothing was ever ordered at all.
    """
    orders = tables.orders.filter(_.original_minor > 0)
    rates = orders.group_by(rate_of=_.currency).agg(
        rate=_.gross_minor.sum().cast("float64") / _.original_minor.sum().cast("float64")
    )
    known = rates.agg(rates=_.count())
    table = table.left_join(rates, table[currency] == rates.rate_of).drop("rate_of").cross_join(known)
    rate = ibis.ifelse(table.rates == 0, 1.0, table.rate)
    return table.mutate(base_minor=table[amount] * rate).drop("rate", "rates")


def subscriptions(tables: Tables) -> Table:
    """Return each that was ever paid: person_id, first, last (days since 1970; the first day without it), a_month (minor)."""
    rows = tables.subscriptions.filter((_.status != "trial") & _.person_id.notnull())
    rows = in_our_currency(rows, tables, "amount_minor", "currency")
    share = ibis.cases(*((rows.interval == name, part) for name, part in A_MONTH.items()), else_=1.0)
    return rows.select(
        "person_id",
        "started_on",
        first=rows.started_on.epoch_days(),
        last=rows.ended_on.epoch_days().fill_null(NEVER),
        a_month=(rows.base_minor * share).fill_null(0.0),
    )


def subscribers(tables: Tables, ask: Ask) -> Table:
    """Return who subscribed around the period: person_id, day, before and now (a month's money), was, is_still, is_known.

    `before` is as of the period's first day, `now` as of the first day after it; the period is the question's, or each step of it.
    """
    rows = subscriptions(tables)
    if ask.group == "period":
        steps = spans(rows.select(day=rows.started_on).union(tables.orders.select("day")), ask)
        rows = rows.cross_join(steps.select("day", begin="first", end="last"))
    else:
        since = ask.start
        rows = rows.mutate(day=ibis.literal(since), begin=as_number(since), end=as_number(ask.until))
    rows = rows.mutate(
        was=(rows["first"] < rows.begin) & (rows["last"] >= rows.begin),
        still=(rows["first"] < rows.end) & (rows["last"] >= rows.end),
        known=rows["first"] < rows.begin,
    )
    found = rows.group_by("person_id", "day").agg(
        before=rows.a_month.sum(where=rows.was).fill_null(0.0),
        now=rows.a_month.sum(where=rows.still).fill_null(0.0),
        was=rows.was.any(),
        is_still=rows.still.any(),
        is_known=rows.known.any(),
    )
    return found.mutate(is_lost=~found.is_still)


# Who had a subscription when the period began; who paid for one then, and what of it is kept.
held = told_apart(lambda tables, ask: subscribers(tables, ask).filter(_.was))
payers = told_apart(lambda tables, ask: kept_of(subscribers(tables, ask)))
