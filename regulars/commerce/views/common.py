"""What several pages share: who asks, boxes with a small form, finding what may be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.forms import Form
from django.http import HttpResponse

from regulars.commerce.models import Order, Product, Subscription
from regulars.commerce.rules import may_change_order, may_change_subscription
from regulars.kit.clock import now
from regulars.kit.filters import Asker
from regulars.kit.htmx import done, fragment, with_event
from regulars.kit.refused import Invalid, NotThere, require
from regulars.kit.requests import Request
from regulars.people.models import Person
from regulars.team.models import Business
from regulars.team.rules import may, reaches

Work = Callable[[dict[str, Any]], HttpResponse]
# What an action calls a field, and what its form does.
NAMES = {
    "amount_minor": "amount",
    "price_minor": "price",
    "cost_minor": "cost",
    "margin_percent": "margin",
    "kind_id": "kind",
}


def asker_of(request: Request) -> Asker:
    """Return for whom and when a filter is read: in the member's time zone."""
    member = request.member
    return Asker(
        now=now(), may_see=lambda verb: may(member, verb), member_id=member.pk, zone=zone_of(request)
    )


def zone_of(request: Request) -> ZoneInfo:
    """Return the time zone in which this member's days begin."""
    return ZoneInfo(request.member.time_zone or Business.current().time_zone)


def box(
    request: Request, form: Form, *, title: str, submit: str, work: Work, template: str = "", **more: Any
) -> HttpResponse:
    """Show a form in a box over the page, or do its work; what is refused stands beside the fields."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return work(form.cleaned_data)
            except Invalid as problem:
                add_problems(form, problem)
    context = {"form": form, "title": title, "submit": submit, "action": request.get_full_path(), **more}
    return fragment(request, template or "commerce/_form.html", status=status, **context)


def add_problems(form: Form, problem: Invalid) -> None:
    """Show what was refused beside its field, or above the form."""
    for name, reason in problem.fields.items():
        place = NAMES.get(name, name.removesuffix("_minor"))
        form.add_error(place if place in form.fields else None, str(reason))
    if not problem.fields:
        form.add_error(None, str(problem))


def closed(text: str, *events: str, undo: str = "") -> HttpResponse:
    """Close the box, say what was done, and let the pieces of the page refresh themselves."""
    response = with_event(done(text, undo=undo), "close-dialog")
    for event in events:
        with_event(response, event)
    return response


def find_order(request: Request, order_id: int, *, to_change: bool = False) -> Order:
    """Return an order this member may see, or may change."""
    rows = Order.objects.visible_to(request.member).select_related("person", "company")
    found: Order | None = rows.filter(pk=order_id).first()
    if found is None:
        raise NotThere
    require(not to_change or may_change_order(request.member, found))
    return found


def find_subscription(request: Request, subscription_id: int) -> Subscription:
    """Return a subscription this member may change."""
    rows = Subscription.objects.visible_to(request.member).select_related("person")
    found: Subscription | None = rows.filter(pk=subscription_id).first()
    if found is None:
        raise NotThere
    require(may_change_subscription(request.member, found))
    return found


def find_product(product_id: int) -> Product:
    """Return a product on the list."""
    found = Product.objects.filter(pk=product_id, deleted_at__isnull=True).select_related("kind").first()
    if found is None:
        raise NotThere
    return found


def find_customer(request: Request, person_id: int) -> Person:
    """Return a customer to whom this member may give orders."""
    found: Person | None = Person.objects.visible_to(request.member).filter(pk=person_id).first()
    if found is None:
        raise NotThere
    require(reaches(request.member, "orders.change", found))
    return found
