"""Giving money back, by line or amount, and taking a refund back that was a mistake."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.commerce.actions import RefundDraft, RefundLineDraft, refund_order, withdraw_refund
from regulars.commerce.forms import RefundForm
from regulars.commerce.models import Order, Refund
from regulars.commerce.rules import may_change_order
from regulars.commerce.views.common import box, closed, find_order
from regulars.kit.clock import now
from regulars.kit.money import format_money, to_minor
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.requests import Request
from regulars.team.gate import needs

CHANGE = "orders.change"


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_refund(request: Request, order_id: int) -> HttpResponse:
    """Give back what is chosen: some pieces, an amount, or all that is left."""
    found = find_order(request, order_id, to_change=True)

    def work(values: dict[str, Any]) -> HttpResponse:
        amount = to_minor(values["amount"], found.currency) if values["amount"] is not None else None
        draft = RefundDraft(amount_minor=amount, lines=_chosen(request, found), reason=values["reason"])
        made = refund_order(found, draft, by=request.actor, at=now())
        text = _("%(amount)s given back.") % {"amount": format_money(made.amount_minor, made.currency)}
        return closed(text, "order-changed", undo=reverse("commerce:withdrawal", args=[made.pk]))

    left = format_money(found.net_minor, found.currency)
    return box(
        request,
        RefundForm(request.POST or None),
        title=_("Refund order %(number)s") % {"number": found.number},
        submit=_("Give it back"),
        work=work,
        template="commerce/_refund.html",
        order=found,
        lines=[line for line in found.lines.all() if line.total_minor > line.refunded_minor],
        left=left,
        chosen={name: value for name, value in request.POST.items() if name.startswith("line-")},
    )


@require_POST
@needs(CHANGE)
def withdrawal(request: Request, refund_id: int) -> HttpResponse:
    """Take a refund back that was written down by mistake."""
    found = (
        Refund.objects.filter(pk=refund_id, deleted_at__isnull=True).select_related("order__person").first()
    )
    if found is None or found.order is None or not may_change_order(request.member, found.order):
        raise NotThere
    withdraw_refund(found, by=request.actor, at=now())
    return closed(_("The refund no longer counts."), "order-changed")


def _chosen(request: Request, found: Order) -> list[RefundLineDraft]:
    """Return the lines of which a number of pieces was entered."""
    drafts = []
    for line in found.lines.all():
        text = request.POST.get(f"line-{line.pk}", "").strip().replace(",", ".")
        if text in ("", "0"):
            continue
        try:
            quantity = Decimal(text)
        except InvalidOperation:
            raise Invalid({"": _("“%(text)s” is not a number of pieces.") % {"text": text}}) from None
        drafts.append(RefundLineDraft(line_id=line.pk, quantity=quantity))
    return drafts
