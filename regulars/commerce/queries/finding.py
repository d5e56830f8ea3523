from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.commerce.models import Order, Product
from regulars.people.queries.search import search_ids

MOST = 500


def search_orders(text: str, seer: Any) -> Sequence[int]:
    """Return the orders whose number begins with what was typed, then those of the people it finds."""
    visible = Order.objects.visible_to(seer)
    numbered = visible.filter(number__startswith=text.strip())
    found = list(numbered.order_by("-placed_at", "-pk").values_list("pk", flat=True)[:MOST])
    people = list(search_ids(seer, text, "person", most=100)) if len(found) < MOST else []
    theirs = visible.filter(person__in=people).order_by("-placed_at", "-pk").values_list("pk", flat=True)
    return list(dict.fromkeys([*found, *(theirs[: MOST - len(found)] if people else [])]))


def search_products(text: str, seer: Any) -> Sequence[int]:
    """Return the products whose code begins with, or whose name contains, all that was typed."""
    words = text.split()[:6]
    rows = Product.objects.filter(deleted_at__isnull=True)
    by_name = rows
    for word in words:
        by_name = by_name.filter(name__icontains=word)
    coded = list(rows.filter(sku__istartswith=text.strip()).values_list("pk", flat=True)[:MOST])
    named = list(by_name.order_by("name").values_list("pk", flat=True)[:MOST])
    return list(dict.fromkeys([*coded, *named]))
