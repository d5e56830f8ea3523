"""One product: its kind, price and margin, how it sells, and who buys it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.commerce.actions import (
    ProductDraft,
    change_product,
    create_product,
    delete_product,
    restore_product,
)
from regulars.commerce.forms import ProductForm
from regulars.commerce.models import Product
from regulars.commerce.queries.kinds import kind_choices
from regulars.commerce.queries.products import margin_of
from regulars.commerce.queries.story import buyers_of, pieces_by_month, sales_of
from regulars.commerce.rules import may_see_costs
from regulars.commerce.views.common import box, closed, find_product
from regulars.kit.clock import now
from regulars.kit.htmx import redirect, say
from regulars.kit.lists import compact
from regulars.kit.money import Money, format_money, to_minor
from regulars.kit.refused import NotThere
from regulars.kit.requests import Request
from regulars.people.models import Person
from regulars.team.gate import needs
from regulars.team.models import Business
from regulars.team.rules import may

CHANGE = "products.change"


@require_GET
@needs("products.see")
def product(request: Request, product_id: int) -> HttpResponse:
    """Show one product whole."""
    found = find_product(product_id)
    business, sees_costs = Business.current(), may_see_costs(request.member)
    sales, months = sales_of(found.pk), pieces_by_month(found.pk, now().date())
    context = {
        "product": found,
        "kind_path": _path(found),
        "price": format_money(found.price_minor, found.currency) if found.price_minor is not None else "",
        "cost": format_money(found.cost_minor, found.currency) if found.cost_minor is not None else "",
        "margin": margin_of(found) if sees_costs else None,
        "sees_costs": sees_costs,
        "sales": sales,
        "revenue": format_money(sales.revenue_minor, business.currency, whole=True),
        "months": [pieces for _month, pieces in months],
        "buyers": _buyers(request, found),
        "may_change": may(request.member, CHANGE),
        "orders_url": _orders_with(found) if may(request.member, "orders.see") else "",
    }
    return render(request, "commerce/product.html", context)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_product(request: Request) -> HttpResponse:
    """Add a product."""
    sees_costs = may_see_costs(request.member)

    def work(values: dict[str, Any]) -> HttpResponse:
        made = create_product(_draft(values, Business.current().currency), by=request.actor, at=now())
        say(request, _("%(name)s is on the list.") % {"name": made.name})
        return redirect(request, reverse("commerce:product", args=[made.pk]))

    form = ProductForm(request.POST or None, sees_costs=sees_costs)
    return box(request, form, title=_("New product"), submit=_("Add the product"), work=work)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def edit_product(request: Request, product_id: int) -> HttpResponse:
    """Change a product."""
    found = find_product(product_id)

    def work(values: dict[str, Any]) -> HttpResponse:
        change_product(found, _draft(values, found.currency), by=request.actor, at=now())
        say(request, _("%(name)s is saved.") % {"name": values["name"]})
        return redirect(request, reverse("commerce:product", args=[found.pk]))

    form = ProductForm(
        request.POST or None, initial=_initial(found), sees_costs=may_see_costs(request.member)
    )
    return box(request, form, title=found.name, submit=_("Save the product"), work=work)


@require_POST
@needs(CHANGE)
def product_deletion(request: Request, product_id: int) -> HttpResponse:
    """Take a product off the list."""
    found = find_product(product_id)
    delete_product(found, by=request.actor, at=now())
    undo = reverse("commerce:product_restoration", args=[found.pk])
    say(request, _("%(name)s is off the list.") % {"name": found.name}, undo=undo)
    return redirect(request, reverse("commerce:products"))


@require_POST
@needs(CHANGE)
def product_restoration(request: Request, product_id: int) -> HttpResponse:
    """Put a product back on the list."""
    found = Product.objects.filter(pk=product_id, deleted_at__isnull=False).first()
    if found is None:
        raise NotThere
    restore_product(found, by=request.actor, at=now())
    return closed(_("%(name)s is back on the list.") % {"name": found.name}, "products-changed")


def _buyers(request: Request, found: Product) -> list[dict[str, Any]]:
    """Return who bought most, those this member may see."""
    if not may(request.member, "orders.see"):
        return []
    buyers = buyers_of(found.pk)
    numbers = [buyer.person_id for buyer in buyers]
    people = {
        person.pk: person for person in Person.objects.visible_to(request.member).filter(pk__in=numbers)
    }
    return [
        {"person": people[buyer.person_id], "buyer": buyer} for buyer in buyers if buyer.person_id in people
    ]


def _orders_with(found: Product) -> str:
    tree = {"field": "sku", "op": "is", "value": found.sku}
    return f"{reverse('commerce:orders')}?{urlencode({'filter': compact(tree)})}"


def _path(found: Product) -> str:
    return dict(kind_choices()).get(str(found.kind_id), "") if found.kind_id else ""


def _initial(found: Product) -> dict[str, Any]:
    amounts = {"price": found.price_minor, "cost": found.cost_minor}
    shown = {
        name: Money(amount, found.currency).decimal if amount is not None else None
        for name, amount in amounts.items()
    }
    margin = found.margin_percent.normalize() if found.margin_percent is not None else None
    return {
        **shown, "name": found.name, "sku": found.sku, "kind": found.kind_id or "", "is_active": found.is_active,
        "margin": f"{margin:f}" if margin is not None else None,
    }  # fmt: skip


def _draft(values: dict[str, Any], currency: str) -> ProductDraft:
    """Return what was typed; what is blank becomes empty, what the form did not offer stays."""
    named = {"price": "price_minor", "cost": "cost_minor", "margin": "margin_percent", "kind": "kind_id"}
    blank = tuple(column for name, column in named.items() if name in values and values[name] in (None, ""))

    def minor(amount: Decimal | None) -> int | None:
        return to_minor(amount, currency) if amount is not None else None

    return ProductDraft(
        sku=values["sku"],
        name=values["name"],
        is_active=values["is_active"],
        price_minor=minor(values.get("price")),
        cost_minor=minor(values.get("cost")),
        margin_percent=values.get("margin"),
        kind_id=int(values["kind"]) if values.get("kind") else None,
        clear=blank,
    )
