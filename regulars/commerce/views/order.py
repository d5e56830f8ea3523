"""One order: what was bought, what was given back, whose it is, and what happened to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.commerce.actions import assign_order, cancel_order, delete_order, reinstate_order, restore_order
from regulars.commerce.forms import AssignForm
from regulars.commerce.models import Order, OrderLine, OrderStatus
from regulars.commerce.rules import may_change_order
from regulars.commerce.views.common import box, closed, find_order
from regulars.commerce.views.lists import STATUS_TONES
from regulars.commerce.views.own_fields import own_facts
from regulars.kit import markup
from regulars.kit.clock import now
from regulars.kit.countries import countries
from regulars.kit.events import event_class
from regulars.kit.htmx import redirect, say
from regulars.kit.money import to_minor
from regulars.kit.refused import Invalid, NotThere, require
from regulars.kit.requests import Request
from regulars.kit.tables import Column, Table
from regulars.people.models import Identity, Person
from regulars.people.queries.search import search_ids
from regulars.team.gate import needs
from regulars.team.models import AuditEntry
from regulars.team.rules import may

CHANGE = "orders.change"
HISTORY = 20


@require_GET
@needs("orders.see")
def order(request: Request, order_id: int) -> HttpResponse:
    """Show one order whole, or again what changes on it."""
    found = find_order(request, order_id)
    template = "commerce/_order.html" if request.headers.get("HX-Request") else "commerce/order.html"
    return render(request, template, _context(request, found))


@require_POST
@needs(CHANGE)
def cancellation(request: Request, order_id: int) -> HttpResponse:
    """Cancel an order."""
    found = find_order(request, order_id, to_change=True)
    cancel_order(found, by=request.actor, at=now())
    return closed(
        _("Order %(number)s is cancelled.") % {"number": found.number},
        "order-changed",
        undo=reverse("commerce:reinstatement", args=[found.pk]),
    )


@require_POST
@needs(CHANGE)
def reinstatement(request: Request, order_id: int) -> HttpResponse:
    """Let a cancelled order count again."""
    found = find_order(request, order_id, to_change=True)
    reinstate_order(found, by=request.actor, at=now())
    return closed(_("Order %(number)s counts again.") % {"number": found.number}, "order-changed")


@require_POST
@needs(CHANGE)
def deletion(request: Request, order_id: int) -> HttpResponse:
    """Delete an order; it can be brought back."""
    found = find_order(request, order_id, to_change=True)
    delete_order(found, by=request.actor, at=now())
    say(
        request,
        _("Order %(number)s is deleted.") % {"number": found.number},
        undo=reverse("commerce:restoration", args=[found.pk]),
    )
    return redirect(request, reverse("commerce:orders"))


@require_POST
@needs(CHANGE)
def restoration(request: Request, order_id: int) -> HttpResponse:
    """Bring a deleted order back."""
    found = Order.objects.filter(pk=order_id, deleted_at__isnull=False).select_related("person").first()
    if found is None or not may_change_order(request.member, found):
        raise NotThere
    restore_order(found, by=request.actor, at=now())
    say(request, _("Order %(number)s is back.") % {"number": found.number})
    return redirect(request, reverse("commerce:order", args=[found.pk]))


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def assignment(request: Request, order_id: int) -> HttpResponse:
    """Give an order to another customer."""
    found = find_order(request, order_id, to_change=True)

    def work(values: dict[str, Any]) -> HttpResponse:
        person = _named(request, values["customer"])
        before = found.person_id
        assign_order(found, person, by=request.actor, at=now())
        name = person.display_name if person else _("nobody")
        undo = f"{reverse('commerce:assignment_undo', args=[found.pk])}?person={before or ''}"
        return closed(_("The order now belongs to %(name)s.") % {"name": name}, "order-changed", undo=undo)

    form = AssignForm(request.POST or None, initial={"customer": found.person.name if found.person else ""})
    return box(request, form, title=_("Whose order is it?"), submit=_("Move the order"), work=work)


@require_POST
@needs(CHANGE)
def assignment_undo(request: Request, order_id: int) -> HttpResponse:
    """Give an order back to whose it was."""
    found, number = find_order(request, order_id, to_change=True), request.GET.get("person", "")
    person = (
        Person.objects.visible_to(request.member).filter(pk=int(number)).first() if number.isdigit() else None
    )
    assign_order(found, person, by=request.actor, at=now())
    return closed(_("Taken back."), "order-changed")


def _named(request: Request, text: str) -> Person | None:
    """Return the one customer meant by an e-mail, a customer number or a name."""
    text = text.strip()
    if not text:
        return None
    visible = Person.objects.visible_to(request.member)
    known = Identity.objects.filter(value__in=[text, text.lower()], ended_at__isnull=True).values("person")
    found = list(visible.filter(pk__in=known)[:2]) or list(visible.filter(name__iexact=text)[:2])
    if not found:
        found = list(visible.filter(pk__in=search_ids(request.member, text, "person", most=2)))
    if len(found) != 1:
        said = _("Several customers fit. Use their e-mail.") if found else _("Nobody fits. Use their e-mail.")
        raise Invalid({"customer": said})
    require(may_change_order(request.member, Order(person=found[0])))
    return found[0]


def _context(request: Request, found: Order) -> dict[str, Any]:
    lines = list(found.lines.select_related("product"))
    may_change = may_change_order(request.member, found)
    return {
        "order": found,
        "status": {"label": found.get_status_display(), "tone": STATUS_TONES.get(found.status, "")},
        "lines": _lines_table(found, lines),
        "totals": _totals(found, lines),
        "refunds": found.refunds.filter(deleted_at__isnull=True).prefetch_related("lines__line"),
        "facts": _facts(found),
        "own": own_facts(found),
        "history": _history(request, found),
        "may_change": may_change,
        "may_refund": may_change and found.status != OrderStatus.CANCELLED and found.net_minor > 0,
        "is_cancelled": found.status == OrderStatus.CANCELLED,
        "sees_person": found.person is not None
        and may(request.member, "people.see")
        and found.person.deleted_at is None,
    }


def _lines_table(found: Order, lines: list[OrderLine]) -> Table:
    """Return the lines as a table; a column of what came back only when something did."""
    currency = found.currency
    columns = [
        Column("name", gettext_lazy("Article"), _article, css="cell-main cell-wide"),
        Column(
            "quantity", gettext_lazy("Pieces"), lambda line: f"{line.quantity.normalize():f}", align="end"
        ),
        Column("price", gettext_lazy("Price"), lambda line: _price(line, currency), align="end"),
        Column(
            "total", gettext_lazy("Total"), lambda line: markup.money(line.total_minor, currency), align="end"
        ),
    ]
    if any(line.refunded_minor for line in lines):
        back = Column(
            "refunded", gettext_lazy("Given back"), lambda line: _given_back(line, currency), align="end"
        )
        columns.append(back)
    return Table(columns=columns, rows=lines, name="lines", caption=_("What was bought"))


def _article(line: OrderLine) -> object:
    url = reverse("commerce:product", args=[line.product_id]) if line.product_id else ""
    name = line.name or line.sku
    if line.kind != "product":
        return format_html("{} {}", name, markup.chip(line.get_kind_display()))
    shown = format_html('<a class="row-link" href="{}">{}</a>', url, name) if url else name
    return format_html('{} <span class="muted num">{}</span>', shown, line.sku if line.sku != name else "")


def _price(line: OrderLine, currency: str) -> object:
    return markup.money(to_minor(line.unit_price, currency), currency)


def _given_back(line: OrderLine, currency: str) -> object:
    return markup.money(-line.refunded_minor, currency) if line.refunded_minor else None


def _totals(found: Order, lines: list[OrderLine]) -> list[dict[str, Any]]:
    """Return the sums below the lines, only those that say something."""
    articles = sum(line.total_minor for line in lines)
    rows = [(_("Articles"), articles, "")] if articles != found.total_minor and lines else []
    rows += (
        [(_("Shipping"), found.shipping_minor, "")]
        if found.shipping_minor and articles != found.total_minor
        else []
    )
    rows += [(_("Discount"), -found.discount_minor, "")] if found.discount_minor else []
    rows.append((_("Total"), found.total_minor, "strong"))
    if found.refunded_minor:
        rows += [(_("Given back"), -found.refunded_minor, ""), (_("Remains"), found.net_minor, "strong")]
    return [{"label": label, "amount": amount, "css": css} for label, amount, css in rows]


def _facts(found: Order) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        (_("Placed"), markup.ago(found.placed_at)),
        (_("Channel"), found.channel),
        (_("Campaign"), found.campaign),
        (_("Coupon"), found.coupon),
        (_("Country"), _country(found.country)),
        (_("Source"), found.source),
        (_("Recorded"), markup.ago(found.created_at)),
    ]
    return [(label, value) for label, value in facts if value]


def _history(request: Request, found: Order) -> list[dict[str, Any]]:
    """Return who did what to the order, for those who may see the audit log."""
    if not may(request.member, "audit.see"):
        return []
    entries = AuditEntry.objects.filter(subject_type="order", subject_id=found.pk)[:HISTORY]
    told = []
    for entry in entries:
        known = event_class(entry.action)
        title = str(known.label) if known and known.label else entry.action
        icon = known.icon if known else "point"
        told.append(
            {"icon": icon, "title": title, "actor": entry.actor_label, "at": entry.at, "sub": _changed(entry)}
        )
    return told


def _changed(entry: AuditEntry) -> str:
    return ", ".join(name.removesuffix("_minor").replace("_", " ") for name in entry.changes)


def _country(code: str) -> str:
    known = countries().get(code)
    return str(known.name) if known else code
