"""What somebody pays for again and again, from their page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.commerce.actions import (
    SubscriptionDraft,
    change_subscription,
    end_subscription,
    renew_subscription,
    start_subscription,
)
from regulars.commerce.forms import SubscriptionChangeForm, SubscriptionForm
from regulars.commerce.views.common import box, closed, find_customer, find_subscription
from regulars.kit.clock import now
from regulars.kit.money import Money, to_minor
from regulars.kit.requests import Request
from regulars.team.gate import needs
from regulars.team.models import Business

CHANGE = "orders.change"
CHANGED = "subscriptions-changed"


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def new_subscription(request: Request, person_id: int) -> HttpResponse:
    """Write down that somebody subscribes."""
    person, currency = find_customer(request, person_id), Business.current().currency

    def work(values: dict[str, Any]) -> HttpResponse:
        amount = to_minor(values.pop("amount"), currency)
        draft = SubscriptionDraft(amount_minor=amount, currency=currency, **values)
        start_subscription(person, draft, by=request.actor, at=now())
        return closed(_("%(name)s subscribes.") % {"name": person.display_name}, CHANGED)

    form = SubscriptionForm(request.POST or None, initial={"started_on": now().date()})
    return box(request, form, title=_("New subscription"), submit=_("Start the subscription"), work=work)


@require_http_methods(["GET", "POST"])
@needs(CHANGE)
def edit_subscription(request: Request, subscription_id: int) -> HttpResponse:
    """Change a subscription."""
    found = find_subscription(request, subscription_id)

    def work(values: dict[str, Any]) -> HttpResponse:
        values["amount_minor"] = to_minor(values.pop("amount"), found.currency)
        change_subscription(found, values, by=request.actor, at=now())
        return closed(_("Saved."), CHANGED)

    names = ("name", "interval", "renews_on", "status")
    first = {name: getattr(found, name) for name in names} | {
        "amount": Money(found.amount_minor, found.currency).decimal
    }
    form = SubscriptionChangeForm(request.POST or None, initial=first)
    return box(request, form, title=found.name, submit=_("Save the subscription"), work=work)


@require_POST
@needs(CHANGE)
def renewal(request: Request, subscription_id: int) -> HttpResponse:
    """Write down that it was paid for another time."""
    found = find_subscription(request, subscription_id)
    renew_subscription(found, by=request.actor, at=now())
    return closed(_("%(name)s is renewed.") % {"name": found.name}, CHANGED)


@require_POST
@needs(CHANGE)
def ending(request: Request, subscription_id: int) -> HttpResponse:
    """End a subscription."""
    found = find_subscription(request, subscription_id)
    end_subscription(found, by=request.actor, at=now())
    return closed(_("%(name)s has ended.") % {"name": found.name}, CHANGED)
