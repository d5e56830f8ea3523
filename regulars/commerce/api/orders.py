from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from regulars.commerce.actions.changing import (
    OrderChange,
    assign_order,
    cancel_order,
    change_order,
    delete_order,
)
from regulars.commerce.actions.orders import Recorded, record_order
from regulars.commerce.actions.refunds import RefundDraft, refund_order
from regulars.commerce.api.order_schemas import (
    OrderChangeIn,
    OrderIn,
    OrderOut,
    OrderRows,
    Orders,
    OwnerIn,
    RefundIn,
    RefundOut,
    Refunds,
)
from regulars.commerce.engine.drafts import LineDraft, OrderDraft, RefundLineDraft
from regulars.commerce.models import Order, OrderLine, Refund
from regulars.commerce.rules import may_change_order
from regulars.kit.api import ERRORS, BatchOut, Deeds, ListQuery, answer, gone, page_of, run_batch
from regulars.kit.clock import now
from regulars.kit.filters import Source, row_rule_of
from regulars.kit.refused import Invalid, NotThere, require
from regulars.people.engine.identities import tidy_identity
from regulars.people.engine.sayings import Unclear
from regulars.people.models import Person
from regulars.team.gate import actor_of, asker_of, seer_of
from regulars.team.rules import Scope, allowed

router = Router(tags=["orders"])
ORDERS = Source(subject="order", table="commerce_order", alias="commerce_order")
PLAIN = (
    "source", "number", "placed_at", "status", "currency", "total_minor", "refunded_minor", "shipping_minor", "discount_minor",
    "tax_minor", "channel", "campaign", "coupon", "country", "custom", "created_at", "updated_at", "version",
)  # fmt: skip


@router.get("/orders", response={200: Orders, **ERRORS}, summary="List orders")
def list_orders(request: HttpRequest, query: Query[ListQuery]) -> HttpResponse:
    """Return orders that pass a filter, page by page."""
    seer = seer_of(request, "orders.see")
    rule = row_rule_of(Order.objects.visible_to(seer))
    return answer(
        page_of(query, source=ORDERS, asker=asker_of(seer), row_rule=rule, fetch=orders_by_id, sort="-placed")
    )


@router.post("/orders", response={200: OrderOut, 201: OrderOut, **ERRORS}, summary="Record an order")
def new_order(request: HttpRequest, values: OrderIn) -> HttpResponse:
    """Record an order; one known by its source and number is returned as it stands, with 200."""
    made = _record(request, values)
    return answer(orders_by_id([made.order.pk])[0], status=201 if made.is_new else 200)


@router.post(
    "/orders/batch",
    response={200: BatchOut, **ERRORS},
    summary="Record, change or delete up to 1,000 orders",
)
def orders_batch(request: HttpRequest, rows: OrderRows) -> HttpResponse:
    """Do each row on its own and say what became of it; a row may be an order as it stands."""
    seer_of(request, "orders.change")
    deeds = Deeds[OrderIn, OrderChangeIn](
        lambda values: _record(request, values).order.pk,
        lambda number, values: _change(request, number, values),
        lambda number: _delete(request, number),
    )

    def work(row: Any) -> tuple[int, int | None]:
        if not isinstance(row, OrderIn):
            return deeds(row)
        made = _record(request, row)
        return (201 if made.is_new else 200), made.order.pk

    return answer(run_batch(rows.items, work))


@router.get("/orders/{int:order_id}", response={200: OrderOut, **ERRORS}, summary="Get an order")
def get_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """Return one order with its lines."""
    return answer(orders_by_id([_order(request, order_id).pk])[0])


@router.patch("/orders/{int:order_id}", response={200: OrderOut, **ERRORS}, summary="Change an order")
def patch_order(request: HttpRequest, order_id: int, values: OrderChangeIn) -> HttpResponse:
    """Change an order; the customer's figures follow."""
    _change(request, order_id, values)
    return answer(orders_by_id([order_id])[0])


@router.delete("/orders/{int:order_id}", response={204: None, **ERRORS}, summary="Delete an order")
def remove_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """Delete an order that should not be there; to take one back, cancel or refund it."""
    _delete(request, order_id)
    return gone()


@router.post(
    "/orders/{int:order_id}/cancellation", response={200: OrderOut, **ERRORS}, summary="Cancel an order"
)
def cancellation(request: HttpRequest, order_id: int) -> HttpResponse:
    """Cancel an order."""
    found = cancel_order(_order(request, order_id, is_changing=True), by=actor_of(request), at=now())
    return answer(orders_by_id([found.pk])[0])


@router.put(
    "/orders/{int:order_id}/customer", response={200: OrderOut, **ERRORS}, summary="Say whose order it is"
)
def customer(request: HttpRequest, order_id: int, values: OwnerIn) -> HttpResponse:
    """Give an order to a person, or make it a guest order."""
    found = _order(request, order_id, is_changing=True)
    assign_order(found, _person(request, values.person), by=actor_of(request), at=now())
    return answer(orders_by_id([found.pk])[0])


@router.get(
    "/orders/{int:order_id}/refunds", response={200: Refunds, **ERRORS}, summary="List an order's refunds"
)
def list_refunds(request: HttpRequest, order_id: int) -> HttpResponse:
    """Return what was given back of an order."""
    rows = _order(request, order_id).refunds.filter(deleted_at=None).order_by("id")
    return answer({"items": [refund_shape(row) for row in rows]})


