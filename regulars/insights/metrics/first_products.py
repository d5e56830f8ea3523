"""Which first products make regulars."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import lines_before, purchase_days
from regulars.insights.metrics.figures import beside_all_others, counted
from regulars.insights.metrics.grouping import OF_PRODUCTS, first_purchases, grouped, within
from regulars.kit.metrics import GROUP, YEAR_DAYS, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


REGULAR = Choice("purchases", _l("Purchases that make a regular"), 3)
WITHIN = Choice("within_days", _l("Within how many days"), YEAR_DAYS)


def customers(tables: Tables, ask: Ask) -> Table:
    """Return the customers won long enough ago, and whether they became regulars in time: person_id, first_on, is_regular."""
    span = int(WITHIN.of(ask))
    border = replace(ask, until=ask.until - timedelta(days=span))
    first = within(first_purchases(tables), border, "first_on")
    days = purchase_days(tables, ask.until).inner_join(first, "person_id")
    since = days.day.epoch_days() - days.first_on.epoch_days()
    days = days.filter(since <= span).group_by("person_id", "first_on").agg(days=_.day.count())
    return days.select("person_id", "first_on", is_regular=_.days >= int(REGULAR.of(ask)))


def per_buyer(tables: Tables, ask: Ask) -> Table:
    """Return what each of them bought on the first day: group, person_id, is_regular."""
    known = customers(tables, ask)
    lines = lines_before(tables, ask.until).select("person_id", "product_id", "day")
    rows = lines.inner_join(known, [lines.person_id == known.person_id, lines.day == known.first_on])
    rows = grouped(rows.select("person_id", "product_id", "is_regular"), tables, ask)
    return rows.select(GROUP, "person_id", "is_regular").distinct()


def expression(tables: Tables, ask: Ask) -> Table:
    """Return for each product k who became regulars among n who began with it, beside all who did not begin with it."""
    found = counted(per_buyer(tables, ask), "is_regular")
    whole = customers(tables, ask).agg(total_k=_.is_regular.cast("int64").sum(), total_n=_.count())
    return beside_all_others(found.cross_join(whole))


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who became regulars."""
    return per_buyer(tables, ask).filter(_.is_regular).select("person_id")


FIRST_PRODUCTS = Metric(
    name="first_products",
    room="insights",
    label=_l("First products that make regulars"),
    definition=_l(
        "Of the customers whose first purchase held the product, the share that bought on three days or more within a year, beside all "
        "customers whose first purchase did not hold it. Only customers of a year ago or longer count; what may be chance is called so."
    ),
    formula="regulars among those who began with it ÷ those who began with it, less the same of all others",
    source="Ours; difference by Newcombe 1998, Statistics in Medicine 17, 873–890, method 10.",
    example="40 of 80 who began with tea became regulars, 200 of 1,000 others: 50 % beside 20 %, 19 to 41 points more.",
    inputs=("lines", "orders", "products"),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    drawn="bar",
    interval="wilson",
    groups=OF_PRODUCTS,
    choices=(REGULAR, WITHIN),
)
