"""What is bought together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from regulars.insights.metrics.buying import lines_before
from regulars.insights.metrics.grouping import OF_PRODUCTS, within
from regulars.insights.metrics.pairs import PAIRS, expression_of_pairs, items, people_of_pairs
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def baskets(tables: Tables, ask: Ask) -> tuple[Table, None]:
    """Return the orders of the period with what was in them; what an item is set beside is in the same order."""
    lines = within(lines_before(tables, ask.until), ask)
    return items(lines.select("person_id", "product_id", basket="order_id"), tables, ask), None


BOUGHT_WITH = Metric(
    name="bought_with",
    room="insights",
    label=_l("Bought together"),
    definition=_l(
        "How much more often two products are in the same order than chance would have it: 2 : 1 is twice as often. Pairs that were together fewer than five times are left out; what may be chance is called so."
    ),
    formula="lift = (orders with both ÷ orders with the first) ÷ (orders with the other ÷ orders)",
    source="Lift (Brin, Motwani, Ullman, Tsur 1997, Dynamic Itemset Counting and Implication Rules for Market Basket Data, SIGMOD, 255–264, where it is called interest); noise by Newcombe 1998, Statistics in Medicine 17, 873–890, method 10.",
    example="Of 100 orders with tea 30 hold a cup, of all 1,000 orders 100 do: 30 % ÷ 10 % = 3 : 1.",
    inputs=("lines", "products"),
    unit="ratio",
    grain="order",
    expression=expression_of_pairs(baskets),
    people=people_of_pairs(baskets),
    drawn="bar",
    groups=OF_PRODUCTS,
    choices=(PAIRS,),
)
