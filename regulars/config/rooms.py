"""The list of rooms: what stands in the menu, in which order. Panels are registered by the rooms themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.team.models import Member
from regulars.team.rules import may


@dataclass(frozen=True)
class Place:
    """One entry of the menu: where it leads and which verb opens it."""

    label: str | Promise
    icon: str
    url_name: str
    verb: str
    keys: str = ""
    dialog: bool = False
    section: str = "main"


MENU = [
    Place(_("Inbox"), "inbox", "inbox:inbox", "conversations.see", "g m"),
    Place(_("People"), "users", "people:list", "people.see", "g p"),
    Place(_("Companies"), "building", "people:companies", "companies.see", "g c"),
    Place(_("Orders"), "shopping-bag", "commerce:orders", "orders.see", "g o"),
    Place(_("Products"), "package", "commerce:products", "products.see", "g r"),
    Place(_("Tasks"), "checkbox", "people:tasks", "tasks.change", "g t"),
    Place(_("Insights"), "chart-line", "insights:insights", "insights.see", "g v"),
    Place(_("Imports"), "file-import", "people:imports", "people.import", "g i", section="settings"),
    Place(_("Settings"), "settings", "team:settings", "members.see", "g s", section="settings"),
]
# Pages within a room that the palette leads to by name; the menu has only the room.
FURTHER = [
    Place(_("Does caring pay"), "scale", "insights:caring", "costs.see"),
    Place(_("Received wisdom"), "bulb", "insights:wisdom", "insights.see"),
    Place(_("Scorecard"), "target-arrow", "insights:scorecard", "insights.see"),
]
NEW = [
    Place(_("Person"), "user", "people:new", "people.change", "c p", dialog=True),
    Place(_("Company"), "building", "people:new_company", "companies.change", "c c", dialog=True),
    Place(_("Task"), "checkbox", "people:new_task", "tasks.change", "c t", dialog=True),
    Place(_("Import a file"), "file-import", "people:import", "people.import", "c i"),
]


def menu_for(request: HttpRequest, member: Member) -> list[dict[str, Any]]:
    """Return the entries of the menu this member may open, the current one marked."""
    found = _entries(MENU, member)
    return [{**entry, "active": request.path.startswith(entry["url"])} for entry in found]


def further_pages_for(member: Member) -> list[dict[str, Any]]:
    """Return the pages within rooms that this member may open by name."""
    return _entries(FURTHER, member)


def new_things_for(member: Member) -> list[dict[str, Any]]:
    """Return what this member may make anew."""
    return _entries(NEW, member)


def _entries(places: list[Place], member: Member) -> list[dict[str, Any]]:
    return [entry for place in places if may(member, place.verb) and (entry := _entry(place))]


@cache
def _entry(place: Place) -> dict[str, Any] | None:
    try:
        url = reverse(place.url_name)
    except NoReverseMatch:
        return None
    return {
        "label": place.label,
        "icon": place.icon,
        "url": url,
        "keys": place.keys,
        "key": place.keys,
        "dialog": place.dialog,
        "section": place.section,
    }
