"""Correcting, cancelling, moving and deleting orders; each undoes by its opposite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.commerce.actions.checking import check_order, read_own_fields
from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.actions.lines import line_values, products_for
from regulars.commerce.actions.orders import order_values
from regulars.commerce.actions.rates import base_amount
from regulars.commerce.engine.drafts import LineDraft, OrderDraft, order_total, share
from regulars.commerce.events import (
    OrderAssigned,
    OrderCancelled,
    OrderChanged,
    OrderDeleted,
    OrderReinstated,
    OrderRestored,
)  # fmt: skip
from regulars.commerce.models import Order, OrderLine, OrderStatus
from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, NotThere, Refused, Text
from regulars.people.models import Person


class ChangedMeanwhile(Refused):
    """Somebody else saved the order since it was read."""

    code = "changed_meanwhile"
    default: ClassVar[Text] = gettext_lazy(
        "Somebody changed this order while you were looking at it. Nothing was saved; load it again and repeat your change."
    )


class AlreadyCancelled(Refused):
    """The order is cancelled already."""

    code = "already_cancelled"
    default: ClassVar[Text] = gettext_lazy("This order is cancelled already.")


class NotCancelled(Refused):
    """Only a cancelled order can be reinstated."""

    code = "not_cancelled"
    default: ClassVar[Text] = gettext_lazy("This order is not cancelled.")


class NumberTaken(Refused):
    """Another order has this number by now."""

    code = "number_taken"
    default: ClassVar[Text] = gettext_lazy("Another order has this number by now, so this one stays deleted.")


class LessThanRefunded(Refused):
    """The order would be worth less than was already given back."""

    code = "less_than_refunded"
    default: ClassVar[Text] = gettext_lazy(
        "More than that was already given back. Withdraw the refund first, then correct the order."
    )


@dataclass(frozen=True, kw_only=True)
class OrderChange:
    """What to correct; None leaves as it is."""

    number: str | None = None
    placed_at: datetime | None = None
    status: str | None = None
    channel: str | None = None
    campaign: str | None = None
    coupon: str | None = None
    country: str | None = None
    currency: str | None = None
    shipping_minor: int | None = None
    discount_minor: int | None = None
    tax_minor: int | None = None
    total_minor: int | None = None
    custom: dict[str, Any] | None = None
    lines: Sequence[LineDraft] | None = None

    def wanted(self) -> dict[str, Any]:
        """Return the columns to change."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "lines"}
        return {name: value for name, value in values.items() if value is not None}


@transaction.atomic
def change_order(
    order: Order, change: OrderChange, *, by: Actor, at: datetime, expected_version: int | None = None
) -> Order:
    """Correct an order and its lines; the total follows the lines unless it is given."""
    order = lock_order(order, expected_version)
    before, wanted = _values(order), change.wanted()
    if change.custom is not None:
        wanted["custom"] = read_own_fields(change.custom, order.custom)
    _check_change(order, change, at)
    for name, value in wanted.items():
        setattr(order, name, value)
    if change.lines is not None:
        _replace_lines(order, change.lines, by=by, at=at)
    if change.total_minor is None and _moves_total(change):
        order.total_minor = _total_of(order)
    if change.currency is not None and order.refunded_minor and order.currency != before["currency"]:
        raise LessThanRefunded(
            _("Part of this order was given back in its old currency, so the currency stays.")
        )
    if order.total_minor < order.refunded_minor or order.total_minor < 0:
        raise LessThanRefunded

    _save(order, at)
    recount_figures([order.person_id], [order.company_id], by=by)
    announce(OrderChanged(**order_values(order)), by=by, changes=changed(before, _values(order)))
    return order


@transaction.atomic
def cancel_order(order: Order, *, by: Actor, at: datetime, reason: str = "") -> Order:
    """Cancel an order: it stays to be seen and no longer counts."""
    order = lock_order(order)
    if order.status == OrderStatus.CANCELLED:
        raise AlreadyCancelled
    before = order.status
    order.status = OrderStatus.CANCELLED
    _save(order, at)
    recount_figures([order.person_id], [order.company_id], by=by)
    announce(
        OrderCancelled(**order_values(order), reason=reason[:200]),
        by=by,
        changes={"status": [before, "cancelled"]},
    )
    return order


@transaction.atomic
def reinstate_order(order: Order, *, by: Actor, at: datetime, status: str = OrderStatus.PAID) -> Order:
    """Let a cancelled order count again."""
    order = lock_order(order)
    if order.status != OrderStatus.CANCELLED or status == OrderStatus.CANCELLED:
        raise NotCancelled
    order.status = status
    _save(order, at)
    recount_figures([order.person_id], [order.company_id], by=by)
    announce(OrderReinstated(**order_values(order)), by=by, changes={"status": ["cancelled", status]})
    return order