@router.post("/orders/{int:order_id}/refunds", response={201: RefundOut, **ERRORS}, summary="Refund an order")
def new_refund(request: HttpRequest, order_id: int, values: RefundIn) -> HttpResponse:
    """Give money back, never more than is left."""
    found = _order(request, order_id, is_changing=True)
    lines = [
        RefundLineDraft(line_id=one.line, quantity=one.quantity, amount_minor=one.amount_minor)
        for one in values.lines
    ]
    draft = RefundDraft(
        amount_minor=values.amount_minor, lines=lines, reason=values.reason, number=values.number, source="api",
        refunded_at=values.refunded_at,
    )  # fmt: skip
    return answer(refund_shape(refund_order(found, draft, by=actor_of(request), at=now())), status=201)


def orders_by_id(ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return orders in the order of their ids, with lines: two queries, however many."""
    found = Order.objects.in_bulk(list(ids))
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in OrderLine.objects.filter(order__in=list(ids)).order_by("order", "position", "id"):
        lines[line.order_id].append(_line(line))
    return [_shape(found[number], lines[number]) for number in ids if number in found]


def refund_shape(row: Refund) -> dict[str, Any]:
    """Return a refund."""
    names = ("number", "amount_minor", "currency", "reason", "refunded_at")
    return {"id": row.pk, "order": row.order_id, **{name: getattr(row, name) for name in names}}


def _shape(row: Order, lines: list[dict[str, Any]]) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in PLAIN}
    return {"id": row.pk, "person": row.person_id, "company": row.company_id, **told, "lines": lines}


def _line(row: OrderLine) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "sku": row.sku, "name": row.name, "product": row.product_id, "quantity": str(row.quantity),
        "unit_price": str(row.unit_price), "total_minor": row.total_minor, "refunded_minor": row.refunded_minor,
    }  # fmt: skip


def _record(request: HttpRequest, values: OrderIn) -> Recorded:
    return record_order(_draft(request, values), by=actor_of(request), at=now())


def _change(request: HttpRequest, order_id: int, values: OrderChangeIn) -> None:
    found = _order(request, order_id, is_changing=True)
    given = {name: value for name, value in values.dict(exclude_unset=True).items() if value is not None}
    expected = given.pop("expected_version", None)
    if "lines" in given:
        given["lines"] = [LineDraft(**line) for line in given["lines"]]
    change_order(found, OrderChange(**given), by=actor_of(request), at=now(), expected_version=expected)


def _delete(request: HttpRequest, order_id: int) -> None:
    delete_order(_order(request, order_id, is_changing=True), by=actor_of(request), at=now())


def _draft(request: HttpRequest, values: OrderIn) -> OrderDraft:
    seer = seer_of(request, "orders.change")
    person = _person(request, values.person)
    identity = _identity(values) if person is None else None
    require(person is not None or identity is not None or allowed(seer, "orders.change") == Scope.ALL)
    plain = values.dict(exclude={"person", "email", "external_id", "name", "create_person", "lines"})
    newcomer = _newcomer(request, values) if identity and values.create_person else None
    lines = [LineDraft(**line.dict()) for line in values.lines]
    return OrderDraft(
        **plain, lines=lines, person_id=person.pk if person else None, identity=identity, newcomer=newcomer
    )


def _newcomer(request: HttpRequest, values: OrderIn) -> dict[str, Any]:
    """Return what a customer is created with whom nobody knows yet; the order says how they came."""
    identities = [{"kind": "external", "value": values.external_id}] if values.external_id else []
    wanted = {
        "email": values.email, "identities": identities, "name": values.name or "", "country": values.country,
        "acquired_channel": values.channel, "acquired_campaign": values.campaign,
    }  # fmt: skip
    newcomer: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    seer = seer_of(request, "people.change")
    if allowed(seer, "people.change") == Scope.TEAM:
        # Who adds a customer keeps them within their own reach.
        newcomer["team"] = next(iter(seer.team_ids), None)
        require(newcomer["team"])
    return newcomer


def _identity(values: OrderIn) -> tuple[str, str] | None:
    kind, value = ("email", values.email) if values.email else ("external", values.external_id)
    if not value:
        return None
    try:
        return kind, tidy_identity(kind, value, "")
    except Unclear:
        return kind, value.strip()


def _person(request: HttpRequest, person_id: int | None) -> Person | None:
    if person_id is None:
        return None
    found = (
        Person.objects.visible_to(seer_of(request, "orders.change"), "orders.change")
        .filter(pk=person_id)
        .first()
    )
    if found is None:
        raise Invalid({"person": "There is no such person, or this key may not see them."})
    return found


def _order(request: HttpRequest, order_id: int, *, is_changing: bool = False) -> Order:
    seer = seer_of(request, "orders.change" if is_changing else "orders.see")
    found: Order | None = Order.objects.visible_to(seer).select_related("person").filter(pk=order_id).first()
    if found is None:
        raise NotThere
    require(
        not is_changing
        or may_change_order(seer, found)
        or (found.person is None and allowed(seer, "orders.change") == Scope.ALL)
    )
    return found
