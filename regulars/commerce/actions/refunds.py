from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.commerce.actions.changing import lock_order
from regulars.commerce.actions.figures import recount_figures
from regulars.commerce.actions.orders import order_values
from regulars.commerce.engine.drafts import RefundLineDraft, line_refund, share
from regulars.commerce.events import OrderRefunded, RefundWithdrawn
from regulars.commerce.models import Order, OrderLine, OrderStatus, Refund, RefundLine
from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.money import format_money
from regulars.kit.refused import Invalid, NotThere, Refused, Text


class NothingLeft(Refused):
    """Everything was given back already."""

    code = "nothing_left"
    default: ClassVar[Text] = gettext_lazy("All of it was already given back.")


class MoreThanPaid(Refused):
    """No more can be given back than was paid."""

    code = "more_than_paid"


class OrderIsCancelled(Refused):
    """A cancelled order does not count, so nothing of it is refunded."""

    code = "order_is_cancelled"
    default: ClassVar[Text] = gettext_lazy(
        "This order is cancelled and counts for nothing. Reinstate it first if it was paid and money is given back."
    )


@dataclass(frozen=True, kw_only=True)
class RefundDraft:
    """A refund to be: of lines, of an amount, or of all that is left when neither is said."""

    amount_minor: int | None = None
    lines: Sequence[RefundLineDraft] = ()
    reason: str = ""
    number: str = ""
    source: str = "manual"
    refunded_at: datetime | None = None


@transaction.atomic
def refund_order(
    order: Order, draft: RefundDraft, *, by: Actor, at: datetime, silent: bool = False
) -> Refund:
    """Give money of an order back: all, an amount, or by line; never more than is left. The same number again changes nothing."""
    order = lock_order(order)
    known = _known(order, draft)
    if known is not None:
        return known
    if order.status == OrderStatus.CANCELLED:
        raise OrderIsCancelled

    parts = _parts(order, draft)
    amount = _amount(order, draft, parts)
    refund = _write(order, draft, amount, at)
    _write_parts(refund, parts)
    _settle(order, amount, at)

    recount_figures([order.person_id], [order.company_id], by=by)
    announce(_refunded(order, refund), by=by, silent=silent, occurred_at=refund.refunded_at)
    return refund


@transaction.atomic
def withdraw_refund(refund: Refund, *, by: Actor, at: datetime) -> Order:
    """Take back a refund that was written down by mistake."""
    if refund.order is None:
        raise NotThere
    order = lock_order(refund.order)
    held = Refund.objects.filter(pk=refund.pk, deleted_at__isnull=True).first()
    if held is None:
        raise NotThere
    held.deleted_at = at
    held.save(update_fields=["deleted_at"])
    for part in held.lines.select_related("line"):
        if part.line is not None:
            _add_to_line(part.line, -part.quantity, -part.amount_minor)
    _settle(order, -held.amount_minor, at)

    recount_figures([order.person_id], [order.company_id], by=by)
    event = RefundWithdrawn(**order_values(order), refund_id=held.pk, amount_minor=held.amount_minor)
    announce(event, by=by)
    return order


@dataclass(frozen=True)
class _Part:
    line: OrderLine
    quantity: Decimal
    amount_minor: int


def _known(order: Order, draft: RefundDraft) -> Refund | None:
    if not draft.number:
        return None
    return Refund.objects.filter(
        order=order, source=draft.source, number=draft.number, deleted_at__isnull=True
    ).first()


def _parts(order: Order, draft: RefundDraft) -> list[_Part]:
    held = {line.pk: line for line in order.lines.all()}
    wanted = {one.line_id: one for one in draft.lines}
    if len(wanted) < len(draft.lines):
        raise Invalid({"lines": _("Each line can be refunded once at a time.")})
    if strangers := wanted.keys() - held.keys():
        raise Invalid({"lines": _("Line %(id)s is not one of this order.") % {"id": min(strangers)}})
    if not wanted and draft.amount_minor in (None, order.net_minor):
        return [_part(line, RefundLineDraft(line_id=key), order) for key, line in held.items() if _open(line)]
    return [_part(held[key], one, order) for key, one in wanted.items()]


