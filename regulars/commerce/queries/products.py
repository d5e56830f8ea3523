from __future__ import annotations

from decimal import Decimal

from regulars.commerce.models import Product


def margin_of(product: Product) -> Decimal | None:
    """Return what percent of the price is earned: as said, else from price and cost; None when neither is known.

    >>> margin_of(Product(price_minor=1000, cost_minor=600))
    Decimal('40.0')
    """
    if product.margin_percent is not None:
        return product.margin_percent
    if not product.price_minor or product.cost_minor is None:
        return None
    return round(Decimal(100) * (product.price_minor - product.cost_minor) / product.price_minor, 1)