@transaction.atomic
def assign_order(order: Order, person: Person | None, *, by: Actor, at: datetime) -> Order:
    """Give an order with its refunds to a customer, or make it a guest order; both people's figures follow."""
    order = lock_order(order)
    before, after = order.person_id, person.pk if person else None
    if before == after:
        return order
    if person is not None and person.is_deleted:
        raise NotThere(_("This person is deleted; bring them back first."))
    order.person = person
    order.refunds.update(person=person)
    _save(order, at)
    recount_figures([before, after], [order.company_id], by=by)
    announce(
        OrderAssigned(**order_values(order), from_person_id=before),
        by=by,
        changes={"person_id": [before, after]},
    )
    return order


@transaction.atomic
def delete_order(order: Order, *, by: Actor, at: datetime) -> Order:
    """Take an order out of all lists and figures; `restore_order` brings it back."""
    order = lock_order(order)
    order.deleted_at = at
    _save(order, at)
    recount_figures([order.person_id], [order.company_id], by=by)
    announce(OrderDeleted(**order_values(order)), by=by)
    return order


@transaction.atomic
def restore_order(order: Order, *, by: Actor, at: datetime) -> Order:
    """Bring a deleted order back."""
    found = Order.objects.select_for_update().filter(pk=order.pk, deleted_at__isnull=False).first()
    if found is None:
        raise NotThere
    found.deleted_at = None
    try:
        with transaction.atomic():
            _save(found, at)
    except IntegrityError as clash:
        raise NumberTaken from clash
    recount_figures([found.person_id], [found.company_id], by=by)
    announce(OrderRestored(**order_values(found)), by=by)
    return found


def lock_order(order: Order, expected_version: int | None = None) -> Order:
    """Return the order as it is now, held until the transaction ends."""
    found = Order.objects.select_for_update().filter(pk=order.pk, deleted_at__isnull=True).first()
    if found is None:
        raise NotThere
    if expected_version is not None and found.version != expected_version:
        raise ChangedMeanwhile
    return found


def _values(order: Order) -> dict[str, Any]:
    names = (
        "number", "placed_at", "status", "channel", "campaign", "coupon", "country", "currency", "shipping_minor",
        "discount_minor", "tax_minor", "total_minor", "line_count", "custom",
    )  # fmt: skip
    return {name: getattr(order, name) for name in names}


def _check_change(order: Order, change: OrderChange, at: datetime) -> None:
    values = {**_values(order), **change.wanted()}
    values.pop("line_count")
    if change.total_minor is None and _moves_total(change):
        values["total_minor"] = None
    lines = change.lines if change.lines is not None else _as_drafts(order)
    check_order(OrderDraft(**values, lines=lines, source=order.source), at=at)
    if not values["number"]:
        raise Invalid({"number": _("An order has a number.")})


def _moves_total(change: OrderChange) -> bool:
    return any(value is not None for value in (change.lines, change.shipping_minor, change.discount_minor))


def _as_drafts(order: Order) -> list[LineDraft]:
    """Return the lines as drafts with amounts alone: what an import once wrote is not judged again."""
    return [
        LineDraft(name=line.name or line.sku or "–", total_minor=line.total_minor)
        for line in order.lines.all()
    ]


def _total_of(order: Order) -> int:
    amounts = order.lines.values_list("total_minor", flat=True)
    return order_total(amounts, order.shipping_minor, order.discount_minor)


def _replace_lines(order: Order, drafts: Sequence[LineDraft], *, by: Actor, at: datetime) -> None:
    """Make the lines what the drafts say: those with an id are kept, others added, the rest removed."""
    held = {line.pk: line for line in order.lines.all()}
    if strangers := {draft.id for draft in drafts if draft.id is not None} - held.keys():
        raise Invalid({"lines": _("Line %(id)s is not one of this order.") % {"id": min(strangers)}})
    gone = [line for key, line in held.items() if key not in {draft.id for draft in drafts}]
    if any(line.refunded_minor for line in gone):
        raise LessThanRefunded
    products = products_for(drafts, order.currency, by=by, at=at)
    OrderLine.objects.filter(pk__in=[line.pk for line in gone]).delete()
    for place, draft in enumerate(drafts):
        line = held[draft.id] if draft.id is not None else OrderLine(order=order)
        for name, value in line_values(draft, order.currency, products).items():
            setattr(line, name, value)
        line.position = place
        if line.total_minor < line.refunded_minor or line.quantity < line.refunded_quantity:
            raise LessThanRefunded
        line.save()
    order.line_count = len(drafts)


def _save(order: Order, at: datetime) -> None:
    order.base_minor = base_amount(order.total_minor, order.currency, order.placed_at)
    order.base_refunded_minor = share(order.base_minor, order.refunded_minor, order.total_minor)
    order.updated_at, order.version = at, order.version + 1
    order.save()
