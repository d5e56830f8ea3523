"""What was given back, when and why, with or without the order it belongs to."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact, Track

REFUNDS = Fact(
    name="refunds",
    label=_("Refunds"),
    key="refund_id",
    columns=(
        Column("refund_id", "id"),
        Column("order_id", "id", "null when no order is known"),
        Column("person_id", "id"),
        Column("refunded_at", "time"),
        Column("day", "day"),
        Column("amount_minor", "money", "in the business's currency"),
        Column("currency", "text", "the refund's own"),
        Column("original_minor", "money", "in the refund's own currency"),
        Column("reason", "text"),
    ),
    query="""
        SELECT r.id, r.order_id, CASE WHEN o.id IS NULL THEN r.person_id ELSE o.person_id END, r.refunded_at,
            (r.refunded_at AT TIME ZONE {zone})::date, r.base_minor, r.currency, r.amount_minor, r.reason
        FROM commerce_refund r LEFT JOIN commerce_order o ON o.id = r.order_id
        WHERE r.deleted_at IS NULL AND o.deleted_at IS NULL""",
    key_sql="r.id",
    tracks=(
        Track(
            table="commerce_refund",
            watched=(
                "order_id", "person_id", "refunded_at", "base_minor", "currency", "amount_minor", "reason", "deleted_at",
            ),
        ),
        Track(
            table="commerce_order",
            watched=("person_id", "deleted_at"),
            keys="SELECT id FROM commerce_refund WHERE order_id = ANY({noted})",
        ),
    ),
    month="day",
    sort=("person_id", "refunded_at"),
)  # fmt: skip