def _open(line: OrderLine) -> bool:
    return line.total_minor > line.refunded_minor


def _part(line: OrderLine, wanted: RefundLineDraft, order: Order) -> _Part:
    left = line.quantity - line.refunded_quantity
    quantity = wanted.quantity
    if quantity is None:
        quantity = left if wanted.amount_minor is None else Decimal(0)
    if not quantity.is_finite() or not 0 <= quantity <= max(left, Decimal(0)):
        raise MoreThanPaid(
            _("Of “%(name)s” only %(left)s can still be given back.")
            % {"name": line.name or line.sku, "left": f"{max(left, Decimal(0)).normalize():f}"}
        )
    before = (line.refunded_quantity, line.refunded_minor)
    amount = wanted.amount_minor
    if amount is None:
        amount = line_refund(line.total_minor, line.quantity, before, quantity)
    if not 0 <= amount <= max(line.total_minor - line.refunded_minor, 0):
        raise _too_much(line.total_minor - line.refunded_minor, order.currency)
    return _Part(line, quantity, amount)


def _amount(order: Order, draft: RefundDraft, parts: Sequence[_Part]) -> int:
    """Return how much is given back; with lines and no amount it is theirs, never more than is left of the order."""
    left, by_lines = order.net_minor, sum(part.amount_minor for part in parts)
    if left <= 0:
        raise NothingLeft
    if draft.amount_minor is not None:
        amount = draft.amount_minor
    else:
        # An order's discount or rounding can make it worth less than its lines.
        amount = min(by_lines, left) if draft.lines else left
    if amount <= 0:
        raise Invalid({"amount": _("Enter an amount above zero.")})
    if amount > left:
        raise _too_much(left, order.currency)
    if draft.lines and by_lines > amount and draft.amount_minor is not None:
        raise Invalid({"amount": _("The lines alone come to more than this amount.")})
    return amount


def _too_much(left: int, currency: str) -> MoreThanPaid:
    return MoreThanPaid(
        _("At most %(left)s can still be given back.") % {"left": format_money(max(left, 0), currency)}
    )


def _write(order: Order, draft: RefundDraft, amount: int, at: datetime) -> Refund:
    refunded_at = draft.refunded_at or at
    if refunded_at < order.placed_at:
        raise Invalid({"refunded_at": _("This is before the order was placed.")})
    after = share(order.base_minor, order.refunded_minor + amount, order.total_minor)
    return Refund.objects.create(
        source=draft.source,
        number=draft.number[:80],
        order=order,
        person=order.person,
        refunded_at=refunded_at,
        amount_minor=amount,
        base_minor=after - order.base_refunded_minor,
        currency=order.currency,
        reason=draft.reason.strip()[:200],
        created_at=at,
    )


def _write_parts(refund: Refund, parts: Sequence[_Part]) -> None:
    RefundLine.objects.bulk_create(
        RefundLine(
            refund=refund,
            line=part.line,
            sku=part.line.sku,
            quantity=part.quantity,
            amount_minor=part.amount_minor,
        )
        for part in parts
    )
    for part in parts:
        _add_to_line(part.line, part.quantity, part.amount_minor)


def _add_to_line(line: OrderLine, quantity: Decimal, amount_minor: int) -> None:
    line.refunded_quantity += quantity
    line.refunded_minor += amount_minor
    line.save(update_fields=["refunded_quantity", "refunded_minor"])


def _settle(order: Order, amount: int, at: datetime) -> None:
    order.refunded_minor += amount
    order.base_refunded_minor = share(order.base_minor, order.refunded_minor, order.total_minor)
    order.updated_at, order.version = at, order.version + 1
    order.save(update_fields=["refunded_minor", "base_refunded_minor", "updated_at", "version"])


def _refunded(order: Order, refund: Refund) -> OrderRefunded:
    return OrderRefunded(
        **order_values(order),
        refund_id=refund.pk,
        amount_minor=refund.amount_minor,
        reason=refund.reason,
        is_whole=order.net_minor == 0,
    )
