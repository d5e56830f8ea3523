"""What customers bought and when, in the shapes that several measures need. Several orders on one day are one purchase."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import ibis
from ibis import _

from regulars.insights.metrics.grouping import STEPS, bought_days, purchases
from regulars.kit.metrics import Ask, Tables

if TYPE_CHECKING:
    from ibis import Table
    from ibis.expr.types import DateColumn, DateValue, IntegerValue

EPOCH = date(1970, 1, 1)
_INTERVALS = {"day": "days", "week": "weeks", "month": "months", "quarter": "quarters", "year": "years"}


def as_number(day: date) -> int:
    """Return a day as days since 1970, as `epoch_days` gives it."""
    return (day - EPOCH).days


def all_before(tables: Tables, until: date) -> Table:
    """Return the known customers' purchases before a day, whatever the period."""
    return purchases(tables, Ask(today=until, until=until))


def purchase_days(tables: Tables, until: date) -> Table:
    """Return the days each customer bought on before a day, whatever the period: person_id, day, net_minor, orders."""
    return bought_days(tables, Ask(today=until, until=until))


def with_gaps(days: Table) -> Table:
    """Add `gap`, how many days after the customer's purchase before, and `next_on`, the day of the next; null where there is none."""
    in_order = ibis.window(group_by=days.person_id, order_by=days.day)
    before = days.day.lag().over(in_order)
    return days.mutate(
        gap=days.day.epoch_days() - before.epoch_days(), next_on=days.day.lead().over(in_order)
    )


def lines_before(tables: Tables, until: date) -> Table:
    """Return what known customers bought and kept before a day: lines of products of which something stayed."""
    lines = tables.lines.filter(
        _.is_counted
        & (_.kind == "product")
        & _.person_id.notnull()
        & _.product_id.notnull()
        & (_.day < until)
    )
    return lines.filter((_.quantity > _.refunded_quantity) & (_.gross_minor > _.refunded_minor))


def margins(tables: Tables, until: date) -> Table:
    """Return what known customers kept and what it earned: person_id, day, sales_minor, margin_minor (null where unknown).

    A product's margin is the percentage entered with it, or else its price less its cost.
    """
    products = tables.products
    earned = (products.price_minor - products.cost_minor) / products.price_minor.cast("float64").nullif(0)
    shares = products.select("product_id", margin=ibis.coalesce(products.margin_percent / 100, earned))
    lines = lines_before(tables, until).inner_join(shares, "product_id")
    sales = lines.gross_minor - lines.refunded_minor
    return lines.select("person_id", "day", sales_minor=sales, margin_minor=sales * lines.margin)


def with_kinds(lines: Table, tables: Tables) -> Table:
    """Add `kind_id` of each line's product; lines without a kind are left out."""
    kinds = tables.products.filter(_.kind_id.notnull()).select("product_id", "kind_id")
    return lines.inner_join(kinds, "product_id")


def begin_of_step(day: DateColumn, ask: Ask) -> DateColumn:
    """Return the first day of the step a day lies in."""
    return day.truncate(STEPS[ask.step]).cast("date")


def after_steps(day: DateValue, ask: Ask, count: int = 1) -> DateValue:
    """Return the day so many steps later."""
    return (day + ibis.interval(**{_INTERVALS[ask.step]: count})).cast("date")


def step_number(day: DateValue, ask: Ask) -> IntegerValue:
    """Return which step a day lies in, counted from some beginning: differences are numbers of steps."""
    if ask.step == "day":
        return day.epoch_days()
    if ask.step == "week":
        # 1970-01-01 was a Thursday; weeks begin on Mondays.
        return ((day.epoch_days() + 3) / 7).floor().cast("int64")
    if ask.step == "month":
        return (day.year() * 12 + day.month()).cast("int64")
    if ask.step == "quarter":
        return (day.year() * 4 + day.quarter()).cast("int64")
    return day.year().cast("int64")
