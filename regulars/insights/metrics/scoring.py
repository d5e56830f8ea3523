"""Recency, frequency, money of each customer: five steps by value, and the name of the group that follows (engine/rfm)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from regulars.insights.engine.rfm import SHARES

if TYPE_CHECKING:
    from ibis import Table
    from ibis.expr.types import IntegerValue, NumericColumn, StringValue

    from regulars.kit.metrics import Ask, Tables


def histories(tables: Tables, ask: Ask) -> Table:
    """Return each customer at the period's end: person_id, days (since the last purchase), purchases (days), spend (minor)."""
    days = tables.purchase_days.filter(_.day < ask.until)
    rows = days.group_by("person_id").agg(last_on=_.day.max(), purchases=_.count(), spend=_.net_minor.sum())
    return rows.select(
        "person_id",
        "purchases",
        "spend",
        days=ibis.literal(ask.until).epoch_days() - rows.last_on.epoch_days(),
    )


def cut_points(rows: Table) -> Table:
    """Return one row with the values below which 20, 40, 60 and 80 % of customers lie: days_1 … spend_4, each somebody's own."""
    ranked = rows.mutate(
        **{
            f"{name}_rank": ibis.cume_dist().over(order_by=rows[name])
            for name in ("days", "purchases", "spend")
        }
    )
    # A hair is taken off, so that a fifth of the customers is a fifth however it was divided.
    return ranked.agg(
        **{
            f"{name}_{place}": ranked[name].min(where=ranked[f"{name}_rank"] >= share - 1e-9)
            for name in ("days", "purchases", "spend")
            for place, share in enumerate(SHARES, 1)
        }
    )


def scores(tables: Tables, ask: Ask) -> Table:
    """Return person_id, days, purchases, spend, recency, frequency, money (1 to 5, 5 best) and `rfm`, the group's name."""
    rows = histories(tables, ask)
    rows = rows.cross_join(cut_points(rows))
    rows = rows.select(
        "person_id", "days", "purchases", "spend",
        recency=5 - _above(rows, "days"), frequency=1 + _above(rows, "purchases"), money=1 + _above(rows, "spend"),
    )  # fmt: skip
    return rows.mutate(rfm=name_of(rows.recency, rows.frequency, rows.money))


def _above(rows: Table, name: str) -> NumericColumn:
    steps = [(rows[name] > rows[f"{name}_{place}"]).cast("int64") for place in range(1, 5)]
    return steps[0] + steps[1] + steps[2] + steps[3]


def name_of(recency: IntegerValue, frequency: IntegerValue, money: IntegerValue) -> StringValue:
    """Return the name of a group, as `engine.rfm.group_of` gives it."""
    worth = ibis.greatest(frequency, money)
    often = frequency >= 4
    return ibis.cases(
        ((recency >= 4) & often & (worth == 5), "champions"),
        ((recency >= 4) & often, "loyal"),
        ((recency >= 4) & (frequency == 1), "newcomers"),
        (recency >= 4, "promising"),
        ((recency == 3) & often, "loyal"),
        ((recency == 3) & (frequency >= 3), "promising"),
        (recency == 3, "wavering"),
        (often & ((recency == 1) | (worth == 5)), "cannot_lose"),
        (often | (frequency == 3) | (money >= 4), "at_risk"),
        (recency == 2, "hibernating"),
        else_="lost",
    )
