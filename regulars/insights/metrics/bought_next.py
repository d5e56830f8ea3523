"""What is bought on the next purchase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import lines_before
from regulars.insights.metrics.grouping import OF_PRODUCTS, within
from regulars.insights.metrics.pairs import PAIRS, expression_of_pairs, items, people_of_pairs
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

# More purchase days than anybody has.
MOST_DAYS = 100_000


def baskets(tables: Tables, ask: Ask) -> tuple[Table, Table]:
    """Return purchase days of the period that were followed by another, with what was bought on them, and on the next."""
    lines = lines_before(tables, ask.until).select("person_id", "product_id", "day")
    days = lines.select("person_id", "day").distinct()
    order = ibis.window(group_by=days.person_id, order_by=days.day)
    # A basket is a person's n-th purchase day, told by one number; what follows is filed under the day before it.
    basket = days.person_id * MOST_DAYS + ibis.row_number().over(order)
    days = days.mutate(basket=basket, last_on=days.day.lag().over(order), next_on=days.day.lead().over(order))
    followed = within(days.filter(_.next_on.notnull()), ask)
    following = within(days.filter(_.last_on.notnull()), ask, "last_on")
    here = lines.inner_join(followed, ["person_id", "day"])
    there = lines.inner_join(following.mutate(basket=_.basket - 1), ["person_id", "day"])
    return items(here, tables, ask), items(there, tables, ask)


BOUGHT_NEXT = Metric(
    name="bought_next",
    room="insights",
    label=_l("Bought next"),
    definition=_l(
        "How much more often a product is bought on the next purchase day after another than after other purchases: 2 : 1 is twice as often. Pairs that followed each other fewer than five times are left out; what may be chance is called so."
    ),
    formula="lift = (purchases followed by the other ÷ purchases of the first that were followed) ÷ (purchases followed by the other ÷ followed purchases)",
    source="Lift (Brin, Motwani, Ullman, Tsur 1997, Dynamic Itemset Counting and Implication Rules for Market Basket Data, SIGMOD, 255–264, where it is called interest), between one purchase and the next; noise by Newcombe 1998, Statistics in Medicine 17, 873–890, method 10.",
    example="After 100 purchases of a machine 40 buy filters next, after all 1,000 purchases 100 do: 40 % ÷ 10 % = 4 : 1.",
    inputs=("lines", "products"),
    unit="ratio",
    grain="order",
    expression=expression_of_pairs(baskets),
    people=people_of_pairs(baskets),
    drawn="bar",
    groups=OF_PRODUCTS,
    choices=(PAIRS,),
)
