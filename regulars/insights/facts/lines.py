"""What stood in the orders, each line with its order's person and day, so that no question has to join the two."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact, Track


def _in_main_currency(amount: str) -> str:
    converted = f"round({amount}::numeric * o.base_minor / nullif(o.total_minor, 0))::bigint"
    return f"CASE WHEN o.currency = {{currency}} THEN {amount} ELSE coalesce({converted}, 0) END"


LINES = Fact(
    name="lines",
    label=_("Order lines"),
    key="order_id",
    columns=(
        Column("line_id", "id"),
        Column("order_id", "id"),
        Column("person_id", "id", "null for guests"),
        Column("product_id", "id"),
        Column("kind", "text", "product, shipping, discount, fee or adjustment"),
        Column("day", "day"),
        Column("placed_at", "time"),
        Column("is_counted", "flag", "the order is not cancelled"),
        Column("quantity", "number"),
        Column("refunded_quantity", "number"),
        Column("gross_minor", "money", "in the business's currency"),
        Column("refunded_minor", "money", "in the business's currency"),
    ),
    query=f"""
        SELECT l.id, l.order_id, o.person_id, l.product_id, l.kind, (o.placed_at AT TIME ZONE {{zone}})::date, o.placed_at,
            o.status <> 'cancelled', l.quantity::float8, l.refunded_quantity::float8, {_in_main_currency("l.total_minor")},
            {_in_main_currency("l.refunded_minor")}
        FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id WHERE o.deleted_at IS NULL""",
    key_sql="l.order_id",
    tracks=(
        Track(
            table="commerce_order",
            watched=(
                "person_id",
                "placed_at",
                "status",
                "currency",
                "total_minor",
                "base_minor",
                "deleted_at",
            ),
        ),
        Track(
            table="commerce_orderline",
            key="order_id",
            watched=("product_id", "kind", "quantity", "refunded_quantity", "total_minor", "refunded_minor"),
        ),
    ),
    month="day",
    sort=("person_id", "placed_at"),
)
