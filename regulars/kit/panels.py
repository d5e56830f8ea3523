"""Panels let a room show something on another room's page without that page knowing the room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Panel:
    """A piece of a page: how it is called, where it stands, and the context its template needs."""

    name: str
    page: str
    title: str
    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any]]
    order: int = 100
    place: str = "side"
    first_screen: bool = True
    url_name: str = ""
    see: str = ""
    icon: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


_panels: dict[tuple[str, str], Panel] = {}


def register_panel(panel: Panel) -> None:
    """Offer a panel; the same page and name again replaces it."""
    _panels[(panel.page, panel.name)] = panel


def panels_for(page: str, place: str | None = None) -> list[Panel]:
    """Return a page's panels in their order."""
    wanted = [panel for panel in _panels.values() if panel.page == page and place in (None, panel.place)]
    return sorted(wanted, key=lambda panel: (panel.order, panel.name))


def panel(page: str, name: str) -> Panel | None:
    """Return one panel of a page, for the request that asks for it when it comes into view."""
    return _panels.get((page, name))
