"""After which products customers come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import lines_before, purchase_days
from regulars.insights.metrics.figures import beside_all_others, counted
from regulars.insights.metrics.grouping import OF_PRODUCTS, grouped, within
from regulars.kit.metrics import GROUP, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


WITHIN = Choice("within_days", _l("Within how many days"), 180)


def per_buyer(tables: Tables, ask: Ask) -> Table:
    """Return who bought what for the first time, long enough ago, and whether they bought anything again: group, person_id, is_back."""
    span = int(WITHIN.of(ask))
    border = replace(ask, until=ask.until - timedelta(days=span))
    lines = grouped(lines_before(tables, ask.until).select("person_id", "product_id", "day"), tables, ask)
    first = within(lines.group_by(GROUP, "person_id").agg(first_on=_.day.min()), border, "first_on")
    later = purchase_days(tables, ask.until).select(buyer="person_id", later_on="day")
    rows = first.left_join(later, [first.person_id == later.buyer, later.later_on > first.first_on])
    since = rows.later_on.epoch_days() - rows.first_on.epoch_days()
    rows = rows.mutate(is_back=(since <= span).fill_null(False))
    return rows.group_by(GROUP, "person_id").agg(is_back=_.is_back.any())


def expression(tables: Tables, ask: Ask) -> Table:
    """Return for each product k of n buyers who came back within the time, beside the buyers of all other products."""
    rows = per_buyer(tables, ask)
    found = counted(rows, "is_back")
    whole = ibis.window(group_by=())
    found = found.mutate(total_k=found.k.sum().over(whole), total_n=found.n.sum().over(whole))
    return beside_all_others(found)


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who came back."""
    return per_buyer(tables, ask).filter(_.is_back).select("person_id")


PRODUCT_REPURCHASE = Metric(
    name="product_repurchase",
    room="insights",
    label=_l("Back after buying it"),
    definition=_l(
        "Of those who bought a product for the first time in the period, the share that bought anything again on a later day within 180 days. "
        "Only purchases 180 days old or older count. Beside it the same of all other products; what may be chance is called so."
    ),
    formula="buyers with a later purchase day within the time ÷ buyers, by product",
    source="Ours; difference by Newcombe 1998, Statistics in Medicine 17, 873–890, method 10.",
    example="60 of 100 buyers came back, 300 of 1,000 of other products: 60 %, 30 points more, surely between 20 and 39.",
    inputs=("lines", "orders", "products"),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    drawn="bar",
    interval="wilson",
    groups=OF_PRODUCTS,
    choices=(WITHIN,),
)
