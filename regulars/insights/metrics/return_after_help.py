"""How many of those helped came back, beside similar people who were not helped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.figures import newcombe_bounds
from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.insights.metrics.helping import CONTACT, CONVERSATION
from regulars.insights.metrics.matching import DAYS, matched, side_by_side
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def expression(tables: Tables, ask: Ask) -> Table:
    """Return k who came back of n helped, beside the share of similar others, and whether the difference may be chance."""
    rows = side_by_side(matched(tables, ask))
    low, high = newcombe_bounds(rows.k, rows.n, rows.others * rows.others_n, rows.others_n)
    rows = rows.mutate(
        apart=rows.k / rows.n.cast("float64").nullif(0) - rows.others, apart_low=low, apart_high=high
    )
    is_noise = ((rows.apart_low <= 0) & (rows.apart_high >= 0)).fill_null(True)
    return rows.select(
        GROUP, "n", "k", "others", "similar", "apart", "apart_low", "apart_high", "alone", is_noise=is_noise
    )  # fmt: skip


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who were helped and came back."""
    return matched(tables, ask).filter(_.is_helped & _.is_back).select("person_id")


RETURN_AFTER_HELP = Metric(
    name="return_after_help",
    room="insights",
    label=_l("Return after help"),
    definition=_l(
        "Of the customers who were helped, the share that bought or sent somebody in the 90 days after, beside customers who were not "
        "helped and stood in the same bands of recency, frequency and value before. Helped means in a time as long as the period that "
        "ended 90 days before its end. Alike in buying is not alike in all: this shows what goes along with help, no proof of what it does."
    ),
    formula="helped who came back ÷ helped, minus the same share of others weighed to the same bands (Newcombe’s interval)",
    source="Ours; beside similar people as in Stuart 2010, Matching Methods for Causal Inference, Statistical Science 25(1).",
    example="30 of 50 helped came back; of similar others, 40 of 100 did: 60 % beside 40 %, 20 points apart (3 to 35).",
    inputs=("orders", "conversations", "touchpoints"),
    unit="rate",
    grain="person",
    expression=expression,
    people=people,
    interval="wilson",
    groups=OF_PEOPLE,
    choices=(DAYS, CONVERSATION, CONTACT),
)
