"""What filters, lists, segments and stage rules may ask of people and companies about what they bought."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.commerce.queries.kinds import kind_choices
from regulars.kit.traits import Behaviour, Exists, Join, Label, Totals, Trait, TraitType
from regulars.team.models import Business

GROUP = _("Commerce")
SEE = "orders.see"
FIGURES = Join("figures", "LEFT JOIN commerce_personfigures {figures} ON {figures}.person_id = {t}.id")
COMPANY_FIGURES = Join(
    "figures", "LEFT JOIN commerce_companyfigures {figures} ON {figures}.company_id = {t}.id"
)

# The shop's own rhythm is worked out each night (tasks.py); before the first night it is a quarter.
SHOP_RHYTHM = (
    "coalesce((SELECT (settings->>'usual_interval_days')::float FROM team_business WHERE id = 1), 90)"
)
DAYS_SINCE = "floor(extract(epoch FROM now() - {figures}.last_order_at) / 86400)"
RHYTHM = f"({DAYS_SINCE} / greatest(coalesce({{figures}}.usual_interval_days, {SHOP_RHYTHM}), 1))"

_BOUGHT = """SELECT 1 FROM commerce_order o JOIN commerce_orderline l ON l.order_id = o.id
    WHERE o.person_id = {t}.id AND o.deleted_at IS NULL AND o.status <> 'cancelled' AND {value}"""
_BOUGHT_KIND = """SELECT 1 FROM commerce_order o JOIN commerce_orderline l ON l.order_id = o.id
    JOIN commerce_product pr ON pr.id = l.product_id JOIN commerce_kind k ON k.id = pr.kind_id
    CROSS JOIN LATERAL unnest(k.path) AS above(id)
    WHERE o.person_id = {t}.id AND o.deleted_at IS NULL AND o.status <> 'cancelled' AND {value}"""
_SUBSCRIBED = (
    "(EXISTS (SELECT 1 FROM commerce_subscription s WHERE s.person_id = {t}.id AND s.deleted_at IS NULL "
    "AND s.status IN ('active', 'trial', 'past_due')))"
)

_RENEWALS = "(SELECT coalesce(max(s.renewals), 0) FROM commerce_subscription s WHERE s.person_id = {t}.id AND s.deleted_at IS NULL)"


def base_currency() -> str:
    """Return the currency that figures are counted in."""
    return Business.current().currency


def _figure(subject: str, name: str, type_: TraitType, label: Label, sql: str, **more: Any) -> Trait:
    key, join = ("person_id", FIGURES) if subject == "person" else ("company_id", COMPANY_FIGURES)
    if type_ == "money":
        more.setdefault("currency", base_currency)
    more.setdefault("sortable", True)
    return Trait(
        name=f"commerce.{name}", subject=subject, type=type_, label=label, sql=sql, group=GROUP, join=join, see=SEE,
        sort_id=f"{{figures}}.{key}", **more,
    )  # fmt: skip


def figure_traits(subject: str) -> Iterable[Trait]:
    """Return the traits that a person's or a company's figures offer."""
    yield _figure(subject, "order_count", "number", _("Orders"), "{figures}.order_count", absent=0)
    yield _figure(subject, "revenue", "money", _("Revenue"), "{figures}.revenue_minor", absent=0)
    yield _figure(
        subject, "average_order", "money", _("Average order"),
        "({figures}.revenue_minor / nullif({figures}.order_count, 0))",
    )  # fmt: skip
    yield _figure(subject, "first_order", "datetime", _("First order"), "{figures}.first_order_at")
    yield _figure(subject, "last_order", "datetime", _("Last order"), "{figures}.last_order_at")
    yield _figure(
        subject, "purchase_days", "number", _("Days with a purchase"), "{figures}.purchase_days", absent=0
    )
    yield _figure(
        subject,
        "usual_interval_days",
        "number",
        _("Usual days between orders"),
        "{figures}.usual_interval_days",
    )
    yield _figure(subject, "days_since_last_order", "number", _("Days since last order"), DAYS_SINCE)
    yield _figure(subject, "next_order", "date", _("Next order expected"), "{figures}.next_order_on")
    yield _figure(subject, "refunded", "money", _("Refunded"), "{figures}.refunded_minor", absent=0)
    yield _figure(subject, "refund_count", "number", _("Refunds"), "{figures}.refund_count", absent=0)


def person_traits() -> Iterable[Trait]:
    """Return all that can be asked about a person's buying."""
    yield from figure_traits("person")
    yield _figure("person", "rhythm_ratio", "number", _("Days since last order ÷ usual interval"), RHYTHM)
    yield _figure(
        "person", "is_regular", "bool", _("Is a regular (five purchases)"),
        "(coalesce({figures}.purchase_days, 0) >= 5)", sortable=False, not_null=True,
    )  # fmt: skip
    yield Trait(
        name="commerce.has_active_subscription", subject="person", type="bool", label=_("Has an active subscription"),
        sql=_SUBSCRIBED, group=GROUP, not_null=True, see=SEE,
    )  # fmt: skip
    yield Trait(
        name="commerce.renewals", subject="person", type="number", label=_("Renewals of a subscription"), sql=_RENEWALS,
        group=GROUP, not_null=True, see=SEE,
    )  # fmt: skip
    yield Trait(
        name="commerce.bought_kind", subject="person", type="tags", label=_("Bought kind"), sql="above.id::text",
        group=GROUP, exists=Exists(_BOUGHT_KIND), choices=kind_choices, see=SEE,
    )  # fmt: skip
    yield Trait(
        name="commerce.bought_product", subject="person", type="text", label=_("Bought product"), sql="l.name",
        group=GROUP, exists=Exists(_BOUGHT), see=SEE,
    )  # fmt: skip
    yield Trait(
        name="commerce.bought_sku", subject="person", type="text", label=_("Bought product code"), sql="l.sku",
        group=GROUP, exists=Exists(_BOUGHT), see=SEE,
    )  # fmt: skip


def company_traits() -> Iterable[Trait]:
    """Return all that can be asked about what a company's people bought."""
    yield from figure_traits("company")


def behaviours() -> Iterable[Behaviour]:
    """Return what people did that can be counted."""
    yield Behaviour(
        name="order.placed", subject="person", label=_("ordered"), table="commerce_order", key="{e}.person_id",
        at="{e}.placed_at", condition="{e}.deleted_at IS NULL AND {e}.status <> 'cancelled'", where="order",
        where_fields=(
            "amount", "total", "channel", "campaign", "coupon", "kind", "product", "sku", "country", "source", "has_refund",
        ),
        totals=Totals(
            join=FIGURES, count="{figures}.order_count", first_at="{figures}.first_order_at",
            last_at="{figures}.last_order_at",
        ),
        see=SEE,
    )  # fmt: skip
    yield Behaviour(
        name="order.refunded", subject="person", label=_("got money back"), table="commerce_refund",
        key="{e}.person_id", at="{e}.refunded_at",
        condition="{e}.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM commerce_order ro WHERE ro.id = {e}.order_id "
        "AND (ro.deleted_at IS NOT NULL OR ro.status = 'cancelled'))",
        where="refund", where_fields=("amount", "reason"), see=SEE,
    )  # fmt: skip
