"""Cohorts: customers by the step of their first purchase, and what they did so many steps later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis
from ibis import _

from regulars.insights.metrics.buying import begin_of_step, purchase_days, step_number
from regulars.insights.metrics.grouping import first_purchases, grouped, step_of, within
from regulars.insights.metrics.shapes import Rows
from regulars.kit.metrics import GROUP, Ask, Expression, Tables

if TYPE_CHECKING:
    from ibis import Table
    from ibis.expr.types import IntegerValue


def members(tables: Tables, ask: Ask) -> Table:
    """Return the customers whose first purchase fell in the period: group, person_id, begin (first day of the cohort)."""
    first = within(first_purchases(tables), ask, "first_on")
    if ask.group != "cohort":
        rows = grouped(first, tables, ask)
        return rows.select(GROUP, "person_id", begin=begin_of_step(rows.first_on, ask))
    rows = first.select(
        "person_id", **{GROUP: step_of(first.first_on, ask)}, begin=begin_of_step(first.first_on, ask)
    )
    return rows.filter(rows[GROUP] == ask.only) if ask.only is not None else rows


def at_steps(days: Table, tables: Tables, ask: Ask) -> Table:
    """Return what members did in each step after their first: group, begin, person_id, step, amount."""
    rows = days.inner_join(members(tables, ask), "person_id")
    rows = rows.mutate(step=step_number(rows.day, ask) - step_number(rows.begin, ask))
    return rows.group_by(GROUP, "begin", "person_id", "step").agg(amount=_.amount.sum())


def grid(days: Table, tables: Tables, ask: Ask) -> Table:
    """Return a cell for each cohort and step up to today: group, step, n, k, value, sd, total, so_far, is_whole.

    `days` has person_id, day and amount. n is the cohort's size, k who were active, `value` the amount for each of the n, `so_far` that
    of all steps up to this one. A cell whose time has not passed for everybody has `is_whole` false; where cohorts are laid
    together such cells are left out, so that each step rests on the cohorts that have reached it.
    """
    sizes = members(tables, ask).group_by(GROUP, "begin").agg(n=_.person_id.nunique())
    age = step_number(ibis.literal(ask.until), ask) - step_number(sizes.begin, ask)
    cells = sizes.mutate(step=ibis.range(0, (age + 1).cast("int64")).unnest())
    cells = cells.mutate(step=cells.step.cast("int64"))
    active = at_steps(days, tables, ask).mutate(amount=_.amount.cast("float64"))
    active = active.group_by(at=GROUP, of="begin", number="step").agg(
        k=_.person_id.count(), total=_.amount.sum(), squares=(_.amount * _.amount).sum()
    )
    same = [cells[GROUP] == active["at"], cells.begin == active.of, cells.step == active.number]
    rows = (
        cells.left_join(active, same)
        .drop("at", "of", "number")
        .fill_null({"k": 0, "total": 0.0, "squares": 0.0})
    )
    rows = _with_wholeness(rows, ask)
    rows = rows.group_by(GROUP, "step").agg(
        n=_.n.sum(), k=_.k.sum(), total=_.total.sum(), squares=_.squares.sum(), is_whole=_.is_whole.all()
    )
    mean = rows.total / rows.n
    spread = (rows.squares - rows.n * mean * mean) / (rows.n - 1).nullif(0)
    rows = rows.mutate(value=mean, sd=ibis.greatest(spread, 0.0).sqrt())
    up_to = ibis.cumulative_window(group_by=rows[GROUP], order_by=rows.step)
    return rows.mutate(so_far=rows.value.sum().over(up_to)).drop("squares")


def grid_of(days: Rows) -> Expression:
    """Return the expression that gives a cell for each cohort and step; `days` gives person_id, day and amount."""
    return lambda tables, ask: grid(days(tables, ask), tables, ask)


def members_at(days: Rows) -> Expression:
    """Return the expression that gives those active in the step that is asked for, or everyone of the cohorts."""

    def people(tables: Tables, ask: Ask) -> Table:
        if ask.cell is None:
            return members(tables, ask).select("person_id")
        return at_steps(days(tables, ask), tables, ask).filter(_.step == ask.cell).select("person_id")

    return people


def sales_by_day(tables: Tables, ask: Ask) -> Table:
    """Return what each customer spent on which day: person_id, day, amount; several orders of a day are several rows."""
    return purchase_days(tables, ask.until).select("person_id", "day", amount="net_minor")


def _with_wholeness(rows: Table, ask: Ask) -> Table:
    # Step k has passed when the step that holds the period's end is a later one.
    current = step_number(ibis.literal(ask.until), ask)
    rows = rows.mutate(is_whole=step_number(rows.begin, ask) + rows.step < current)
    rows = rows.filter(step_number(rows.begin, ask) + rows.step <= _last_step(ask))
    return rows if ask.group == "cohort" else rows.filter(_.is_whole)


def _last_step(ask: Ask) -> IntegerValue:
    return step_number(ibis.literal(ask.until - timedelta(days=1)), ask)
