"""When a customer was failed: an unhappy score, an answer that came too late, money that had to be given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ibis import _

from regulars.kit.metrics import Tables

if TYPE_CHECKING:
    from ibis import Table

BAD_UP_TO = 2
INPUTS = ("conversations", "touchpoints", "refunds")


def bad_experiences(tables: Tables) -> Table:
    """Return each bad experience of a known customer: person_id, day."""
    unhappy = tables.conversations.filter((_.score <= BAD_UP_TO) & _.person_id.notnull())
    late = tables.touchpoints.filter((_.kind == "target.missed") & _.person_id.notnull())
    back = tables.refunds.filter(_.person_id.notnull())
    first, *others = (rows.select("person_id", "day") for rows in (unhappy, late, back))
    return first.union(*others)
