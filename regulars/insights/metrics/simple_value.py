"""What a customer is worth by the simplest sum: average sale × expected number of purchases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.buying import purchase_days
from regulars.insights.metrics.grouping import OF_PEOPLE, grouped
from regulars.insights.metrics.intervals import Z
from regulars.kit.metrics import GROUP, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


OLD = Choice("old_enough_days", _l("Days after which a customer is old enough"), 365)
MARGIN = Choice("margin", _l("Margin, as a share of sales"), 1.0)


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return each customer: person_id, purchases (days), net_minor, is_old (first bought long enough ago to be counted on)."""
    rows = (
        purchase_days(tables, ask.until)
        .group_by("person_id")
        .agg(purchases=_.count(), net_minor=_.net_minor.sum(), first_on=_.day.min())
    )
    border = ask.until - timedelta(days=int(OLD.of(ask)))
    return grouped(rows.mutate(is_old=rows.first_on <= ibis.literal(border)), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the pooled average sale times the mean number of purchases of customers old enough (of all where none is)."""
    rows = per_person(tables, ask)
    rows = rows.group_by(GROUP).agg(
        n=_.count(),
        average_sale=_.net_minor.sum().cast("float64") / _.purchases.sum(),
        old=_.is_old.cast("int64").sum(),
        of_old=_.purchases.mean(where=_.is_old), of_all=_.purchases.mean(),
        spread_of_old=_.purchases.std(how="sample", where=_.is_old), spread_of_all=_.purchases.std(how="sample"),
    )  # fmt: skip
    has_old = rows.old > 0
    rows = rows.mutate(
        expected_purchases=ibis.ifelse(has_old, rows.of_old, rows.of_all),
        error=ibis.ifelse(has_old, rows.spread_of_old / rows.old.sqrt(), rows.spread_of_all / rows.n.sqrt()),
    )
    each = rows.average_sale * MARGIN.of(ask)
    return rows.select(
        GROUP, "n", "average_sale", "expected_purchases", "old",
        value=each * rows.expected_purchases,
        low=ibis.greatest(each * (rows.expected_purchases - Z * rows.error), 0.0),
        high=each * (rows.expected_purchases + Z * rows.error),
        counted_on=ibis.ifelse(has_old, "old enough", "all"),
    )  # fmt: skip


def people(tables: Tables, ask: Ask) -> Table:
    """Return the customers."""
    return per_person(tables, ask).select("person_id")


SIMPLE_VALUE = Metric(
    name="simple_value",
    room="insights",
    label=_l("Simple customer value"),
    definition=_l(
        "What a customer of a group is worth: the average sale times how often customers buy. How often is taken from those who first bought "
        "a year ago or longer (from all where nobody did). It is a group’s figure, not one of a single customer."
    ),
    formula="(net sales ÷ purchases) × mean purchases of customers old enough × margin",
    source="Ours, as a group's figure; the UCI shop is that of Chen, Sain, Guo 2012, Data mining for the online retail industry, Journal of Database Marketing & Customer Strategy Management 19(3).",
    example="UCI shop, all customers: 531.61 × 3.864 = 2,054.27.",
    inputs=("orders",),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    interval="given",
    groups=OF_PEOPLE,
    choices=(OLD, MARGIN),
)
