"""What customers spent in a period beside the one before it: who is new, spends more or less, is lost, came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from regulars.insights.metrics.buying import after_steps, begin_of_step, purchase_days
from regulars.insights.metrics.grouping import first_purchases, within
from regulars.insights.metrics.shapes import told_apart
from regulars.kit.metrics import Ask, Tables

if TYPE_CHECKING:
    from ibis import Table

MOVES = ("new", "back", "up", "same", "down", "lost")


def compared(tables: Tables, ask: Ask) -> Table:
    """Return each customer's sales as `side_by_side` with `is_known`: whether they had bought before the period."""
    rows = side_by_side(tables, ask).inner_join(first_purchases(tables), "person_id")
    return rows.select("person_id", "day", "now", "before", is_known=rows.first_on < rows.day)


def side_by_side(tables: Tables, ask: Ask) -> Table:
    """Return each customer's sales in the period and in the one before: person_id, day, now, before.

    The period before is as long; told apart by period, each step stands beside the step before.
    """
    orders = purchase_days(tables, ask.until).select("person_id", "day", "net_minor")
    now, before = _by_step(orders, ask) if ask.group == "period" else _two_periods(orders, ask)
    both = now.select("person_id", "day", now=now.spent, before=ibis.literal(0, "int64")).union(
        before.select("person_id", "day", now=ibis.literal(0, "int64"), before=before.spent)
    )
    return both.group_by("person_id", "day").agg(now=_.now.sum(), before=_.before.sum())


def _two_periods(orders: Table, ask: Ask) -> tuple[Table, Table]:
    since = ask.start
    earlier = since - (ask.until - since)
    begin = ibis.literal(since)
    now = orders.filter(_.day >= since).group_by("person_id").agg(spent=_.net_minor.sum())
    before = orders.filter((_.day >= earlier) & (_.day < since))
    before = before.group_by("person_id").agg(spent=_.net_minor.sum())
    return now.mutate(day=begin), before.mutate(day=begin)


def _by_step(orders: Table, ask: Ask) -> tuple[Table, Table]:
    begun = orders.mutate(day=begin_of_step(orders.day, ask))
    begun = begun.group_by("person_id", "day").agg(spent=_.net_minor.sum())
    before = begun.mutate(day=after_steps(begun.day, ask))
    first = begun.agg(oldest=_.day.min())
    # The very first step has nothing before it.
    now = begun.cross_join(first).filter(_.day > _.oldest).drop("oldest")
    return within(now, ask), within(before, ask)


def moved(rows: Table) -> Table:
    """Add to `now`, `before` and `is_known` how each moved (`move`, one of MOVES) and by how much (`moved_minor`)."""
    move = ibis.cases(
        ((rows.before == 0) & ~rows.is_known, "new"),
        (rows.before == 0, "back"),
        (rows.now == 0, "lost"),
        (rows.now > rows.before, "up"),
        (rows.now < rows.before, "down"),
        else_="same",
    )
    return rows.mutate(move=move, moved_minor=rows.now - rows.before)


def kept_of(rows: Table) -> Table:
    """Keep who spent in the period before, and add `kept`: at most what they spent then."""
    known = rows.filter(_.before > 0)
    return known.mutate(kept=ibis.least(known.now, known.before))


# Who spent in the period before, and what of it is kept.
spenders = told_apart(lambda tables, ask: kept_of(side_by_side(tables, ask)))
