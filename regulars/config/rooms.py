"""The list of rooms: what stands in the menu, in which order. Panels are registered by the rooms themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from regulars.team.models import Member
from regulars.team.rules import may


@dataclass(frozen=True)
class Place:
    """One entry of the menu."""

    label: Any
    icon: str
    url_name: str
    verb: str
    section: str = "main"
    key: str = ""


MENU = [
    Place(_("People"), "users", "people:list", "people.see", key="g p"),
    Place(_("Companies"), "building", "people:companies", "companies.see", key="g c"),
    Place(_("Orders"), "shopping-bag", "commerce:orders", "orders.see", key="g o"),
    Place(_("Products"), "package", "commerce:products", "products.see", key="g r"),
    Place(_("Tasks"), "checkbox", "people:tasks", "tasks.change", key="g t"),
    Place(_("Imports"), "table-import", "people:imports", "people.import", "settings"),
    Place(_("Settings"), "settings", "team:settings", "members.see", "settings", key="g s"),
]


def menu_for(request: HttpRequest, member: Member) -> list[dict[str, Any]]:
    """Return the menu entries this member may open, with the current one marked."""
    return [entry for place in MENU if may(member, place.verb) and (entry := _entry(request, place))]


def _entry(request: HttpRequest, place: Place) -> dict[str, Any] | None:
    try:
        url = reverse(place.url_name)
    except NoReverseMatch:
        return None
    is_active = request.path == url or (url != "/" and request.path.startswith(url))
    return {
        "label": place.label,
        "icon": place.icon,
        "url": url,
        "active": is_active,
        "section": place.section,
        "key": place.key,
    }
