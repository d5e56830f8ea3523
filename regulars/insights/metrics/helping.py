"""Who was served or helped, who came by somebody's word, and who came back: what the measures of relationship rest on.

What counts as help is the business's to say: each kind is a choice, 1 or 0. A conversation counts on the day it was closed (UTC).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.beside import marked_if
from regulars.insights.metrics.buying import purchase_days
from regulars.insights.metrics.figures import wilson_bounds
from regulars.insights.metrics.grouping import grouped
from regulars.kit.metrics import GROUP, Ask, Choice, Expression, Tables, Words

if TYPE_CHECKING:
    from ibis import Table

ORDER = Choice("help_order", _l("A kept order counts as served"), 1)
CONVERSATION = Choice("help_conversation", _l("A closed conversation counts as help"), 1)
CONTACT = Choice("help_contact", _l("A logged call or visit counts as help"), 0)
REFERRALS = Words(
    "referral_channels",
    _l("Acquisition channels that are recommendations"),
    ("referral", "recommendation", "friend", "word of mouth"),
)
CHOICES = (ORDER, CONVERSATION, CONTACT)
INPUTS = ("orders", "conversations", "touchpoints", "people")
SOURCE = (
    "Ours, after Rubin and Rose 2013, Return on Relationship; the figure in the example is a published one."
)
ALL_COUNTS = (
    "ever", "helped", "returned", "referred", "reach", "reach_low", "reach_high", "returning", "returning_low", "returning_high",
    "helped_for_each_return",
)  # fmt: skip


def helped_between(tables: Tables, ask: Ask, since: date, until: date) -> Table:
    """Return who was helped, other than by an order, from a day to the day before another: person_id, each once."""
    closed = tables.conversations.filter(_.person_id.notnull() & _.closed_at.notnull())
    closed = closed.mutate(day=closed.closed_at.date()).select("person_id", "day")
    noted = tables.touchpoints.filter(_.person_id.notnull() & (_.kind == "contact.logged"))
    rows = closed.filter(ibis.literal(bool(CONVERSATION.of(ask))))
    rows = rows.union(noted.select("person_id", "day").filter(ibis.literal(bool(CONTACT.of(ask)))))
    return rows.filter((_.day >= since) & (_.day < until)).select("person_id").distinct()


def referred(tables: Tables, ask: Ask) -> Table:
    """Return who came by somebody's word, whenever: person_id."""
    names = REFERRALS.of(ask)
    return tables.people.filter(_.acquired_channel.lower().isin(names)).select("person_id")


def relations(tables: Tables, ask: Ask) -> Table:
    """Return all who ever bought: group, person_id, is_helped (or served), is_referred, is_returned (of the helped)."""
    since = ask.start
    rows = purchase_days(tables, ask.until).group_by("person_id").agg(days=_.count(), last_on=_.day.max())
    rows = marked_if(rows, helped_between(tables, ask, since, ask.until), "is_aided")
    rows = marked_if(rows, referred(tables, ask), "came_by_word")
    is_served = (rows.last_on >= since) & ibis.literal(bool(ORDER.of(ask)))
    rows = rows.mutate(is_helped=rows.is_aided | is_served)
    # Bought in the period and on an earlier day, or without an order in it on two days: two purchase days either way.
    rows = rows.select(
        "person_id",
        "is_helped",
        is_referred=rows.is_helped & rows.came_by_word,
        is_returned=rows.is_helped & (rows.came_by_word | (rows.days >= 2)),
    )
    return grouped(rows, tables, ask)


def four_counts(tables: Tables, ask: Ask) -> Table:
    """Return for each group: ever (T), helped (H), returned (R), referred, and both parts of R ÷ T with their intervals."""
    rows = relations(tables, ask).group_by(GROUP).agg(
        ever=_.count(),
        helped=_.is_helped.cast("int64").sum(),
        returned=_.is_returned.cast("int64").sum(),
        referred=_.is_referred.cast("int64").sum(),
    )  # fmt: skip
    low, high = wilson_bounds(rows.helped, rows.ever)
    return_low, return_high = wilson_bounds(rows.returned, rows.helped)
    return rows.mutate(
        reach=rows.helped / rows.ever.cast("float64"),
        reach_low=low,
        reach_high=high,
        returning=rows.returned / rows.helped.cast("float64").nullif(0),
        returning_low=return_low,
        returning_high=return_high,
        helped_for_each_return=rows.helped / rows.returned.cast("float64").nullif(0),
    )


def share_of_counts(n: str, k: str, *more: str) -> Expression:
    """Return the expression that gives one of the four counts of another: k of n, with `more` of them beside it."""

    def expression(tables: Tables, ask: Ask) -> Table:
        rows = four_counts(tables, ask)
        return rows.mutate(n=rows[n], k=rows[k]).select(GROUP, "n", "k", *more)

    return expression
