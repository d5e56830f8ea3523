from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from regulars.commerce.engine.drafts import LineDraft
from regulars.commerce.events import ProductCreated
from regulars.commerce.models import LineKind, Order, OrderLine, Product
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.money import to_minor
from regulars.kit.refused import Invalid


def write_lines(order: Order, drafts: Sequence[LineDraft], *, by: Actor, at: datetime) -> list[OrderLine]:
    """Write the lines of a new order; products not yet known by their code are added."""
    products = products_for(drafts, order.currency, by=by, at=at)
    lines = [
        OrderLine(order=order, position=place, **line_values(draft, order.currency, products))
        for place, draft in enumerate(drafts)
    ]
    return OrderLine.objects.bulk_create(lines)


def line_values(draft: LineDraft, currency: str, products: dict[str | int, Product]) -> dict[str, Any]:
    """Return a line's columns as its draft says, completed from its product."""
    product = products.get(draft.product_id or draft.sku)
    return {
        "product": product,
        "kind": draft.kind,
        "sku": draft.sku or (product.sku if product else ""),
        "name": draft.name or (product.name if product else ""),
        "quantity": draft.quantity,
        "unit_price": draft.unit_price,
        "total_minor": draft.amount(currency),
    }


def products_for(
    drafts: Sequence[LineDraft], currency: str, *, by: Actor, at: datetime
) -> dict[str | int, Product]:
    """Return the products of lines by code or id, adding those whose code is new."""
    sold = [draft for draft in drafts if draft.kind == LineKind.PRODUCT]
    found = _by_id({draft.product_id for draft in sold if draft.product_id})
    named = {draft.sku: draft for draft in sold if draft.sku and not draft.product_id}
    known = _by_sku(named)
    fresh = {sku: draft for sku, draft in named.items() if sku not in known}
    if fresh:
        _add(fresh, currency, at)
        known |= (added := _by_sku(fresh))
        for product in added.values():
            announce(ProductCreated(product_id=product.pk, sku=product.sku, name=product.name), by=by)
    return {**found, **known}


def _by_id(numbers: set[int]) -> dict[str | int, Product]:
    found: dict[str | int, Product] = {
        product.pk: product for product in Product.objects.filter(pk__in=numbers)
    }
    if missing := numbers - found.keys():
        raise Invalid({"lines": _("There is no product %(id)s.") % {"id": min(missing)}})
    return found


def _by_sku(named: dict[str, LineDraft]) -> dict[str | int, Product]:
    found = Product.objects.filter(sku__in=named, deleted_at__isnull=True)
    return {product.sku: product for product in found}


def _add(fresh: dict[str, LineDraft], currency: str, at: datetime) -> None:
    """Add products in the order of their codes, so that two orders with the same new codes cannot block each other."""
    products = [
        Product(
            sku=sku,
            name=(draft.name or sku)[:250],
            price_minor=to_minor(draft.unit_price, currency) if draft.unit_price > 0 else None,
            currency=currency,
            created_at=at,
            updated_at=at,
        )
        for sku, draft in sorted(fresh.items())
    ]
    Product.objects.bulk_create(products, ignore_conflicts=True)
