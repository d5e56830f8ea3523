"""From where sales rose and fell: new customers, those who came back, spend more, spend less, are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.grouping import grouped
from regulars.insights.metrics.spending import compared, moved
from regulars.kit.metrics import GROUP, Ask, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table


def per_person(tables: Tables, ask: Ask) -> Table:
    """Return how each customer moved: person_id, now, before, move, moved_minor."""
    return grouped(moved(compared(tables, ask)), tables, ask)


def expression(tables: Tables, ask: Ask) -> Table:
    """Return what sales rose or fell by, and by how much through whom."""
    rows = per_person(tables, ask)
    money = rows.moved_minor
    return rows.group_by(GROUP).agg(
        n=rows.person_id.count(),
        value=money.sum().cast("float64"),
        start=rows.before.sum(),
        end=rows.now.sum(),
        **{move: money.sum(where=rows.move == move).fill_null(0) for move in SHOWN},
        **{f"{move}_customers": (rows.move == move).cast("int64").sum() for move in SHOWN},
    )


def people(tables: Tables, ask: Ask) -> Table:
    """Return those who are lost or spend less."""
    return per_person(tables, ask).filter(_.moved_minor < 0).select("person_id")


SHOWN = ("new", "back", "up", "down", "lost")

SALES_MOVEMENT = Metric(
    name="sales_movement",
    room="insights",
    label=_l("Movement of sales"),
    definition=_l(
        "By how much sales differ from the period before, and through whom: new customers, customers who came back after a period without "
        "a purchase, those who spend more, those who spend less, and those who bought nothing."
    ),
    formula="new + back + up − down − lost = sales of the period − sales of the period before",
    source="The movements behind revenue retention (Skok, SaaS Metrics 2.0).",
    example="100 before; 20 new, 10 back, 15 up, 5 down, 8 lost: + 32.",
    inputs=("orders",),
    unit="money",
    grain="person",
    expression=expression,
    people=people,
    drawn="bar",
    groups=("period", "channel", "campaign", "stage", "health", "country", "team"),
)
