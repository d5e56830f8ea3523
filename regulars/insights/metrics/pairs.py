"""What goes with what: how much more often than chance would have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import with_kinds
from regulars.insights.metrics.figures import newcombe_bounds
from regulars.kit.metrics import GROUP, Ask, Choice, Expression, Tables

if TYPE_CHECKING:
    from ibis import Table

PAIRS = Choice("pairs", _l("Fewest times together"), 5)
# Pairs grow with the square of what is in a basket; rare articles make most of them and none that could be told from chance.
MOST_ITEMS = 800
MOST_PAIRS = 500

# What is in each basket, and what is in the basket that each is set beside; None where that is the same basket.
Baskets = Callable[[Tables, Ask], tuple["Table", "Table | None"]]


def expression_of_pairs(baskets: Baskets) -> Expression:
    """Return the expression that gives each pair with its lift."""

    def expression(tables: Tables, ask: Ask) -> Table:
        return named(lifts(*baskets(tables, ask), ask), tables, ask).drop("item", "number")

    return expression


def people_of_pairs(baskets: Baskets) -> Expression:
    """Return the expression that gives those who bought the pair that is asked for, or anything at all."""

    def people(tables: Tables, ask: Ask) -> Table:
        here, there = baskets(tables, ask)
        if ask.cell is None:
            return here.select("person_id")
        pair = named(lifts(here, there, ask), tables, ask).filter(_.step == ask.cell)
        beside = (here if there is None else there).select("basket", other="item").view()
        bought = here.inner_join(beside, "basket")
        return bought.semi_join(pair.select("item", other="number"), ["item", "other"]).select("person_id")

    return people


def items(baskets: Table, tables: Tables, ask: Ask) -> Table:
    """Return what is in each basket: basket, person_id, item (number of the product, or of the kind where kinds are asked for)."""
    if ask.group == "kind":
        baskets = with_kinds(baskets, tables)
        return baskets.select("basket", "person_id", item="kind_id").distinct()
    return baskets.select("basket", "person_id", item="product_id").distinct()


def lifts(here: Table, there: Table | None, ask: Ask) -> Table:
    """Return each pair of an item `here` and another `there` of the same basket: item, other, n, k, value (lift) and the rest.

    n: baskets with the first; k: of these with the other; `share` = k ÷ n; `usual` = share of baskets with the other among those
    without the first; value = share ÷ overall share of the other. `is_noise`: the two shares may be the same (Newcombe).
    """
    least = int(PAIRS.of(ask))
    first = _most(here, least)
    other = first if there is None else _most(there, least)
    both = _together(here, first) if there is None else _beside(here, first, there, other)
    rows = both.filter(_.k >= least).inner_join(first, "item")
    rows = rows.inner_join(other.select(other="item", m="n"), "other")
    rows = rows.cross_join(here.agg(baskets=_.basket.nunique()))
    share = rows.k / rows.n.cast("float64")
    low, high = newcombe_bounds(rows.k, rows.n, rows.m - rows.k, rows.baskets - rows.n)
    return rows.select(
        "item", "other", "n", "k", "baskets",
        share=share,
        usual=(rows.m - rows.k) / (rows.baskets - rows.n).cast("float64").nullif(0),
        value=share / (rows.m / rows.baskets.cast("float64")),
        apart_low=low,
        apart_high=high,
        is_noise=((low <= 0) & (high >= 0)).fill_null(True),
    )  # fmt: skip


def _most(rows: Table, least: int) -> Table:
    """Return the items that are in most baskets: item, n. A basket holds an item once, so that counting rows counts baskets."""
    counts = rows.group_by("item").agg(n=_.count()).filter(_.n >= least)
    return counts.order_by(_.n.desc(), _.item).limit(MOST_ITEMS)


# A basket is one row with its items as a list, unfolded twice. Joined with themselves, the items leave an engine to guess how many
# pairs that makes, and it guesses so wrong that the answer takes ten times as long.
def _listed(rows: Table, kept: Table, name: str) -> Table:
    return rows.semi_join(kept, "item").group_by("basket").agg(**{name: _.item.collect()})


def _together(rows: Table, kept: Table) -> Table:
    """Return how many baskets hold both items of each pair: item, other, k; counted one way and told both ways."""
    pairs = _listed(rows, kept, "items").select(item=_.items.unnest(), others="items")
    pairs = pairs.select("item", other=_.others.unnest()).filter(_.item < _.other)
    counts = pairs.group_by("item", "other").agg(k=_.count())
    return counts.union(counts.select(item="other", other="item", k="k"))


def _beside(here: Table, first: Table, there: Table, other: Table) -> Table:
    """Return how many baskets hold the one item here and the other there: item, other, k."""
    lists = _listed(here, first, "items").inner_join(_listed(there, other, "others"), "basket")
    pairs = lists.select("others", item=_.items.unnest())
    pairs = pairs.select("item", other=_.others.unnest()).filter(_.item != _.other)
    return pairs.group_by("item", "other").agg(k=_.count())


def named(pairs: Table, tables: Tables, ask: Ask) -> Table:
    """Return pairs under their names: group (of the first), other, label, step (the surest first), without those past MOST_PAIRS.

    The surest are those whose shares lie furthest apart even at the cautious end.
    """
    products = tables.products
    if ask.group == "kind":
        names = products.filter(_.kind_id.notnull()).group_by(number="kind_id").agg(name=_.kind.min())
    else:
        names = products.select(number="product_id", name=products.name + " · " + products.sku)
    rows = pairs.order_by(_.apart_low.desc(), _.item, _.other).limit(MOST_PAIRS)
    rows = rows.inner_join(names.rename(item="number", **{GROUP: "name"}), "item")
    rows = rows.rename(number="other").inner_join(names.rename(other="name").view(), "number")
    rows = rows.filter(rows[GROUP] == ask.only) if ask.only is not None else rows
    place = ibis.row_number().over(order_by=[rows.apart_low.desc(), rows["item"], rows.number])
    return rows.mutate(label=rows[GROUP] + " + " + rows.other, step=place)
