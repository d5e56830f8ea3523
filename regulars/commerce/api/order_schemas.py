"""What goes in and comes out of the routes of orders, with examples."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import Discriminator, Tag

from regulars.kit.api import ChangeDeed, CreateDeed, DeleteDeed, Kept, Sent, row_deed

BIG = 2**53


class LineIn(Sent):
    """One line: a product by its code, how many, and for how much."""

    sku: str = Field("", max_length=80, examples=["85123A"])
    name: str = Field("", max_length=250, examples=["White hanging heart"])
    quantity: Decimal = Field(Decimal(1), examples=[2])
    unit_price: Decimal = Field(Decimal(0), examples=["2.55"])
    kind: str = Field("product", pattern="^(product|shipping|discount|fee|adjustment)$")


class OrderChangeIn(Sent):
    """What changes about an order; `lines` replaces all lines."""

    number: str | None = Field(None, max_length=80, examples=["10042"])
    placed_at: datetime | None = None
    status: str | None = Field(None, pattern="^(placed|paid|shipped|completed)$")
    channel: str | None = Field(None, max_length=60, examples=["web"])
    campaign: str | None = Field(None, max_length=120)
    coupon: str | None = Field(None, max_length=60)
    country: str | None = Field(None, max_length=2)
    shipping_minor: int | None = Field(None, ge=0, le=BIG)
    discount_minor: int | None = Field(None, ge=0, le=BIG)
    tax_minor: int | None = Field(None, ge=0, le=BIG)
    lines: list[LineIn] | None = Field(None, max_length=1000)
    custom: dict[str, Any] | None = Field(None, description="Own fields by their key; others stay.")
    expected_version: int | None = None


class OrderIn(Sent):
    """An order; the customer is named by number or by an identity, and neither makes it a guest order."""

    currency: str = Field(..., min_length=3, max_length=3, examples=["EUR"])
    placed_at: datetime = Field(..., examples=["2026-03-01T12:00:00Z"])
    source: str = Field("api", max_length=40)
    number: str = Field(
        "", max_length=80, description="The same source and number again changes nothing.", examples=["10042"]
    )
    person: int | None = Field(None, ge=1, le=2**62)
    email: str | None = Field(None, max_length=320, examples=["ada@example.com"])
    external_id: str | None = Field(None, max_length=320, examples=["C-1042"])
    name: str | None = Field(
        None, max_length=300, description="What a created customer is called.", examples=["Ada Lovelace"]
    )
    create_person: bool = Field(
        False,
        description="Create the customer when nobody is known by the e-mail or external id; else such an order is refused.",
        examples=[True],
    )
    status: str = Field("paid", pattern="^(placed|paid|shipped|completed|cancelled)$")
    lines: list[LineIn] = Field(..., min_length=1, max_length=1000)
    shipping_minor: int = Field(0, ge=0, le=BIG)
    discount_minor: int = Field(0, ge=0, le=BIG)
    tax_minor: int = Field(0, ge=0, le=BIG)
    channel: str = Field("", max_length=60, examples=["web"])
    campaign: str = Field("", max_length=120)
    coupon: str = Field("", max_length=60)
    country: str = Field("", max_length=2, examples=["FI"])
    custom: dict[str, Any] = Field({}, description="Own fields by their key.", examples=[{"gift_wrap": True}])


class RefundLineIn(Sent):
    """How much of a line is given back: a number of pieces, an amount, or neither for all that is left."""

    line: int = Field(..., examples=[88])
    quantity: Decimal | None = Field(None, examples=[1])
    amount_minor: int | None = Field(None, ge=0, le=BIG)


class RefundIn(Sent):
    """Money given back: an amount, lines, or neither for all that is left."""

    amount_minor: int | None = Field(None, ge=1, le=BIG, examples=[990])
    lines: list[RefundLineIn] = Field([], max_length=1000)
    reason: str = Field("", max_length=200)
    number: str = Field("", max_length=80)
    refunded_at: datetime | None = None


class OwnerIn(Sent):
    """Whose order it is; null makes it a guest order."""

    person: int | None = Field(..., ge=1, le=2**62, examples=[17])


class LineOut(Schema):
    """A line of an order."""

    id: int = Field(..., examples=[88])
    kind: str = Field(..., examples=["product"])
    sku: str
    name: str
    product: int | None
    quantity: str
    unit_price: str
    total_minor: int
    refunded_minor: int


class OrderOut(Schema):
    """An order with its lines; money is in minor units of its currency."""

    id: int = Field(..., examples=[41])
    source: str = Field(..., examples=["api"])
    number: str = Field(..., examples=["10042"])
    person: int | None
    company: int | None
    placed_at: datetime
    status: str
    currency: str
    total_minor: int
    refunded_minor: int
    shipping_minor: int
    discount_minor: int
    tax_minor: int
    channel: str
    campaign: str
    coupon: str
    country: str
    custom: dict[str, Any]
    lines: list[LineOut]
    created_at: datetime
    updated_at: datetime
    version: int


class Orders(Schema):
    """One page of orders."""

    items: list[OrderOut]
    next: str | None = None


class RefundOut(Schema):
    """A refund."""

    id: int = Field(..., examples=[2])
    order: int | None = Field(..., examples=[41])
    number: str
    amount_minor: int = Field(..., examples=[990])
    currency: str = Field(..., examples=["EUR"])
    reason: str
    refunded_at: datetime


class Refunds(Schema):
    """The refunds of one order."""

    items: list[RefundOut]


def _kind_of(row: Any) -> Any:
    """Tell an order as it stands from a row that says what to do."""
    is_deed = isinstance(row, dict) and ("do" in row or "values" in row)
    return row_deed(row) if is_deed or not isinstance(row, dict) else "order"


class OrderRows(Schema):
    """Orders to record as they stand, or rows that say what to do, in order."""

    items: list[
        Annotated[
            Annotated[
                Annotated[OrderIn, Tag("order")]
                | Annotated[CreateDeed[OrderIn], Tag("create")]
                | Annotated[ChangeDeed[OrderChangeIn], Tag("change")]
                | Annotated[DeleteDeed, Tag("delete")],
                Discriminator(_kind_of),
            ],
            Kept,
        ]
    ] = Field(..., min_length=1, max_length=1000)
