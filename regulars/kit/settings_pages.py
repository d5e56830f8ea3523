"""The pages of the settings area: each room registers its own, with the verb that opens it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class SettingsPage:
    """One entry of the settings' own navigation; an empty verb opens it to every member."""

    label: str | Promise
    icon: str
    url_name: str
    verb: str = ""
    order: int = 100
    section: str | Promise = ""


_pages: dict[str, SettingsPage] = {}


def register_settings_page(
    label: str | Promise,
    icon: str,
    url_name: str,
    verb: str = "",
    order: int = 100,
    section: str | Promise = "",
) -> None:
    """Offer a settings page; the same address name again replaces it. Its template extends team/settings.html."""
    _pages[url_name] = SettingsPage(label, icon, url_name, verb, order, section)


def settings_pages(may: Callable[[str], bool]) -> list[tuple[SettingsPage, str]]:
    """Return the pages this member may open, in order, with their addresses; pages not built yet are left out."""
    pages = sorted(_pages.values(), key=lambda page: (page.order, str(page.label)))
    found = [(page, _address(page)) for page in pages if not page.verb or may(page.verb)]
    return [(page, address) for page, address in found if address]


def _address(page: SettingsPage) -> str:
    try:
        return reverse(page.url_name)
    except NoReverseMatch:
        return ""
