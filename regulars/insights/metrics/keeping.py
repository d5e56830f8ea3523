"""Who is still a customer where no contract says so: a rule from everyone's own rhythm.

A customer counts as kept until more days have gone by since the last purchase than nine of ten of their own pauses took; with
fewer than three pauses of their own, than nine of ten of all customers' pauses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from regulars.insights.metrics.buying import after_steps, as_number, begin_of_step, purchase_days, with_gaps
from regulars.insights.metrics.figures import counted
from regulars.insights.metrics.grouping import grouped, within
from regulars.insights.metrics.shapes import told_apart
from regulars.kit.metrics import GROUP, Ask, Expression, Tables

if TYPE_CHECKING:
    from ibis import Table

ENOUGH_GAPS = 3
MOST = 0.9
NEVER = 10_000_000


def stretches(tables: Tables, ask: Ask) -> Table:
    """Return how long each purchase kept somebody a customer: person_id, bought, lost (days since 1970; the first that is not)."""
    days = with_gaps(purchase_days(tables, ask.until).select("person_id", "day"))
    usual = days.agg(usual=_.gap.quantile(MOST))
    own = days.group_by("person_id").agg(own=_.gap.quantile(MOST), gaps=_.gap.count())
    limits = own.cross_join(usual).select(
        "person_id",
        # Who has bought but once in a shop where nobody came back is not lost as far as anybody can tell.
        pause=ibis.ifelse(_.gaps >= ENOUGH_GAPS, _.own, _.usual).fill_null(NEVER).floor().cast("int64"),
    )
    bought = days.select("person_id", bought=days.day.epoch_days(), following=days.next_on.epoch_days())
    ends = ibis.least(_.bought + _.pause + 1, _.following.fill_null(NEVER) + 1)
    return bought.inner_join(limits, "person_id").select("person_id", "bought", lost=ends)


def spans(days: Table, ask: Ask) -> Table:
    """Return the steps of the period in which anything happened: day (its first), first, last (days since 1970).

    `last` is the day after the step; `is_whole` tells whether that has come.
    """
    begun = within(days, ask).select(day=begin_of_step(days.day, ask)).distinct()
    ends = after_steps(begun.day, ask).epoch_days()
    return begun.mutate(
        first=begun.day.epoch_days(),
        last=ibis.least(ends, as_number(ask.until)),
        is_whole=ends <= as_number(ask.until),
    )


def kept(tables: Tables, ask: Ask) -> Table:
    """Return the customers there were at the beginning and whether they still are at the end: person_id, day, is_kept, is_lost.

    The period is the question's, or each of its steps where it is told apart by period.
    """
    held = stretches(tables, ask)
    if ask.group == "period":
        held = held.cross_join(spans(purchase_days(tables, ask.until), ask).drop("is_whole"))
        # Only stretches that touch the step: the rest cannot tell anything of it.
        held = held.filter((_.bought < _.last) & (_.first < _.lost))
    else:
        begin = ask.start
        held = held.mutate(day=ibis.literal(begin), first=as_number(begin), last=as_number(ask.until))
    held = held.mutate(
        at_start=(_.bought < _.first) & (_.first < _.lost), at_end=(_.bought < _.last) & (_.last < _.lost)
    )
    rows = held.group_by("person_id", "day").agg(at_start=_.at_start.any(), at_end=_.at_end.any())
    rows = rows.filter(_.at_start)
    return rows.select("person_id", "day", is_kept=rows.at_end, is_lost=~rows.at_end)


def share_of_kept(flag: str) -> Expression:
    """Return the expression that gives k with a flag of n customers there were at the beginning."""

    def expression(tables: Tables, ask: Ask) -> Table:
        if ask.group != "period":
            return counted(keepers(tables, ask), flag)
        # Counted before they are named: there are few steps, and many customers in each.
        rows = kept(tables, ask)
        steps = rows.group_by("day").agg(n=rows.count(), k=rows[flag].cast("int64").sum())
        return grouped(steps, tables, ask).group_by(GROUP).agg(n=_.n.sum(), k=_.k.sum())

    return expression


keepers = told_apart(kept)
