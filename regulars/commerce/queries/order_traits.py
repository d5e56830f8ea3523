"""What can be asked of orders, refunds and products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from regulars.commerce.models import OrderStatus, Subscription
from regulars.commerce.queries.kinds import kind_choices
from regulars.commerce.queries.traits import base_currency
from regulars.kit.traits import Exists, Join, Label, Trait, TraitType
from regulars.people.models import Company, Person

NEWEST = 5_000
PERSON = Join("person", "LEFT JOIN people_person {person} ON {person}.id = {t}.person_id")
KIND = Join("kind", "LEFT JOIN commerce_kind {kind} ON {kind}.id = {t}.kind_id")
_LINES = "SELECT 1 FROM commerce_orderline l WHERE l.order_id = {t}.id AND {value}"
_LINE_KINDS = """SELECT 1 FROM commerce_orderline l JOIN commerce_product pr ON pr.id = l.product_id
    JOIN commerce_kind k ON k.id = pr.kind_id CROSS JOIN LATERAL unnest(k.path) AS above(id)
    WHERE l.order_id = {t}.id AND {value}"""


def _order(name: str, type_: TraitType, label: Label, sql: str, **more: Any) -> Trait:
    return Trait(name=name, subject="order", type=type_, label=label, sql=sql, **more)


def order_traits() -> Iterable[Trait]:
    """Return all that can be asked about an order."""
    yield _order(
        "number",
        "text",
        _("Number"),
        "{t}.number",
        sortable=True,
        sort_sql='{t}.number COLLATE "C"',
        not_null=True,
    )
    yield _order("placed", "datetime", _("Placed"), "{t}.placed_at", sortable=True, not_null=True)
    yield _order("status", "choice", _("Status"), "{t}.status", choices=lambda: OrderStatus.choices, sortable=True,
                 sort_sql='{t}.status COLLATE "C"', not_null=True)  # fmt: skip
    yield _order("total", "money", _("Total"), "{t}.total_minor", currency_sql="{t}.currency", sortable=True,
                 sort_sql="{t}.base_minor", sort_type="number", not_null=True)  # fmt: skip
    yield _order("net", "money", _("Total less refunds"), "({t}.total_minor - {t}.refunded_minor)",
                 currency_sql="{t}.currency", sortable=True, sort_sql="({t}.base_minor - {t}.base_refunded_minor)",
                 sort_type="number", not_null=True)  # fmt: skip
    yield _order("amount", "money", _("Amount"), "{t}.base_minor", currency=base_currency, not_null=True)
    yield _order(
        "refunded", "money", _("Refunded"), "{t}.refunded_minor", currency_sql="{t}.currency", not_null=True
    )
    yield _order("has_refund", "bool", _("Has a refund"), "({t}.refunded_minor > 0)", not_null=True)
    yield _order("person", "ref", _("Customer"), "{t}.person_id", names=_people, refers_to="person")
    yield _order("person_name", "text", _("Customer's name"), "{person}.name", join=PERSON, see="people.see")
    yield _order("is_guest", "bool", _("Is a guest order"), "({t}.person_id IS NULL)", not_null=True)
    yield _order("company", "ref", _("Company"), "{t}.company_id", names=_companies, refers_to="company")
    yield _order("country", "text", _("Country"), "{t}.country", not_null=True, sortable=True,
                 sort_sql='{t}.country COLLATE "C"')  # fmt: skip
    yield _order(
        "channel",
        "choice",
        _("Channel"),
        "{t}.channel",
        choices=lambda: _known("channel"),
        open_choices=True,
        not_null=True,
    )
    yield _order("campaign", "text", _("Campaign"), "{t}.campaign", not_null=True)
    yield _order("coupon", "text", _("Coupon"), "{t}.coupon", not_null=True)
    yield _order(
        "source",
        "choice",
        _("Source"),
        "{t}.source",
        choices=lambda: _known("source"),
        open_choices=True,
        not_null=True,
    )
    yield _order("lines", "number", _("Lines"), "{t}.line_count", sortable=True, not_null=True)
    yield _order("product", "text", _("Product"), "l.name", exists=Exists(_LINES))
    yield _order("sku", "text", _("Product code"), "l.sku", exists=Exists(_LINES))
    yield _order(
        "kind", "tags", _("Product kind"), "above.id::text", exists=Exists(_LINE_KINDS), choices=kind_choices
    )
    yield _order("created", "datetime", _("Recorded"), "{t}.created_at", not_null=True)


def refund_traits() -> Iterable[Trait]:
    """Return what a behaviour clause may ask of refunds."""
    yield Trait(name="amount", subject="refund", type="money", label=_("Amount"), sql="{t}.base_minor",
                currency=base_currency, not_null=True)  # fmt: skip
    yield Trait(
        name="reason", subject="refund", type="text", label=_("Reason"), sql="{t}.reason", not_null=True
    )


def product_traits() -> Iterable[Trait]:
    """Return all that can be asked about a product; what it costs and earns only to those who may see it."""
    made: list[tuple[str, TraitType, Label, str, dict[str, Any]]] = [
        ("name", "text", _("Name"), "{t}.name", {"sortable": True, "sort_sql": '{t}.name COLLATE "C"', "not_null": True}),
        ("sku", "text", _("Code"), "{t}.sku", {"sortable": True, "sort_sql": '{t}.sku COLLATE "C"', "not_null": True}),
        ("price", "money", _("Price"), "{t}.price_minor", {"currency_sql": "{t}.currency", "sortable": True}),
        ("cost", "money", _("Cost"), "{t}.cost_minor",
         {"currency_sql": "{t}.currency", "sortable": True, "see": "costs.see"}),
        ("margin", "number", _("Margin %"), MARGIN, {"sortable": True, "see": "costs.see"}),
        ("sold", "number", _("Pieces sold"), SOLD, {"filterable": False}),
        ("is_active", "bool", _("Still sold"), "{t}.is_active", {"not_null": True}),
        ("created", "datetime", _("Added"), "{t}.created_at", {"sortable": True, "not_null": True}),
    ]  # fmt: skip
    for name, type_, label, sql, more in made:
        yield Trait(name=name, subject="product", type=type_, label=label, sql=sql, **more)
    yield Trait(
        name="kind", subject="product", type="tags", label=_("Kind"), sql="above.id::text", choices=kind_choices,
        exists=Exists("SELECT 1 FROM commerce_kind k CROSS JOIN LATERAL unnest(k.path) AS above(id) "
                      "WHERE k.id = {t}.kind_id AND {value}"),
        join=KIND, show_sql="{kind}.name",
    )  # fmt: skip


def subscription_traits() -> Iterable[Trait]:
    """Return all that can be asked about a subscription."""
    made: list[tuple[str, TraitType, Label, str, dict[str, Any]]] = [
        ("id", "number", _("Id"), "{t}.id", {"sortable": True, "not_null": True}),
        ("person", "ref", _("Customer"), "{t}.person_id", {"names": _people}),
        ("product", "ref", _("Product"), "{t}.product_id", {}),
        ("name", "text", _("Name"), "{t}.name", {"sortable": True, "sort_sql": '{t}.name COLLATE "C"', "not_null": True}),
        ("status", "choice", _("Status"), "{t}.status", {"choices": lambda: Subscription.STATUSES, "not_null": True}),
        ("interval", "choice", _("Every"), "{t}.interval", {"choices": lambda: Subscription.INTERVALS, "not_null": True}),
        ("amount", "money", _("Amount"), "{t}.amount_minor", {"currency_sql": "{t}.currency", "sortable": True, "not_null": True}),
        ("started_on", "date", _("Started"), "{t}.started_on", {"sortable": True, "not_null": True}),
        ("renews_on", "date", _("Renews"), "{t}.renews_on", {"sortable": True}),
        ("ended_on", "date", _("Ended"), "{t}.ended_on", {"sortable": True}),
        ("renewals", "number", _("Renewals"), "{t}.renewals", {"sortable": True, "not_null": True}),
        ("source", "text", _("Source"), "{t}.source", {"not_null": True}),
        ("external_id", "text", _("External id"), "{t}.external_id", {"not_null": True}),
        ("created_at", "datetime", _("Recorded"), "{t}.created_at", {"sortable": True, "not_null": True}),
    ]  # fmt: skip
    for name, type_, label, sql, more in made:
        yield Trait(name=name, subject="subscription", type=type_, label=label, sql=sql, **more)


SOLD = """(SELECT trim_scale(sum(l.quantity - l.refunded_quantity)) FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id
    WHERE l.product_id = {t}.id AND o.deleted_at IS NULL AND o.status <> 'cancelled')"""
MARGIN = "coalesce({t}.margin_percent, round(100.0 * ({t}.price_minor - {t}.cost_minor) / nullif({t}.price_minor, 0), 1))"


def _people(numbers: list[int]) -> Mapping[int, str]:
    return {person.pk: person.display_name for person in Person.objects.filter(pk__in=numbers)}


def _companies(numbers: list[int]) -> Mapping[int, str]:
    return dict(Company.objects.filter(pk__in=numbers).values_list("pk", "name"))


def _known(column: str) -> list[tuple[str, str]]:
    """Return the values of a column among the newest orders; others can be typed."""
    sql = f"""
        SELECT DISTINCT {column} FROM (
            SELECT {column} FROM commerce_order WHERE deleted_at IS NULL ORDER BY placed_at DESC, id DESC LIMIT {NEWEST}
        ) AS newest WHERE {column} <> '' ORDER BY 1"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [(row[0], row[0]) for row in cursor.fetchall()]
