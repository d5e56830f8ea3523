"""How much of the first year's value comes after the first purchase."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import purchase_days
from regulars.insights.metrics.figures import ratio_of_sums
from regulars.insights.metrics.grouping import OF_DAYS, first_purchases, grouped, within
from regulars.kit.metrics import YEAR_DAYS, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return the first year of each customer whose year was over by the period's end: person_id, day, later, first_year."""
    old_enough = replace(ask, until=ask.until - timedelta(days=YEAR_DAYS))
    first = within(first_purchases(tables), old_enough, "first_on")
    days = purchase_days(tables, ask.until).inner_join(first, "person_id")
    since = days.day.epoch_days() - days.first_on.epoch_days()
    days = days.mutate(later=ibis.ifelse(since > 0, days.net_minor, 0)).filter(since < YEAR_DAYS)
    rows = days.group_by("person_id", "first_on").agg(first_year=_.net_minor.sum(), later=_.later.sum())
    return grouped(rows.mutate(day=_.first_on), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return what came after the first purchase day over all of the first year."""
    return ratio_of_sums(per_person(tables, ask), "later", "first_year")


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who came again within the year."""
    return per_person(tables, ask).filter(_.later > 0).select("person_id")


LATER_SHARE = Metric(
    name="later_share",
    room="insights",
    label=_l("Share of value after the first purchase"),
    definition=_l(
        "Of all that customers spent in the year that began with their first purchase, the share that came after that day. Only customers "
        "whose year is over count."
    ),
    formula="sales within 365 days, without the first purchase day ÷ sales within 365 days",
    source="Ours: what was earned after the first day.",
    example="40 at first, then 30 and 30 within the year: 60 ÷ 100 = 60 %.",
    inputs=("orders",),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    interval="given",
    groups=OF_DAYS,
)
