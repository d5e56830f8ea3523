"""Where panels stand on a page, and how each is drawn."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from regulars.kit.panels import Panel, panels_for
from regulars.kit.requests import Request
from regulars.team.rules import may

PLACES = ("stats", "main", "side")


def places(request: Request, page: str, found: Any, url_name: str) -> dict[str, list[dict[str, Any]]]:
    """Return the panels of each place: those of the first screen drawn at once, the rest asked for when they come into view."""
    return {
        place: [_slot(request, one, found, url_name) for one in _wanted(request, page, place)]
        for place in PLACES
    }


def draw(request: Request, wanted: Panel, found: Any) -> SafeString:
    """Render one panel."""
    context = {"panel": wanted, wanted.page: found, **wanted.context(request, found)}
    return mark_safe(render_to_string(wanted.template, context, request=request))  # noqa: S308  our own template


def _wanted(request: Request, page: str, place: str) -> list[Panel]:
    return [one for one in panels_for(page, place) if not one.see or may(request.member, one.see)]


def _slot(request: Request, one: Panel, found: Any, url_name: str) -> dict[str, Any]:
    html = draw(request, one, found) if one.first_screen else ""
    return {"name": one.name, "url": reverse(url_name, args=[found.pk, one.name]), "html": html}
