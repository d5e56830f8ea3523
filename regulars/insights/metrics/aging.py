"""What customers bring month by month after their first purchase, and what they cost to win.

Each month rests on those who have lived through it whole; who has left counts with nothing. Added up, the months give a value
that is true to how many stay, without any model and without waiting until all customers are old.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import as_number, purchase_days
from regulars.insights.metrics.grouping import first_purchases, grouped, within
from regulars.insights.metrics.intervals import Z
from regulars.insights.metrics.subscribing import in_our_currency
from regulars.kit.metrics import GROUP, Ask, Choice, Tables

if TYPE_CHECKING:
    from ibis import Table

MONTHS = Choice("months", _l("Months after the first purchase"), 12)
MARGIN = Choice("margin", _l("Margin, as a share of sales"), 1.0)
# What was spent on many together is known of no single person: it is said with the question.
COST_EACH = Choice(
    "acquisition_cost_minor", _l("Cost of winning a customer, instead of what is known of each"), 0.0
)
MONTH_DAYS = 365.25 / 12


def won(tables: Tables, ask: Ask) -> Table:
    """Return the customers whose first purchase fell in the period: group, person_id, first_on, lived (whole months since)."""
    rows = within(first_purchases(tables), ask, "first_on")
    rows = rows.mutate(day=rows.first_on)
    age = as_number(ask.until) - rows.first_on.epoch_days()
    rows = rows.mutate(lived=ibis.least((age / MONTH_DAYS).floor(), int(MONTHS.of(ask))).cast("int64"))
    return grouped(rows, tables, ask).select(GROUP, "person_id", "first_on", "lived")


def by_month(tables: Tables, ask: Ask) -> Table:
    """Return for each month after the first purchase: group, month, n, brought (margin for each of the n), error (its variance)."""
    rows = won(tables, ask)
    ages = rows.filter(_.lived > 0).group_by(GROUP, "lived").agg(n=_.count())
    ages = ages.mutate(month=ibis.range(0, ages.lived).unnest())
    reached = ages.mutate(month=ages.month.cast("int64")).group_by(GROUP, "month").agg(n=_.n.sum())
    days = purchase_days(tables, ask.until).inner_join(rows, "person_id")
    since = days.day.epoch_days() - days.first_on.epoch_days()
    days = days.mutate(month=(since / MONTH_DAYS).floor().cast("int64")).filter(_.month < _.lived)
    each = days.group_by(GROUP, "person_id", "month").agg(
        money=_.net_minor.sum().cast("float64") * MARGIN.of(ask)
    )
    sums = each.group_by(at=GROUP, of="month").agg(total=_.money.sum(), squares=(_.money * _.money).sum())
    found = reached.left_join(sums, [reached[GROUP] == sums["at"], reached.month == sums.of]).drop("at", "of")
    mean = found.total.fill_null(0.0) / found.n
    spread = (found.squares.fill_null(0.0) - found.n * mean * mean) / (found.n - 1).nullif(0)
    return found.select(GROUP, "month", "n", brought=mean, error=ibis.greatest(spread, 0.0) / found.n)


def values(tables: Tables, ask: Ask) -> Table:
    """Return what a customer brings in the first months: group, n, value, low, high, months (seen), is_whole (as many as asked)."""
    rows = by_month(tables, ask)
    rows = rows.group_by(GROUP).agg(
        n=_.n.max(), value=_.brought.sum(), error=_.error.sum(), months=_.month.max() + 1, oldest=_.n.min()
    )
    reach = rows.error.sqrt() * Z
    return rows.select(
        GROUP, "n", "value", "months", "oldest",
        low=ibis.greatest(rows.value - reach, 0.0),
        high=rows.value + reach,
        is_whole=rows.months >= int(MONTHS.of(ask)),
    )  # fmt: skip


def costs(tables: Tables, ask: Ask) -> Table:
    """Return what it cost to win those of the period whose cost is known, or all as was said: group, person_id, cost_minor."""
    each = COST_EACH.of(ask)
    if each > 0:
        return won(tables, ask).select(GROUP, "person_id", cost_minor=ibis.literal(each, "float64"))
    people = tables.people.filter(_.acquired_cost_minor.notnull())
    known = in_our_currency(people, tables, "acquired_cost_minor", "acquired_currency")
    known = known.filter(_.base_minor.notnull()).select("person_id", cost_minor=_.base_minor)
    return won(tables, ask).select(GROUP, "person_id").inner_join(known, "person_id")
