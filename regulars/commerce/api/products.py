from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from regulars.commerce.actions.products import ProductDraft, change_product, create_product, delete_product
from regulars.commerce.models import Kind, Product
from regulars.commerce.rules import may_see_costs
from regulars.kit.api import (
    ERRORS,
    BatchOut,
    Deeds,
    DeedsIn,
    ListQuery,
    Sent,
    answer,
    gone,
    page_of,
    run_batch,
)
from regulars.kit.clock import now
from regulars.kit.filters import Source
from regulars.kit.refused import NotThere
from regulars.team.gate import actor_of, asker_of, seer_of

router = Router(tags=["products"])
PRODUCTS = Source(subject="product", table="commerce_product", alias="commerce_product")
BIG = 2**53


class ProductIn(Sent):
    """A product, or what changes about one."""

    sku: str | None = Field(None, max_length=80, examples=["85123A"])
    name: str | None = Field(None, max_length=250, examples=["White hanging heart"])
    kind: int | None = Field(None, ge=1, le=2**62)
    price_minor: int | None = Field(None, ge=0, le=BIG)
    cost_minor: int | None = Field(None, ge=0, le=BIG)
    margin_percent: Decimal | None = None
    currency: str | None = Field(None, min_length=3, max_length=3)
    is_active: bool | None = None


class ProductOut(Schema):
    """A product; cost and margin only where the key may see them."""

    id: int = Field(..., examples=[23])
    sku: str = Field(..., examples=["85123A"])
    name: str = Field(..., examples=["White hanging heart"])
    kind: int | None
    price_minor: int | None
    cost_minor: int | None
    margin_percent: str | None
    currency: str
    is_active: bool


class Products(Schema):
    """One page of products."""

    items: list[ProductOut]
    next: str | None = None


class KindOut(Schema):
    """A kind of product and the one it stands under."""

    id: int = Field(..., examples=[6])
    name: str = Field(..., examples=["Coffee"])
    parent: int | None
    level: int


class Kinds(Schema):
    """The whole tree of kinds."""

    items: list[KindOut]


@router.get("/products", response={200: Products, **ERRORS}, summary="List products")
def list_products(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """Return products that pass a filter, page by page."""
    seer = seer_of(request, "products.see")

    def fetch(ids: list[int]) -> list[dict[str, Any]]:
        return products_by_id(ids, may_see_costs(seer))

    rule = ("commerce_product.deleted_at IS NULL", ())
    return answer(
        page_of(query, source=PRODUCTS, asker=asker_of(seer), row_rule=rule, fetch=fetch, sort="name")
    )


@router.post("/products", response={201: ProductOut, **ERRORS}, summary="Add a product")
def new_product(request: HttpRequest, values: ProductIn) -> HttpResponse:
    """Add a product to what is sold."""
    seer = seer_of(request, "products.change")
    made = _create(request, values)
    return answer(products_by_id([made.pk], may_see_costs(seer))[0], status=201)


@router.post(
    "/products/batch",
    response={200: BatchOut, **ERRORS},
    summary="Add, change or delete up to 1,000 products",
)
def products_batch(request: HttpRequest, rows: DeedsIn[ProductIn, ProductIn]) -> HttpResponse:
    """Do each row on its own and say what became of it."""
    seer_of(request, "products.change")
    deeds = Deeds[ProductIn, ProductIn](
        lambda values: _create(request, values).pk,
        lambda number, values: _change(request, number, values),
        lambda number: _delete(request, number),
    )
    return answer(run_batch(rows.items, deeds))


@router.get("/products/{int:product_id}", response={200: ProductOut, **ERRORS}, summary="Get a product")
def get_product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Return one product."""
    seer = seer_of(request, "products.see")
    return answer(products_by_id([_product(product_id).pk], may_see_costs(seer))[0])


@router.patch("/products/{int:product_id}", response={200: ProductOut, **ERRORS}, summary="Change a product")
def patch_product(request: HttpRequest, product_id: int, values: ProductIn) -> HttpResponse:
    """Change the values named."""
    seer = seer_of(request, "products.change")
    changed = _change(request, product_id, values)
    return answer(products_by_id([changed.pk], may_see_costs(seer))[0])


@router.delete("/products/{int:product_id}", response={204: None, **ERRORS}, summary="Delete a product")
def remove_product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Take a product off the list; orders keep what they say."""
    _delete(request, product_id)
    return gone()


@router.get("/kinds", response={200: Kinds, **ERRORS}, summary="List kinds of products")
def list_kinds(request: HttpRequest) -> HttpResponse:
    """Return the tree of kinds."""
    seer_of(request, "products.see")
    rows = Kind.objects.order_by("level", "name", "id")
    return answer(
        {
            "items": [
                {"id": row.pk, "name": row.name, "parent": row.parent_id, "level": row.level} for row in rows
            ]
        }
    )


def products_by_id(ids: Sequence[int], with_costs: bool) -> list[dict[str, Any]]:
    """Return products in the order of their ids."""
    found = Product.objects.in_bulk(list(ids))
    return [_shape(found[number], with_costs) for number in ids if number in found]


def _create(request: HttpRequest, values: ProductIn) -> Product:
    seer_of(request, "products.change")
    return create_product(_draft(values), by=actor_of(request), at=now())


def _change(request: HttpRequest, product_id: int, values: ProductIn) -> Product:
    seer_of(request, "products.change")
    return change_product(_product(product_id), _draft(values), by=actor_of(request), at=now())


def _delete(request: HttpRequest, product_id: int) -> None:
    seer_of(request, "products.change")
    delete_product(_product(product_id), by=actor_of(request), at=now())


def _shape(row: Product, with_costs: bool) -> dict[str, Any]:
    margin = str(row.margin_percent) if with_costs and row.margin_percent is not None else None
    return {
        "id": row.pk, "sku": row.sku, "name": row.name, "kind": row.kind_id, "price_minor": row.price_minor,
        "cost_minor": row.cost_minor if with_costs else None, "margin_percent": margin, "currency": row.currency,
        "is_active": row.is_active,
    }  # fmt: skip


def _draft(values: ProductIn) -> ProductDraft:
    given = values.dict(exclude_unset=True)
    if "kind" in given:
        given["kind_id"] = given.pop("kind")
    clearable = ("kind_id", "price_minor", "cost_minor", "margin_percent")
    clear = tuple(name for name in clearable if name in given and given[name] is None)
    return ProductDraft(**{name: value for name, value in given.items() if value is not None}, clear=clear)


def _product(product_id: int) -> Product:
    found = Product.objects.filter(pk=product_id, deleted_at__isnull=True).first()
    if found is None:
        raise NotThere
    return found
