"""Figures with intervals as expressions, for measures that are no plain rate or mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from regulars.insights.metrics.intervals import Z
from regulars.kit.metrics import GROUP

if TYPE_CHECKING:
    from ibis import Table
    from ibis.expr.types import NumericValue


def wilson_bounds(k: NumericValue, n: NumericValue) -> tuple[NumericValue, NumericValue]:
    """Return the 95 % interval of a rate of k in n, as `intervals.wilson`; null where n is 0."""
    n = n.cast("float64").nullif(0)
    rate, square = k / n, Z * Z / n
    middle = (rate + square / 2) / (1 + square)
    half = (rate * (1 - rate) / n + square / (4 * n)).sqrt() * Z / (1 + square)
    return ibis.greatest(middle - half, 0.0), ibis.least(middle + half, 1.0)


def newcombe_bounds(
    k1: NumericValue, n1: NumericValue, k2: NumericValue, n2: NumericValue
) -> tuple[NumericValue, NumericValue]:
    """Return the 95 % interval of the difference k1/n1 − k2/n2 (Newcombe 1998, method 10, from two Wilson intervals)."""
    p1, p2 = k1 / n1.cast("float64").nullif(0), k2 / n2.cast("float64").nullif(0)
    (low1, high1), (low2, high2) = wilson_bounds(k1, n1), wilson_bounds(k2, n2)
    down = ((p1 - low1) * (p1 - low1) + (high2 - p2) * (high2 - p2)).sqrt()
    up = ((high1 - p1) * (high1 - p1) + (p2 - low2) * (p2 - low2)).sqrt()
    return p1 - p2 - down, p1 - p2 + up


def how_many(people: Table) -> Table:
    """Return how many people there are in each group, one row for each of them, as n and as the value."""
    rows = people.group_by(GROUP).agg(n=_.person_id.count())
    return rows.mutate(value=rows.n.cast("float64"))


def beside_all_others(rows: Table) -> Table:
    """Add to k in n of each group how far it is from all the others together.

    `total_k` and `total_n` are of everyone. Adds `others` (their rate), `apart_low` and `apart_high` (Newcombe's interval of the
    difference) and `is_noise` (nought lies within it, or there are no others).
    """
    k2, n2 = rows.total_k - rows.k, rows.total_n - rows.n
    low, high = newcombe_bounds(rows.k, rows.n, k2, n2)
    rows = rows.mutate(others=k2 / n2.cast("float64").nullif(0), apart_low=low, apart_high=high)
    is_noise = (rows.apart_low <= 0) & (rows.apart_high >= 0)
    return rows.mutate(is_noise=is_noise.fill_null(True)).drop("total_k", "total_n")


def ratio_of_sums(rows: Table, top: str, bottom: str) -> Table:
    """Return for each group the sum of `top` over the sum of `bottom`: group, n, value, low, high, top, bottom.

    The interval is the delta method's over independent rows (customers), as for any ratio of two means.
    """
    y, x = rows[top].cast("float64"), rows[bottom].cast("float64")
    rows = rows.mutate(_y=y, _x=x).group_by(GROUP).agg(
        n=_.count(), y=_._y.sum(), x=_._x.sum(), yy=(_._y * _._y).sum(), xy=(_._x * _._y).sum(), xx=(_._x * _._x).sum()
    )  # fmt: skip
    rows = rows.mutate(value=rows.y / rows.x.nullif(0))
    scatter = ibis.greatest(rows.yy - 2 * rows.value * rows.xy + rows.value * rows.value * rows.xx, 0.0)
    error = (scatter * rows.n / (rows.n - 1).nullif(0)).sqrt() / rows.x.nullif(0)
    return rows.select(
        GROUP,
        "n",
        "value",
        low=ibis.greatest(rows.value - Z * error, 0.0),
        high=rows.value + Z * error,
        **{top: rows.y, bottom: rows.x},
    )


def counted(rows: Table, condition: str) -> Table:
    """Return for each group k rows that fulfil a condition (a column of flags) among n."""
    return rows.group_by(GROUP).agg(n=_.count(), k=rows[condition].cast("int64").sum())


def averaged(rows: Table, column: str) -> Table:
    """Return for each group the mean of a column over rows with its spread and its quartiles."""
    value = rows[column].cast("float64")
    return rows.group_by(GROUP).agg(
        n=rows.count(),
        value=value.mean(),
        sd=value.std(how="sample"),
        total=value.sum(),
        lower_quartile=value.quantile(0.25),
        median=value.quantile(0.5),
        upper_quartile=value.quantile(0.75),
        p90=value.quantile(0.9),
    )
