"""Writing an order down by hand, and correcting one with all its lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.commerce.actions import LineDraft, OrderChange, OrderDraft, change_order, record_order
from regulars.commerce.forms import LineForms, OrderForm
from regulars.commerce.models import Order
from regulars.commerce.views.common import add_problems, find_customer, find_order, zone_of
from regulars.kit.clock import now
from regulars.kit.htmx import redirect, say
from regulars.kit.money import Money, exponent, to_minor
from regulars.kit.refused import Invalid, Refused
from regulars.kit.requests import Request
from regulars.people.models import Person
from regulars.team.gate import needs
from regulars.team.models import Business

CHANGE = "orders.change"
WORDS = ("number", "placed_at", "status", "channel", "campaign", "coupon", "country")


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_order(request: Request) -> HttpResponse:
    """Write down an order, for a customer or a guest."""
    person = _customer(request)
    first = {
        "currency": Business.current().currency,
        "placed_at": _local(now(), request),
        "status": "paid",
        "channel": _("in person"),
    }
    form, lines = (
        OrderForm(request.POST or None, initial=first),
        LineForms(request.POST or None, prefix="line"),
    )
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        try:
            made = record_order(_draft(form, lines, person, request), by=request.actor, at=now())
        except Invalid as problem:
            add_problems(form, problem)
        else:
            said = (
                _("Order %(number)s is recorded.") if made.is_new else _("Order %(number)s was here already.")
            )
            say(request, said % {"number": made.order.number})
            return redirect(request, reverse("commerce:order", args=[made.order.pk]))
    return _page(request, form, lines, title=_("New order"), submit=_("Record the order"), person=person)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def edit(request: Request, order_id: int) -> HttpResponse:
    """Correct an order and its lines."""
    found = find_order(request, order_id, to_change=True)
    form = OrderForm(request.POST or None, initial=_initial(found, request))
    lines = LineForms(request.POST or None, prefix="line", initial=_initial_lines(found))
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        try:
            version = int(request.POST.get("version") or found.version)
            change_order(
                found, _change(form, lines, found), by=request.actor, at=now(), expected_version=version
            )
        except Invalid as problem:
            add_problems(form, problem)
        except Refused as problem:
            form.add_error(None, str(problem))
        else:
            say(request, _("Order %(number)s is saved.") % {"number": form.cleaned_data["number"]})
            return redirect(request, reverse("commerce:order", args=[found.pk]))
    return _page(
        request,
        form,
        lines,
        title=_("Edit order %(number)s") % {"number": found.number},
        submit=_("Save the order"),
        order=found,
    )


def _page(request: Request, form: OrderForm, lines: Any, **more: Any) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "commerce/order_form.html", {"form": form, "lines": lines, **more}, status=status)


def _customer(request: Request) -> Person | None:
    number = request.GET.get("person", "")
    return find_customer(request, int(number)) if number.isdigit() else None


def _draft(form: OrderForm, lines: Any, person: Person | None, request: Request) -> OrderDraft:
    said = form.cleaned_data
    currency = said["currency"].upper()
    return OrderDraft(
        **{name: said[name] for name in WORDS},
        currency=currency,
        person_id=person.pk if person else None,
        lines=_lines(lines),
        shipping_minor=_minor(said["shipping"], currency),
        discount_minor=_minor(said["discount"], currency),
    )


def _change(form: OrderForm, lines: Any, found: Order) -> OrderChange:
    said = form.cleaned_data
    currency = said["currency"].upper()
    held = _drafts_of(found)
    drafts = [_as_it_was(draft, held, found) for draft in _lines(lines)]
    is_same = len(drafts) == len(held) and all(draft.total_minor is not None for draft in drafts)
    return OrderChange(
        **{name: said[name] for name in WORDS},
        currency=currency,
        shipping_minor=_unless_same(_minor(said["shipping"], currency), found.shipping_minor),
        discount_minor=_unless_same(_minor(said["discount"], currency), found.discount_minor),
        lines=None if is_same else drafts,
    )


def _as_it_was(draft: LineDraft, held: list[LineDraft], found: Order) -> LineDraft:
    """Keep the total of a line nobody touched: a shop may have rounded it in its own way."""
    if draft not in held:
        return draft
    return replace(
        draft, total_minor=next(line.total_minor for line in found.lines.all() if line.pk == draft.id)
    )


def _unless_same(value: int, held: int) -> int | None:
    return None if value == held else value


def _lines(lines: Any) -> list[LineDraft]:
    return [
        LineDraft(
            id=said.get("id"),
            kind=said.get("kind") or "product",
            sku=said.get("sku") or "",
            name=said.get("name") or "",
            quantity=Decimal(1) if said.get("quantity") is None else said["quantity"],
            unit_price=said.get("unit_price") or Decimal(0),
        )
        for form in lines
        if not form.is_blank() and (said := form.cleaned_data)
    ]


def _drafts_of(found: Order) -> list[LineDraft]:
    return [
        LineDraft(
            id=line.pk,
            kind=line.kind,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
        )
        for line in found.lines.all()
    ]


def _initial(found: Order, request: Request) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in WORDS}
    amounts = {"shipping": found.shipping_minor, "discount": found.discount_minor}
    shown = {
        name: Money(amount, found.currency).decimal if amount else None for name, amount in amounts.items()
    }
    return {**values, **shown, "currency": found.currency, "placed_at": _local(found.placed_at, request)}


def _initial_lines(found: Order) -> list[dict[str, Any]]:
    places = exponent(found.currency)
    return [
        {
            "id": line.pk, "kind": line.kind, "sku": line.sku, "name": line.name,
            "quantity": f"{line.quantity.normalize():f}", "unit_price": _plain(line.unit_price, places),
        }
        for line in found.lines.all()
    ]  # fmt: skip


def _plain(price: Decimal, places: int) -> str:
    return f"{price:.{places}f}" if price == round(price, places) else f"{price.normalize():f}"


def _minor(amount: Decimal | None, currency: str) -> int:
    return to_minor(amount, currency) if amount else 0


def _local(at: datetime, request: Request) -> datetime:
    return localtime(at, zone_of(request)).replace(tzinfo=None)
