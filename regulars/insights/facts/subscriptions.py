"""What is paid for again and again."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact, Track

SUBSCRIPTIONS = Fact(
    name="subscriptions",
    label=_("Subscriptions"),
    key="subscription_id",
    columns=(
        Column("subscription_id", "id"),
        Column("person_id", "id"),
        Column("product_id", "id"),
        Column("status", "text"),
        Column("amount_minor", "money", "each time, in its own currency"),
        Column("currency", "text"),
        Column("interval", "text", "week, month, quarter or year"),
        Column("started_on", "day"),
        Column("renews_on", "day"),
        Column("ended_on", "day"),
        Column("renewals", "int"),
    ),
    query="""
        SELECT s.id, s.person_id, s.product_id, s.status, s.amount_minor, s.currency, s.interval, s.started_on, s.renews_on,
            s.ended_on, s.renewals
        FROM commerce_subscription s WHERE s.deleted_at IS NULL""",
    key_sql="s.id",
    tracks=(
        Track(
            table="commerce_subscription",
            watched=(
                "person_id", "product_id", "status", "amount_minor", "currency", "interval", "started_on", "renews_on", "ended_on",
                "renewals", "deleted_at",
            ),
        ),
    ),
    sort=("person_id", "started_on"),
)  # fmt: skip
