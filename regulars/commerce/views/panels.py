"""What commerce shows on the pages of people and companies: tiles, the last orders, subscriptions."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.commerce.models import CompanyFigures, PersonFigures
from regulars.commerce.queries.story import figures_of, months_of, orders_of
from regulars.commerce.views.lists import STATUS_TONES
from regulars.kit import markup
from regulars.kit.clock import now
from regulars.kit.lists import compact
from regulars.kit.money import format_money
from regulars.kit.panels import Panel, register_panel
from regulars.people.models import Company, Person
from regulars.team.models import Business
from regulars.team.rules import reaches

SHOWN = 5


def register_panels() -> None:
    """Offer commerce's panels on the pages of people and companies."""
    for page in ("person", "company"):
        register_panel(
            Panel(
                "commerce-figures",
                page,
                "",
                "commerce/panels/_figures.html",
                tiles,
                order=10,
                place="stats",
                see="orders.see",
            )
        )
        register_panel(
            Panel(
                "orders",
                page,
                str(gettext_lazy("Orders")),
                "commerce/panels/_orders.html",
                orders,
                order=15,
                see="orders.see",
            )
        )
    register_panel(
        Panel(
            "subscriptions", "person", str(gettext_lazy("Subscriptions")), "commerce/panels/_subscriptions.html",
            subscriptions, order=35, see="orders.see", first_screen=False,
        )
    )  # fmt: skip


def tiles(request: HttpRequest, about: Person | Company) -> dict[str, Any]:
    """Return the tiles on top: orders, revenue, average, last order, rhythm."""
    held, business = figures_of(about), Business.current()
    if held is None or not held.order_count:
        return {"tiles": []}
    months = months_of(about, localtime(now()).date())
    return {"tiles": [tile for tile in _tiles(held, business.currency, months, _list_url(about)) if tile]}


def _tiles(
    held: PersonFigures | CompanyFigures, currency: str, months: list[tuple[date, int, int]], url: str
) -> list[dict[str, Any]]:
    average = round(held.revenue_minor / held.order_count)
    return [
        {
            "label": _("Orders"), "value": f"{held.order_count:,}", "url": url, "note": _refunds(held),
            "line": _line([count for _month, _net, count in months]),
        },
        {
            "label": _("Revenue"), "value": _money(held.revenue_minor, currency), "note": _lately(months, currency),
            "line": _line([net for _month, net, _count in months]),
        },
        {
            "label": _("Average order"), "value": format_money(average, currency),
            "line": _line([round(net / count) for _month, net, count in months if count]),
        },
        {"label": _("Last order"), "value": markup.ago(held.last_order_at), "note": _since(held)},
        _rhythm(held),
    ]  # fmt: skip


def _line(values: list[int]) -> list[int]:
    """Return what a small line is drawn of; two points and none at all tell nothing."""
    return values if len(values) > 2 and any(values) else []


def _money(minor: int, currency: str) -> str:
    return format_money(minor, currency, whole=abs(minor) > 99_999)


def _lately(months: list[tuple[date, int, int]], currency: str) -> str:
    net = sum(net for _month, net, _count in months)
    return _("%(amount)s in 12 months") % {"amount": _money(net, currency)} if net else ""


def _refunds(held: PersonFigures | CompanyFigures) -> str:
    count = held.refund_count
    return ngettext("%(n)d refund", "%(n)d refunds", count) % {"n": count} if count else ""


def _since(held: PersonFigures | CompanyFigures) -> str:
    if held.first_order_at is None:
        return ""
    return _("first in %(month)s") % {"month": date_format(localtime(held.first_order_at), "F Y")}


def _rhythm(held: PersonFigures | CompanyFigures) -> dict[str, Any]:
    if held.usual_interval_days is None:
        return {"label": _("Usual interval"), "value": "–", "note": _("known after three purchases")}
    days = round(held.usual_interval_days)
    return {
        "label": _("Usual interval"),
        "value": ngettext("%(n)d day", "%(n)d days", days) % {"n": days},
        "note": _next(held),
    }


def _next(held: PersonFigures | CompanyFigures) -> str:
    """Return when the next order is to be expected, or by how much it is late."""
    if held.next_order_on is None:
        return ""
    late = (localtime(now()).date() - held.next_order_on).days
    if late > 0:
        return ngettext("%(n)d day late", "%(n)d days late", late) % {"n": late}
    return _("next around %(day)s") % {"day": date_format(held.next_order_on, "j M")}


def orders(request: HttpRequest, about: Person | Company) -> dict[str, Any]:
    """Return the newest orders."""
    found = list(orders_of(about)[: SHOWN + 1])
    person = about if isinstance(about, Person) else None
    may_add = person is not None and reaches(getattr(request, "member", None), "orders.change", person)
    return {
        "orders": [{"row": one, "tone": STATUS_TONES.get(one.status, "")} for one in found[:SHOWN]],
        "all_url": _list_url(about) if len(found) > SHOWN else "",
        "new_url": f"{reverse('commerce:new_order')}?person={about.pk}" if may_add else "",
        "is_company": person is None,
    }


def subscriptions(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return what somebody pays for again and again, the running ones first."""
    rows = person.subscriptions.filter(deleted_at__isnull=True).order_by("ended_on", "-started_on", "pk")
    running = [row for row in rows if row.status != "ended"]
    return {
        "person": person,
        "running": running,
        "ended": [row for row in rows if row.status == "ended"],
        "may_change": reaches(getattr(request, "member", None), "orders.change", person),
    }


def _list_url(about: Person | Company) -> str:
    name = "company" if isinstance(about, Company) else "person"
    tree = {"field": name, "op": "is", "value": about.pk}
    return f"{reverse('commerce:orders')}?{urlencode({'filter': compact(tree)})}"
