"""On which days each customer bought: several orders on one day are one purchase, and most measures of loyalty count these."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact

PURCHASE_DAYS = Fact(
    name="purchase_days",
    label=_("Purchase days"),
    key="person_id",
    columns=(
        Column("person_id", "id"),
        Column("day", "day"),
        Column("net_minor", "money", "what stayed of the day's orders, in the business's currency"),
        Column("orders", "int"),
    ),
    sums_up="orders",
    query="""
        SELECT person_id, day, sum(net_minor)::bigint AS net_minor, count(*)::bigint AS orders
        FROM orders WHERE is_purchase AND person_id IS NOT NULL GROUP BY person_id, day""",
    key_sql="",
    tracks=(),
    month="day",
    sort=("person_id", "day"),
)
