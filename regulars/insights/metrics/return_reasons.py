"""Why money is given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_DAYS, grouped, within
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_refund(tables: Tables, ask: Ask) -> Table:
    """Return the refunds of the period with their reason: group, person_id, label, amount_minor."""
    refunds = within(tables.refunds, ask)
    rows = grouped(refunds.mutate(label=refunds.reason.fill_null("")), tables, ask)
    return rows.select(GROUP, "person_id", "label", "amount_minor")


def expression(tables: Tables, ask: Ask) -> Table:
    """Return for each reason k refunds among all n, and the money given back."""
    rows = per_refund(tables, ask).group_by(GROUP, "label").agg(k=_.count(), money=_.amount_minor.sum())
    of_all = ibis.window(group_by=rows[GROUP])
    rows = rows.mutate(
        n=rows.k.sum().over(of_all), share_of_money=rows.money / rows.money.sum().over(of_all).nullif(0)
    )
    # The most frequent reason stands first.
    return rows.mutate(
        step=ibis.row_number().over(ibis.window(group_by=rows[GROUP], order_by=[rows.k.desc(), rows.label]))
    )


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who got money back; for one reason its place in the list is the cell."""
    rows = per_refund(tables, ask).filter(_.person_id.notnull())
    if ask.cell is None:
        return rows.select("person_id")
    at = expression(tables, ask).filter(_.step == ask.cell).select(GROUP, "label")
    return rows.semi_join(at, [GROUP, "label"]).select("person_id")


RETURN_REASONS = Metric(
    name="return_reasons",
    room="insights",
    label=_l("Reasons for returns"),
    definition=_l(
        "Why money was given back in the period, by the reason noted with the refund; an empty reason was not noted."
    ),
    formula="refunds with the reason ÷ refunds",
    source="Ours: what refunds give as their reason.",
    example="30 of 60 refunds because something broke: 50 %.",
    inputs=("refunds",),
    unit="rate",
    grain="refund",
    expression=expression,
    people=people,
    drawn="bar",
    interval="wilson",
    groups=OF_DAYS,
    better="",
)
