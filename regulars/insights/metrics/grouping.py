"""By what figures can be told apart: each grouping adds the column `group` to a table that has people or days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l
from ibis import _

from regulars.insights.metrics.scoring import scores
from regulars.kit.metrics import GROUP, Ask, PeopleGrouping, Tables, offered_groupings

if TYPE_CHECKING:
    from ibis import Table

STEPS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
LENGTHS = {"day": 10, "week": 10, "month": 7, "quarter": 7, "year": 4}


@dataclass(frozen=True)
class Grouping:
    """A way to tell figures apart. `add` puts the column `group` beside a table's rows."""

    name: str
    label: str | Promise
    add: Callable[[Table, Tables, Ask], Table]


def within(table: Table, ask: Ask, day: str = "day") -> Table:
    """Keep the rows whose day lies in the period."""
    kept = table.filter(table[day] < ask.until)
    return kept.filter(kept[day] >= ask.since) if ask.since else kept


def purchases(tables: Tables, ask: Ask) -> Table:
    """Return the known customers' orders of the period that count and of which money stayed."""
    return within(tables.orders, ask).filter(_.is_purchase & _.person_id.notnull())


def bought_days(tables: Tables, ask: Ask) -> Table:
    """Return the days of the period that each known customer bought on: person_id, day, net_minor, orders."""
    return within(tables.purchase_days, ask)


def grouped(table: Table, tables: Tables, ask: Ask) -> Table:
    """Add the column `group` as the question wants it; without a grouping it is empty, and dropped by `per_group`."""
    if not ask.group:
        return table.mutate(**{GROUP: ibis.literal("")})
    found = known_groupings()[ask.group].add(table, tables, ask)
    return found.filter(found[GROUP] == ask.only) if ask.only is not None else found


def step_of(day: ibis.expr.types.DateValue, ask: Ask) -> ibis.expr.types.StringValue:
    """Return the step of the period a day lies in, as text that sorts: 2026-03 for a month."""
    return day.truncate(STEPS[ask.step]).cast("string").substr(0, LENGTHS[ask.step])


def first_purchases(tables: Tables) -> Table:
    """Return each customer's first purchase day ever: person_id, first_on."""
    return tables.purchase_days.group_by("person_id").agg(first_on=_.day.min())


def _by_period(table: Table, tables: Tables, ask: Ask) -> Table:
    return table.mutate(**{GROUP: step_of(table.day, ask)})


def _by_cohort(table: Table, tables: Tables, ask: Ask) -> Table:
    first = first_purchases(tables)
    named = first.select("person_id", **{GROUP: step_of(first.first_on, ask)})
    return table.inner_join(named, "person_id")


def _of_person(column: str) -> Callable[[Table, Tables, Ask], Table]:
    def add(table: Table, tables: Tables, ask: Ask) -> Table:
        people = tables.people
        named = people.select("person_id", **{GROUP: people[column].cast("string").fill_null("")})
        return table.inner_join(named, "person_id")

    return add


def _by_rfm(table: Table, tables: Tables, ask: Ask) -> Table:
    found = scores(tables, ask)
    return table.inner_join(found.select("person_id", **{GROUP: found.rfm}), "person_id")


def _by_first_product(table: Table, tables: Tables, ask: Ask) -> Table:
    lines = tables.lines.filter(_.is_counted & (_.kind == "product") & _.product_id.notnull())
    first = first_purchases(tables)
    found = (
        lines.inner_join(first, ["person_id", ("day", "first_on")])
        .select("person_id", "product_id")
        .distinct()
    )
    return table.inner_join(_by_product(found, tables, ask).drop("product_id"), "person_id")


def _by_product(table: Table, tables: Tables, ask: Ask) -> Table:
    products = tables.products
    named = products.select("product_id", **{GROUP: products.name + " · " + products.sku})
    return table.inner_join(named, "product_id")


def _by_kind(table: Table, tables: Tables, ask: Ask) -> Table:
    products = tables.products
    named = products.select("product_id", **{GROUP: products.kind.fill_null("")})
    return table.inner_join(named, "product_id")


GROUPINGS: Mapping[str, Grouping] = {
    one.name: one
    for one in (
        Grouping("period", _l("Period"), _by_period),
        Grouping("cohort", _l("Cohort of the first purchase"), _by_cohort),
        Grouping("channel", _l("Acquisition channel"), _of_person("acquired_channel")),
        Grouping("campaign", _l("Acquisition campaign"), _of_person("acquired_campaign")),
        Grouping("stage", _l("Stage"), _of_person("stage")),
        Grouping("health", _l("Health"), _of_person("health")),
        Grouping("country", _l("Country"), _of_person("country")),
        Grouping("team", _l("Team"), _of_person("team_id")),
        Grouping("rfm", _l("Recency, frequency, money"), _by_rfm),
        Grouping("first_product", _l("Product of the first purchase"), _by_first_product),
        Grouping("product", _l("Product"), _by_product),
        Grouping("kind", _l("Kind of product"), _by_kind),
    )
}


def known_groupings() -> Mapping[str, Grouping]:
    """Return every way to tell figures apart, those that rooms offer too."""
    offered = offered_groupings().values()
    return {**GROUPINGS, **{one.name: Grouping(one.name, one.label, _by_fact(one)) for one in offered}}


def _by_fact(offered: PeopleGrouping) -> Callable[[Table, Tables, Ask], Table]:
    def add(table: Table, tables: Tables, ask: Ask) -> Table:
        rows = getattr(tables, offered.fact)
        named = rows.select(of=rows.person_id, **{GROUP: rows[offered.column].cast("string")})
        found = table.left_join(named, table.person_id == named.of).drop("of")
        return found.mutate(**{GROUP: found[GROUP].fill_null("")})

    return add


OF_PEOPLE = ("cohort", "channel", "campaign", "stage", "health", "rfm", "country", "team")
OF_PRODUCTS = ("product", "kind")
OF_DAYS = ("period", *OF_PEOPLE)
