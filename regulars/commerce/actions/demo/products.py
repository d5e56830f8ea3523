from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from regulars.commerce.actions.demo.reading import CURRENCY, Shop
from regulars.commerce.actions.kinds import relevel_kinds
from regulars.commerce.engine.invented import dice_for
from regulars.commerce.engine.kinds import kind_of
from regulars.commerce.models import Kind, Product

# The data set says nothing of costs; margins such as giftware has are invented by top kind.
MARGINS = {
    "Jewellery": 62,
    "Stationery": 55,
    "Seasonal": 52,
    "Lighting": 48,
    "Children": 46,
    "Crafts": 50,
    "Bags": 44,
}
USUAL_MARGIN = 42


def add_products(shop: Shop, currency: str, at: datetime) -> list[int]:
    """Add what the shop sells, sorted into kinds by its descriptions; return the kinds that were not there before."""
    names = {sku: counted.most_common(1)[0][0] for sku, counted in shop.names.items()}
    paths = {sku: kind_of(name) for sku, name in names.items()}
    kinds, fresh = _kinds(sorted(set(paths.values())))
    products = [
        Product(
            sku=sku,
            name=worded(name)[:250],
            kind=kinds[paths[sku]],
            price_minor=shop.prices.get(sku) or None,
            margin_percent=_margin(sku, paths[sku][0]),
            currency=CURRENCY,
            is_demo=True,
            created_at=at,
            updated_at=at,
        )
        for sku, name in sorted(names.items())
    ]
    Product.objects.bulk_create(products, batch_size=1000, ignore_conflicts=True)
    return fresh


def _kinds(paths: list[tuple[str, str]]) -> tuple[dict[tuple[str, str], Kind], list[int]]:
    fresh: list[int] = []
    tops: dict[str, Kind] = {}
    below: dict[tuple[str, str], Kind] = {}
    for top, kind in paths:
        if top not in tops:
            tops[top], is_new = Kind.objects.get_or_create(name=top, parent=None)
            fresh += [tops[top].pk] * is_new
        below[top, kind], is_new = Kind.objects.get_or_create(
            name=kind, parent=tops[top], defaults={"level": 2}
        )
        fresh += [below[top, kind].pk] * is_new
    relevel_kinds()
    return below, fresh


def _margin(sku: str, top: str) -> Decimal:
    return Decimal(MARGINS.get(top, USUAL_MARGIN) + dice_for(f"margin {sku}").randint(-8, 8))


def worded(name: str) -> str:
    """Return a description that shouts in ordinary letters.

    >>> worded("WHITE HANGING HEART T-LIGHT HOLDER")
    'White hanging heart T-light holder'
    """
    if not name.isupper():
        return name
    words = (
        name.lower()
        .replace("t-light", "T-light")
        .replace("union jack", "Union Jack")
        .replace("christmas", "Christmas")
    )
    return words[:1].upper() + words[1:]
