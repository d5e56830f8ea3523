"""What those helped brought afterwards, over what similar people brought who were not helped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.aging import MARGIN
from regulars.insights.metrics.grouping import OF_PEOPLE
from regulars.insights.metrics.helping import CONTACT, CONVERSATION
from regulars.insights.metrics.intervals import Z
from regulars.insights.metrics.matching import DAYS, matched, side_by_side
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the difference for all n helped together, with its interval (two independent means)."""
    rows = side_by_side(matched(tables, ask))
    size = rows.n.cast("float64").nullif(0)
    mean = rows.total / size
    spread = (rows.squares / size - mean * mean) / (size - 1).nullif(0)
    reach = (spread + rows.others_error).sqrt() * Z
    margin = MARGIN.of(ask)
    apart = mean - rows.others_total
    rows = rows.mutate(
        value=apart * size * margin, low=(apart - reach) * size * margin, high=(apart + reach) * size * margin
    )
    is_noise = ((rows.low <= 0) & (rows.high >= 0)).fill_null(True)
    return rows.select(GROUP, "n", "value", "low", "high", "alone", "similar", is_noise=is_noise)


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who were helped."""
    return matched(tables, ask).filter(_.is_helped).select("person_id")


HELP_VALUE = Metric(
    name="help_value",
    room="insights",
    label=_l("Value back after help"),
    definition=_l(
        "What the customers who were helped brought in the 90 days after, over what similar customers brought who were not helped, times "
        "the margin (see Return after help for who is similar)."
    ),
    formula="helped × (their mean − mean of others weighed to the same bands) × margin",
    source="Ours; beside similar people as in Stuart 2010, Statistical Science 25(1).",
    example="50 helped brought 30 on average, similar others 20: 50 × 10 = 500.",
    inputs=("orders", "conversations", "touchpoints"),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    interval="given",
    groups=OF_PEOPLE,
    choices=(DAYS, MARGIN, CONVERSATION, CONTACT),
)
