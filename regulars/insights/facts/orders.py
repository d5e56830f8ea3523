"""What was bought and when; deleted orders are left out, cancelled ones stand there and do not count."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact, Track

ORDERS = Fact(
    name="orders",
    label=_("Orders"),
    key="order_id",
    columns=(
        Column("order_id", "id"),
        Column("person_id", "id", "null for guests"),
        Column("company_id", "id"),
        Column("placed_at", "time"),
        Column("day", "day"),
        Column("status", "text"),
        Column("is_counted", "flag", "not cancelled"),
        Column("is_purchase", "flag", "counted and not wholly given back: its day is a purchase day"),
        Column("gross_minor", "money", "total in the business's currency"),
        Column("refunded_minor", "money", "given back, in the business's currency"),
        Column("net_minor", "money", "gross less refunded"),
        Column("currency", "text", "the order's own"),
        Column("original_minor", "money", "total in the order's own currency"),
        Column("discount_minor", "money", "in the order's own currency"),
        Column("line_count", "int"),
        Column("channel", "text"),
        Column("campaign", "text"),
        Column("coupon", "text"),
        Column("country", "text"),
    ),
    query="""
        SELECT o.id, o.person_id, o.company_id, o.placed_at, (o.placed_at AT TIME ZONE {zone})::date, o.status,
            o.status <> 'cancelled', o.status <> 'cancelled' AND o.total_minor > o.refunded_minor, o.base_minor,
            o.base_refunded_minor, o.base_minor - o.base_refunded_minor, o.currency, o.total_minor, o.discount_minor,
            o.line_count, o.channel, o.campaign, o.coupon, o.country
        FROM commerce_order o WHERE o.deleted_at IS NULL""",
    key_sql="o.id",
    tracks=(
        Track(
            table="commerce_order",
            watched=(
                "person_id", "company_id", "placed_at", "status", "base_minor", "base_refunded_minor", "total_minor",
                "refunded_minor", "currency", "discount_minor", "line_count", "channel", "campaign", "coupon", "country",
                "deleted_at",
            ),
        ),
    ),
    month="day",
    sort=("person_id", "placed_at"),
)  # fmt: skip
