"""What loyal customers do more often than the others: buy again, forgive, try what is new to them, send somebody.

Loyal is who had bought on three days by a day; what they and the others did is looked at in the days after it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.beside import marked_if, times_as_likely
from regulars.insights.metrics.buying import lines_before, purchase_days, with_kinds
from regulars.insights.metrics.engaging import DEEDS
from regulars.insights.metrics.failing import INPUTS, bad_experiences
from regulars.insights.metrics.grouping import grouped
from regulars.kit.metrics import Ask, Choice, Expression, Metric, Tables

if TYPE_CHECKING:
    from ibis import Table

LOYAL = Choice("purchases", _l("Purchase days that make loyal"), 3)
AFTER = Choice("days", _l("Days after"), 90)


def mark_of(ask: Ask) -> date:
    """Return the day by which one is loyal."""
    return ask.until - timedelta(days=int(AFTER.of(ask)))


def customers(tables: Tables, ask: Ask) -> Table:
    """Return all who had bought by the day: person_id, is_loyal."""
    rows = purchase_days(tables, mark_of(ask)).group_by("person_id").agg(days=_.count())
    return rows.select("person_id", is_loyal=rows.days >= int(LOYAL.of(ask)))


def bought_again(tables: Tables, ask: Ask) -> Table:
    """Return who bought in the days after."""
    return purchase_days(tables, ask.until).filter(_.day >= mark_of(ask)).select("person_id")


def tried(tables: Tables, ask: Ask) -> Table:
    """Return who bought in the days after a kind of product they had never bought."""
    lines = with_kinds(lines_before(tables, ask.until), tables)
    firsts = lines.group_by("person_id", "kind_id").agg(first_on=_.day.min())
    return firsts.filter(_.first_on >= mark_of(ask)).select("person_id")


def sent(tables: Tables, ask: Ask) -> Table:
    """Return who sent somebody in the days after."""
    deeds = tables.touchpoints.filter(_.kind.isin(DEEDS["referral"]) & _.person_id.notnull())
    return deeds.filter((_.day >= mark_of(ask)) & (_.day < ask.until)).select("person_id")


def failed(tables: Tables, ask: Ask) -> Table:
    """Return the customers who had a bad experience in as many days before: person_id, is_loyal."""
    mark = mark_of(ask)
    since = mark - timedelta(days=int(AFTER.of(ask)))
    bad = bad_experiences(tables).filter((_.day >= since) & (_.day < mark))
    return customers(tables, ask).semi_join(bad, "person_id")


def _measure(
    name: str, label: object, definition: object, did: Expression, inputs: tuple[str, ...], among: Expression = customers
) -> Metric:  # fmt: skip
    def rows(tables: Tables, ask: Ask) -> Table:
        return grouped(marked_if(among(tables, ask), did(tables, ask), "did_it"), tables, ask)

    def expression(tables: Tables, ask: Ask) -> Table:
        return times_as_likely(rows(tables, ask), "is_loyal", "did_it")

    def people(tables: Tables, ask: Ask) -> Table:
        return rows(tables, ask).filter(_.is_loyal & _.did_it).select("person_id")

    return Metric(
        name=name, room="insights", label=label, definition=definition,  # type: ignore[arg-type]
        formula="share of loyal customers who did it ÷ share of the others who did",
        source="Told as of Temkin Group; the very study was not found. Nearest: its Economics of Net Promoter, 2015, 10,000 consumers in the USA: promoters beside detractors 5 times as likely to buy again, almost 6 to forgive, almost 8 to try something new. Interval by Katz, Baptista, Azen, Pike 1978, Biometrics 34, 469–474.",
        example="30 of 100 loyal customers and 20 of 200 others: 3 times as likely.",
        inputs=inputs, unit="ratio", grain="person", expression=expression, people=people, interval="given",
        groups=("channel", "country", "team"), choices=(LOYAL, AFTER),
    )  # fmt: skip


LOYAL_BUY_AGAIN = _measure(
    "loyal_buy_again",
    _l("Loyal customers buy again"),
    _l(
        "How many times as likely loyal customers (three purchase days) are to buy in the next 90 days as the others."
    ),
    bought_again,
    ("orders",),
)
LOYAL_TRY_MORE = _measure(
    "loyal_try_more",
    _l("Loyal customers try more"),
    _l(
        "How many times as likely loyal customers (three purchase days) are to buy a kind of product that is new to them in the next 90 "
        "days as the others."
    ),
    tried,
    ("orders", "lines", "products"),
)
LOYAL_FORGIVE = _measure(
    "loyal_forgive",
    _l("Loyal customers forgive"),
    _l(
        "Of the customers who had a bad experience (a score of 1 or 2, a late answer, money given back) within 90 days: how many times as "
        "likely loyal ones (three purchase days) are to buy in the next 90 days as the others."
    ),
    bought_again,
    ("orders", *INPUTS),
    failed,
)
LOYAL_REFER = _measure(
    "loyal_refer",
    _l("Loyal customers send others"),
    _l(
        "How many times as likely loyal customers (three purchase days) are to send somebody in the next 90 days as the others."
    ),
    sent,
    ("orders", "touchpoints"),
)
