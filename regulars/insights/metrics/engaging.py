"""How engaged people are on a day: what they did themselves, each deed weighed, counting half as much after every half-life."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.engine.engagement import HALF_LIFE_DAYS, WEIGHTS
from regulars.insights.metrics.buying import as_number, purchase_days
from regulars.kit.metrics import Ask, Choice, Tables

if TYPE_CHECKING:
    from ibis import Table

HALF_LIFE = Choice("half_life_days", _l("Half-life in days"), HALF_LIFE_DAYS)
WEIGHING = (
    Choice("weight_order", _l("Weight of an order"), WEIGHTS["order"]),
    Choice("weight_referral", _l("Weight of a referral"), WEIGHTS["referral"]),
    Choice("weight_review", _l("Weight of a review"), WEIGHTS["review"]),
    Choice("weight_reply", _l("Weight of a message from the customer"), WEIGHTS["reply"]),
    Choice("weight_visit", _l("Weight of a visit"), WEIGHTS["visit"]),
    Choice("weight_click", _l("Weight of a click"), WEIGHTS["click"]),
)
CHOICES = (HALF_LIFE, *WEIGHING)
# Which touchpoints are which deeds; orders come from the orders themselves. Machines' clicks and opens are no deeds.
DEEDS = {
    "referral": ("referral.made",),
    "review": ("review.given", "satisfaction.given", "chat.rated"),
    "reply": ("message.received",),
    "click": ("link.clicked",),
}


def deeds(tables: Tables, ask: Ask, until: date) -> Table:
    """Return what people did before a day: person_id, day, weight."""
    weights = {one.name.removeprefix("weight_"): one.of(ask) for one in WEIGHING}
    bought = purchase_days(tables, until)
    rows = bought.select("person_id", "day", weight=bought.orders.cast("float64") * weights["order"])
    touched = tables.touchpoints.filter(_.person_id.notnull() & (_.day < until))
    pairs = [(touched.kind.isin(kinds), weights[deed]) for deed, kinds in DEEDS.items()]
    touched = touched.select("person_id", "day", weight=ibis.cases(*pairs, else_=0.0).cast("float64"))
    visits = tables.visits.filter(_.person_id.notnull() & (_.day < until))
    visited = visits.select("person_id", "day", weight=ibis.literal(weights["visit"], "float64"))
    return rows.union(touched.filter(_.weight > 0)).union(visited)


def indexes(tables: Tables, ask: Ask, until: date) -> Table:
    """Return everyone who ever did anything before a day: person_id, raw, engagement (0 to 100)."""
    done = deeds(tables, ask, until)
    age = as_number(until) - done.day.epoch_days()
    rows = done.mutate(now=done.weight * ibis.literal(0.5).pow(age / HALF_LIFE.of(ask)))
    rows = rows.group_by("person_id").agg(raw=_.now.sum())
    rows = rows.cross_join(rows.agg(most=_.raw.quantile(0.9)))
    index = 100 * (1 - ibis.literal(10.0).pow(-rows.raw / rows.most.nullif(0)))
    return rows.select("person_id", "raw", engagement=index.fill_null(0.0))
