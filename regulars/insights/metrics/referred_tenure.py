"""How much longer those stay who came by somebody's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.beside import marked_if
from regulars.insights.metrics.buying import as_number
from regulars.insights.metrics.grouping import first_purchases, grouped
from regulars.insights.metrics.helping import REFERRALS, referred
from regulars.insights.metrics.intervals import Z
from regulars.insights.metrics.keeping import stretches
from regulars.kit.metrics import GROUP, Ask, Choice, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

SEEN = Choice("seen_days", _l("Days everybody is watched for"), 730)


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return the customers whose first purchase lies long enough back and whose channel is known: group, person_id, is_referred, stayed.

    `stayed` are the days until they were lost (see Customer retention), everybody watched for equally long.
    """
    seen = int(SEEN.of(ask))
    first = first_purchases(tables).select("person_id", began=_.first_on.epoch_days())
    first = first.filter(_.began <= as_number(ask.until) - seen)
    last = stretches(tables, ask).group_by("person_id").agg(lost=_.lost.max())
    known = tables.people.filter(_.acquired_channel.fill_null("") != "").select("person_id")
    rows = first.inner_join(last, "person_id").semi_join(known, "person_id")
    rows = rows.select("person_id", stayed=ibis.least(_.lost - _.began, seen).cast("float64"))
    return grouped(marked_if(rows, referred(tables, ask), "is_referred"), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return how much longer the referred stayed than the others, with the delta method's interval on the logarithm."""
    rows = per_person(tables, ask)
    found = rows.group_by(GROUP).agg(
        n=_.is_referred.cast("int64").sum(), others_n=(~_.is_referred).cast("int64").sum(),
        stayed=_.stayed.mean(where=_.is_referred), others=_.stayed.mean(where=~_.is_referred),
        spread=_.stayed.var(how="sample", where=_.is_referred), others_spread=_.stayed.var(how="sample", where=~_.is_referred),
    )  # fmt: skip
    ratio = found.stayed / found.others.nullif(0)
    error = found.spread / (found.n * found.stayed * found.stayed).nullif(0)
    error += found.others_spread / (found.others_n * found.others * found.others).nullif(0)
    reach = (error.sqrt() * Z).exp()
    rows = found.mutate(value=ratio - 1, low=ratio / reach - 1, high=ratio * reach - 1)
    is_noise = ((rows.low <= 0) & (rows.high >= 0)).fill_null(True)
    return rows.mutate(is_noise=is_noise).drop("spread", "others_spread")


def people(tables: Tables, ask: Ask) -> Table:
    """Return the referred."""
    return per_person(tables, ask).filter(_.is_referred).select("person_id")


REFERRED_TENURE = Metric(
    name="referred_tenure",
    room="insights",
    label=_l("Referred people stay longer"),
    definition=_l(
        "How much longer those who came by somebody’s word stayed customers than the others, each watched for the two years after the "
        "first purchase; somebody is lost by the rule of Customer retention. Whose channel is not known is left out."
    ),
    formula="(mean days the referred stayed ÷ mean days the others stayed) − 1, at most 730 days each",
    source="Told in the trade as “16 % longer”; no study found. Schmitt, Skiera, Van den Bulte 2011, Referral Programs and Customer Value, Journal of Marketing 75(1), 46–59, found referred customers of a bank worth at least 16 % more, and 18 % less likely to leave. Interval by the delta method.",
    example="The referred stayed 348 days on average, the others 300: 16 % longer.",
    inputs=("people", "orders"),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    interval="given",
    groups=("country", "team"),
    wording=(REFERRALS,),
    choices=(SEEN,),
)
