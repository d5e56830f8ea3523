"""The business's own fields of an order, edited where they stand."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.commerce.actions import change_order
from regulars.commerce.actions.changing import OrderChange
from regulars.commerce.models import Order
from regulars.commerce.views.common import closed, find_order
from regulars.kit.clock import now
from regulars.kit.htmx import fragment
from regulars.kit.refused import Invalid, NotThere
from regulars.kit.requests import Request
from regulars.people.models import CustomField
from regulars.people.queries.own_fields import custom_facts
from regulars.team.gate import needs


@require_POST
@needs("orders.change")
def own_field(request: Request, order_id: int, key: str) -> HttpResponse:
    """Change one of the business's own fields of an order, or take a change back."""
    found = find_order(request, order_id, to_change=True)
    fact = next((one for one in own_facts(found) if one["key"] == key), None)
    if fact is None:
        raise NotThere
    is_undo = "value" in request.GET
    value = request.GET["value"] if is_undo else request.POST.get("value", "")
    try:
        change = OrderChange(custom={key: value})
        changed = change_order(found, change, by=request.actor, at=now())
    except Invalid as problem:
        error = next(iter(problem.fields.values()), str(problem))
        shown = {**fact, "value": value, "display": ""}
        return fragment(request, "kit/_editable.html", status=422, error=error, **shown)
    if is_undo:
        return closed(_("Taken back."), "order-changed")
    told = next(one for one in own_facts(changed) if one["key"] == key)
    undo = f"{fact['url']}?{urlencode({'value': fact['value']})}"
    toast = _("%(field)s saved.") % {"field": fact["label"]}
    return fragment(request, "kit/_editable.html", toast=toast, undo=undo, **told)


def own_facts(found: Order) -> list[dict[str, Any]]:
    """Return the business's own fields with an order's values, ready for the in-place editor."""
    fields = CustomField.objects.filter(subject="order", archived_at=None)
    told = []
    for fact in custom_facts(found, fields):
        key = fact.pop("name").removeprefix("custom.")
        url = reverse("commerce:order_field", args=[found.pk, key])
        told.append({**fact, "key": key, "url": url, "name": "value"})
    return told
