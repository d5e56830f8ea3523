"""Parts of a page that are counted: drawn with the page where their figures are kept, else asked for once it has appeared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from regulars.insights.actions.asking import NotKept, keeping, only_kept
from regulars.insights.queries.wishes import Count
from regulars.kit.htmx import fragment
from regulars.kit.refused import Refused
from regulars.kit.requests import Request

# What a part shows, by what answers its questions.
Shown = Callable[[Count], dict[str, Any]]


def if_kept(request: Request, shown: Shown) -> dict[str, Any]:
    """Return what a part shows if nothing has to be counted for it; else nothing, and the page asks for it later."""
    try:
        return shown(only_kept(request.member))
    except NotKept:
        return {}


def part(request: Request, name: str, shown: Shown) -> HttpResponse:
    """Answer with a part of a page, counted where it is not kept; a refusal stands in its place, with a way to try again."""
    try:
        context = shown(keeping(request.member))
    except Refused as problem:
        return fragment(
            request,
            "insights/_part_failed.html",
            part=name,
            problem=str(problem),
            retry=request.get_full_path(),
        )
    return fragment(request, f"insights/_{name}.html", **context)
