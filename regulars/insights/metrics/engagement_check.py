"""Whether the engagement index tells anything: do the engaged buy again?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.engaging import CHOICES, indexes
from regulars.insights.metrics.grouping import grouped
from regulars.kit.metrics import GROUP, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


AFTER = Choice("days", _l("Days after"), 90)
BANDS = ((20, "0–20"), (40, "20–40"), (60, "40–60"), (80, "60–80"))


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return how engaged each was so many days before the period's end, and whether they bought since: step, label, is_back."""
    then = ask.until - timedelta(days=int(AFTER.of(ask)))
    since = tables.purchase_days.filter((_.day >= then) & (_.day < ask.until))
    bought = since.select(buyer=since.person_id).distinct()
    rows = grouped(indexes(tables, ask, then), tables, ask)
    rows = rows.left_join(bought, rows.person_id == bought.buyer)
    return rows.mutate(
        is_back=rows.buyer.notnull(),
        label=ibis.cases(*((rows.engagement < most, name) for most, name in BANDS), else_="80–100"),
        step=ibis.least((rows.engagement / 20).floor(), 4).cast("int64"),
    )


def expression(tables: Tables, ask: Ask) -> Table:
    """Return for each band of the index k who bought since among n."""
    return (
        per_person(tables, ask)
        .group_by(GROUP, "step", "label")
        .agg(n=_.count(), k=_.is_back.cast("int64").sum())
    )


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who bought since."""
    rows = per_person(tables, ask).filter(_.is_back)
    return (rows if ask.cell is None else rows.filter(_.step == ask.cell)).select("person_id")


ENGAGEMENT_CHECK = Metric(
    name="engagement_check",
    room="insights",
    label=_l("Engagement, checked against purchases"),
    definition=_l(
        "Of those whose engagement index lay in a band 90 days before the period’s end, the share that bought since. If the index tells "
        "anything, the share rises with it."
    ),
    formula="people of the band who bought in the 90 days after ÷ people of the band",
    source="Ours: the index is held against who bought again.",
    example="40 of 100 between 80 and 100 bought, 5 of 100 between 0 and 20.",
    inputs=("orders", "touchpoints", "visits"),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    drawn="bar",
    interval="wilson",
    choices=(*CHOICES, AFTER),
)
