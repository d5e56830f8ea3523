"""How much more often those who came by somebody's word buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.beside import likelier, marked_if, times_as_likely
from regulars.insights.metrics.buying import purchase_days
from regulars.insights.metrics.grouping import grouped, within
from regulars.insights.metrics.helping import REFERRALS, referred
from regulars.kit.metrics import Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return those added in the period whose channel is known: person_id, is_referred, has_bought."""
    known = within(tables.people, ask, "created_on").filter(_.acquired_channel.fill_null("") != "")
    rows = marked_if(known.select("person_id"), referred(tables, ask), "is_referred")
    rows = marked_if(rows, purchase_days(tables, ask.until), "has_bought")
    return grouped(rows, tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return how much more often the referred bought than the others."""
    return likelier(times_as_likely(per_person(tables, ask), "is_referred", "has_bought"))


def people(tables: Tables, ask: Ask) -> Table:
    """Return the referred who bought."""
    return per_person(tables, ask).filter(_.is_referred & _.has_bought).select("person_id")


REFERRED_CONVERSION = Metric(
    name="referred_conversion",
    room="insights",
    label=_l("Referred people buy more often"),
    definition=_l(
        "Of the people added in the period whose acquisition channel is known: how much more often those who came by somebody’s word "
        "have bought than the others."
    ),
    formula="(share of the referred who bought ÷ share of the others who did) − 1",
    source="Told in the trade as “30 % better”; no study found; interval by Katz, Baptista, Azen, Pike 1978, Biometrics 34, 469–474.",
    example="13 of 50 referred and 40 of 200 others: 30 % more often.",
    inputs=("people", "orders"),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    interval="given",
    groups=("country", "team"),
    wording=(REFERRALS,),
)
