"""What is sold, each product with the kind at the level that the business counts by."""

from django.utils.translation import gettext_lazy as _

from regulars.kit.facts import Column, Fact, Track

PRODUCTS = Fact(
    name="products",
    label=_("Products"),
    key="product_id",
    columns=(
        Column("product_id", "id"),
        Column("sku", "text"),
        Column("name", "text"),
        Column("kind_id", "id", "the kind that counts, null without a kind"),
        Column("kind", "text"),
        Column("price_minor", "money", "in its own currency"),
        Column("cost_minor", "money", "in its own currency"),
        Column("margin_percent", "number"),
        Column("currency", "text"),
        Column("is_active", "flag"),
    ),
    query="""
        SELECT p.id, p.sku, p.name, counted.id, counted.name, p.price_minor, p.cost_minor, p.margin_percent::float8, p.currency,
            p.is_active
        FROM commerce_product p LEFT JOIN commerce_kind k ON k.id = p.kind_id
        LEFT JOIN commerce_kind counted ON counted.id = k.path[least({kind_level}, cardinality(k.path))]
        WHERE true""",
    key_sql="p.id",
    tracks=(
        Track(
            table="commerce_product",
            watched=(
                "sku", "name", "kind_id", "price_minor", "cost_minor", "margin_percent", "currency", "is_active",
            ),
        ),
        Track(
            table="commerce_kind",
            watched=("name", "path"),
            keys="""
                SELECT p.id FROM commerce_product p JOIN commerce_kind k ON k.id = p.kind_id WHERE k.path && {noted}""",
        ),
    ),
    sort=("product_id",),
)  # fmt: skip
