from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.commerce.events import ProductChanged, ProductCreated, ProductDeleted, ProductRestored
from regulars.commerce.models import Kind, Product
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.money import MAX_MINOR, BadMoney, parse_currency
from regulars.kit.refused import Invalid, NotThere, Refused, Text
from regulars.team.models import Business


class CodeTaken(Refused):
    """Another product has this code."""

    code = "sku_taken"
    default: ClassVar[Text] = gettext_lazy("Another product has this code already.")


@dataclass(frozen=True, kw_only=True)
class ProductDraft:
    """A product to be, or what to change of one; None leaves as it is."""

    sku: str | None = None
    name: str | None = None
    kind_id: int | None = None
    price_minor: int | None = None
    cost_minor: int | None = None
    margin_percent: Decimal | None = None
    currency: str | None = None
    is_active: bool | None = None
    custom: dict[str, Any] | None = None
    clear: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """Return the columns to write; those named in `clear` become empty."""
        names = [field.name for field in fields(self) if field.name != "clear"]
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return {**given, **dict.fromkeys(self.clear)}


CLEARABLE = {"kind_id", "price_minor", "cost_minor", "margin_percent"}
VALUES = ("sku", "name", "kind_id", "price_minor", "cost_minor", "margin_percent", "currency", "is_active")


@transaction.atomic
def create_product(draft: ProductDraft, *, by: Actor, at: datetime) -> Product:
    """Add a product to what is sold."""
    product = Product(created_at=at, updated_at=at, currency=Business.current().currency)
    _fill(product, draft)
    _save(product)
    announce(
        ProductCreated(product_id=product.pk, sku=product.sku, name=product.name),
        by=by,
        changes=changed({}, _values(product)),
    )
    return product


@transaction.atomic
def change_product(product: Product, draft: ProductDraft, *, by: Actor, at: datetime) -> Product:
    """Change a product's words, kind, price, cost or margin."""
    product = _lock(product)
    before = _values(product)
    _fill(product, draft)
    if changes := changed(before, _values(product)):
        product.updated_at = at
        _save(product)
        announce(
            ProductChanged(product_id=product.pk, sku=product.sku, name=product.name), by=by, changes=changes
        )
    return product


@transaction.atomic
def delete_product(product: Product, *, by: Actor, at: datetime) -> Product:
    """Take a product off the list; orders keep what they say."""
    product = _lock(product)
    product.deleted_at = product.updated_at = at
    product.save()
    announce(ProductDeleted(product_id=product.pk, sku=product.sku, name=product.name), by=by)
    return product


@transaction.atomic
def restore_product(product: Product, *, by: Actor, at: datetime) -> Product:
    """Bring a deleted product back."""
    found = Product.objects.select_for_update().filter(pk=product.pk, deleted_at__isnull=False).first()
    if found is None:
        raise NotThere
    found.deleted_at, found.updated_at = None, at
    _save(found)
    announce(ProductRestored(product_id=found.pk, sku=found.sku, name=found.name), by=by)
    return found


def _lock(product: Product) -> Product:
    found = Product.objects.select_for_update().filter(pk=product.pk, deleted_at__isnull=True).first()
    if found is None:
        raise NotThere
    return found


def _fill(product: Product, draft: ProductDraft) -> None:
    for name, value in draft.values().items():
        if value is None and name not in CLEARABLE:
            raise Invalid({name: _("This can't be empty.")})
        setattr(product, name, value.strip() if isinstance(value, str) else value)
    if problems := _problems(product):
        raise Invalid(problems)


def _problems(product: Product) -> dict[str, Text]:
    problems: dict[str, Text] = {}
    for name, most in (("sku", 80), ("name", 250)):
        if not 0 < len(getattr(product, name)) <= most:
            problems[name] = _("Enter 1 to %(most)d letters.") % {"most": most}
    for name in ("price_minor", "cost_minor"):
        if not 0 <= (getattr(product, name) or 0) <= MAX_MINOR // 10**6:
            problems[name] = _("Enter an amount of zero or more.")
    margin = product.margin_percent
    if margin is not None and not (margin.is_finite() and -999 <= margin <= 100):
        problems["margin_percent"] = _("A margin is at most 100 percent.")
    if product.kind_id is not None and not Kind.objects.filter(pk=product.kind_id).exists():
        problems["kind_id"] = _("There is no such kind.")
    try:
        product.currency = parse_currency(product.currency)
    except BadMoney as problem:
        problems["currency"] = str(problem)
    return problems


def _values(product: Product) -> dict[str, Any]:
    return {name: getattr(product, name) for name in VALUES}


def _save(product: Product) -> None:
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError as clash:
        raise CodeTaken from clash
