"""What customers have brought so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import OF_PEOPLE, grouped, within
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return what each customer brought: person_id, net_minor (refunds without an order taken off)."""
    orders = within(tables.orders, ask).filter(_.is_counted & _.person_id.notnull())
    loose = within(tables.refunds, ask).filter(_.order_id.isnull() & _.person_id.notnull())
    rows = orders.select("person_id", "net_minor").union(
        loose.select("person_id", net_minor=-loose.amount_minor)
    )
    return rows.group_by("person_id").agg(net_minor=_.net_minor.sum())


def expression(tables: Tables, ask: Ask) -> Table:
    """Return the mean of what customers brought, with its spread."""
    rows = grouped(per_person(tables, ask), tables, ask)
    return rows.group_by(GROUP).agg(
        n=_.person_id.count(),
        value=_.net_minor.mean(),
        sd=_.net_minor.std(how="sample"),
        total=_.net_minor.sum(),
    )


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who bought in the period."""
    return grouped(per_person(tables, ask), tables, ask).select("person_id")


HISTORIC_VALUE = Metric(
    name="historic_value",
    room="insights",
    label=_l("Value so far"),
    definition=_l(
        "What a customer has brought on average: everything they paid less everything given back, for all who ever bought."
    ),
    formula="mean over customers of (sum of orders − sum of refunds)",
    source="Historic CLV in Klaviyo’s help: all previous orders, refunds and returns taken into account.",
    example="Orders of 40.00 and 60.00, 20.00 of it given back: 80.00.",
    inputs=("orders", "refunds"),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    drawn="number",
    interval="mean",
    groups=OF_PEOPLE,
)
