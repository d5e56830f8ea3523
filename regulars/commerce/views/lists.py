"""The lists of orders and products."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from regulars.commerce.models import Order, OrderStatus, Product
from regulars.commerce.queries.finding import search_orders, search_products
from regulars.commerce.views.common import asker_of
from regulars.kit import markup
from regulars.kit.filters.catalogue import catalogue
from regulars.kit.listing import Listing, show_list
from regulars.kit.lists import ListRow, ListSpec, compact
from regulars.kit.requests import Request
from regulars.kit.tables import Column, Empty
from regulars.people.engine.tidy.countries import country_names
from regulars.people.models import View
from regulars.team.gate import needs
from regulars.team.rules import may

STATUS_TONES = {
    "placed": "sky",
    "paid": "teal",
    "shipped": "plum",
    "completed": "green",
    "cancelled": "stone",
}


def _status_cell(row: ListRow) -> object:
    status = str(row.values.get("status"))
    return markup.chip(dict(OrderStatus.choices).get(status, status), STATUS_TONES.get(status, ""), dot=True)


def _person_cell(row: ListRow) -> object:
    found = row.values.get("person")
    if not found:
        return markup.chip(_("Guest"), "stone")
    return markup.who(found.name, reverse("people:person", args=[found.id]), found.id)


ORDERS = Listing(
    name="orders",
    title=gettext_lazy("Orders"),
    spec=ListSpec(
        subject="order",
        rows=lambda seer: Order.objects.visible_to(seer),
        default_columns=("number", "person", "placed", "status", "lines", "total", "refunded", "channel", "country"),
        default_sort="-placed",
        search=search_orders,
    ),
    url_name="commerce:orders",
    catalogue_url="/people/catalogue/order/",
    lookup_url="/people/lookup/",
    export_url="/orders/export/",
    template="commerce/orders.html",
    search_hint=gettext_lazy("Order number or customer"),
    selectable=False,
    row_url=lambda row: reverse("commerce:order", args=[row.id]),
    row_name=lambda row: str(row.values.get("number")),
    columns={
        "number": Column("number", gettext_lazy("Number"), lambda row: _link(row, "number", "commerce:order"), css="cell-main", sort="number"),
        "person": Column("person", gettext_lazy("Customer"), _person_cell),
        "country": Column("country", gettext_lazy("Country"), lambda row: country_names().get(str(row.values.get("country")), row.values.get("country")), sort="country"),
        "status": Column("status", gettext_lazy("Status"), _status_cell, sort="status"),
        "refunded": Column("refunded", gettext_lazy("Refunded"), lambda row: _money_or_nothing(row, "refunded"), align="end"),
    },
    empty=Empty(
        gettext_lazy("No orders yet"),
        gettext_lazy("Bring in the orders of your shop: a CSV or Excel file with one line per article is enough."),
        "shopping-bag",
        "/imports/new/",
        gettext_lazy("Import orders"),
    ),
)  # fmt: skip
PRODUCTS = Listing(
    name="products",
    title=gettext_lazy("Products"),
    spec=ListSpec(
        subject="product",
        rows=lambda _seer: Product.objects.filter(deleted_at__isnull=True),
        default_columns=("name", "sku", "kind", "price", "margin", "sold", "is_active"),
        default_sort="name",
        search=search_products,
    ),
    url_name="commerce:products",
    catalogue_url="/products/catalogue/",
    template="commerce/products.html",
    search_hint=gettext_lazy("Name or code"),
    selectable=False,
    row_url=lambda row: reverse("commerce:product", args=[row.id]),
    row_name=lambda row: str(row.values.get("name")),
    columns={
        "name": Column("name", gettext_lazy("Name"), lambda row: _link(row, "name", "commerce:product"), css="cell-main", sort="name"),
        "kind": Column("kind", gettext_lazy("Kind"), lambda row: markup.chip(str(row.values["kind"]), "auto") if row.values.get("kind") else None),
        "margin": Column("margin", gettext_lazy("Margin"), lambda row: _percent(row.values.get("margin")), align="end", sort="margin"),
    },
    empty=Empty(
        gettext_lazy("No products yet"),
        gettext_lazy("Products appear by themselves as soon as an order names their code. You can also add them here."),
        "package",
    ),
)  # fmt: skip


@require_GET
@needs("orders.see")
def orders(request: Request) -> HttpResponse:
    """Show the orders of the customers this member may see."""
    saved = _saved_view(request)
    params = _with_view(request, saved)
    return show_list(
        request,
        ORDERS,
        seer=request.member,
        asker=asker_of(request),
        params=params,
        may_new=may(request.member, "orders.change"),
        may_export=may(request.member, "orders.export"),
        **_views(request, saved),
    )


@require_GET
@needs("products.see")
def products(request: Request) -> HttpResponse:
    """Show what is sold."""
    params = {name: str(value) for name, value in request.GET.items()}
    return show_list(
        request,
        PRODUCTS,
        seer=request.member,
        asker=asker_of(request),
        params=params,
        may_change=may(request.member, "products.change"),
    )


@require_GET
@needs("products.see")
def product_catalogue(request: Request) -> HttpResponse:
    """Return what products may be filtered by, for the builder."""
    return JsonResponse(catalogue("product", asker_of(request)))


def _saved_view(request: Request) -> View | None:
    number = request.GET.get("view", "")
    return _known_views(request).filter(pk=int(number)).first() if number.isdigit() else None


def _known_views(request: Request) -> Any:
    return View.objects.filter(Q(author=request.member) | Q(is_shared=True), subject="order")


def _with_view(request: Request, saved: View | None) -> dict[str, str]:
    said = {name: str(value) for name, value in request.GET.items()}
    if saved is None:
        return said
    held = {
        "filter": compact(saved.filter) if saved.filter else "",
        "columns": ",".join(saved.columns),
        "sort": saved.sort,
    }
    return {**held, **said}


def _views(request: Request, saved: View | None) -> dict[str, Any]:
    url = reverse("commerce:orders")
    tabs = [
        {
            "label": view.name,
            "url": f"{url}?view={view.pk}",
            "active": view == saved,
            "icon": "users" if view.is_shared else "",
        }
        for view in _known_views(request)[:20]
    ]
    everything = {"label": _("All"), "url": url, "active": saved is None, "icon": ""}
    is_mine = saved is not None and (
        saved.author_id == request.member.pk or may(request.member, "views.share")
    )
    return {
        "view_tabs": [everything, *tabs] if tabs else [],
        "view": saved,
        "view_id": saved.pk if saved else "",
        "may_change_view": is_mine,
        "is_pinned": saved is not None and saved.pinned_by.filter(pk=request.member.pk).exists(),
        "save_url": reverse("people:save_view", args=["order"]) if may(request.member, "views.save") else "",
    }


def _link(row: ListRow, name: str, url_name: str) -> object:
    return format_html('<a href="{}">{}</a>', reverse(url_name, args=[row.id]), row.values.get(name) or "–")


def _money_or_nothing(row: ListRow, name: str) -> object:
    held: Any = row.values.get(name)
    return markup.money(held.amount_minor, held.currency) if held and held.amount_minor else None


def _percent(value: Any) -> object:
    return None if value is None else f"{float(value):.0f} %"
