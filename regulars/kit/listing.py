"""A list as a page: columns drawn by the type of their trait, its tools, and the piece that is asked for while scrolling."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from regulars.kit.cells import columns_of
from regulars.kit.filters import Asker
from regulars.kit.htmx import wants_fragment
from regulars.kit.lists import ListPage, ListRow, ListSpec, list_count, list_page
from regulars.kit.requests import Request
from regulars.kit.tables import Column, Empty, Table
from regulars.kit.traits import traits_for

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class Listing:
    """How one list looks: what it is called, where a row leads, which cells are drawn in their own way."""

    name: str
    title: Text
    spec: ListSpec
    url_name: str
    catalogue_url: str
    empty: Empty
    row_url: Callable[[ListRow], str]
    row_name: Callable[[ListRow], str]
    columns: Mapping[str, Column]
    template: str = "kit/list.html"
    selectable: bool = True
    lookup_url: str = ""
    export_url: str = ""
    search_hint: Text = ""


def show_list(
    request: Request,
    listing: Listing,
    *,
    seer: Any,
    asker: Asker,
    params: Mapping[str, str],
    around: Callable[[], Mapping[str, Any]] = dict,
    **more: Any,
) -> HttpResponse:
    """Answer with the whole page, its region of rows, the next rows, the columns to choose or the count, as asked for.

    What `around` returns is only asked for a whole page.
    """
    if params.get("part") == "columns":
        return render(request, "kit/_list_columns_menu.html", {"columns": _choosable(listing, params, asker)})
    if params.get("part") == "count":
        count = list_count(listing.spec, params, seer=seer, asker=asker)
        return render(request, "kit/_list_count.html", {"count": count})
    page = list_page(listing.spec, params, seer=seer, asker=asker)
    table = table_of(listing, page, view=params.get("view", ""))
    if wants_fragment(request) and params.get("after"):
        return render(request, "kit/_rows.html", {"table": table})
    context = {"listing": listing, "page": page, "table": table, "url": table.url, **more}
    context["count_url"] = "" if page.is_whole else table.address(part="count", after="")
    if wants_fragment(request):
        return render(request, "kit/_list_region.html", context)
    return render(request, listing.template, {**context, **_tools(page), **around()})


def table_of(listing: Listing, page: ListPage, view: str = "") -> Table:
    """Return a list's page as a table."""
    return Table(
        columns=columns_of(page, listing.columns),
        rows=page.rows,
        name=listing.name,
        caption=str(listing.title),
        params={**page.params, **({"view": view} if view else {})},
        url=reverse(listing.url_name),
        sort=page.sort_text,
        next_cursor=page.next_cursor,
        row_url=listing.row_url,
        row_name=listing.row_name,
        selectable=listing.selectable,
        target=f"{listing.name}-region",
        empty=None if page.problem else _nothing(listing, page),
        fill=True,
    )


def _nothing(listing: Listing, page: ListPage) -> Empty:
    if not page.query.filter and not page.query.q:
        return listing.empty
    url = reverse(listing.url_name)
    return Empty(
        _("Nobody and nothing here"),
        _("Nothing passes this filter. Loosen it, or start anew."),
        "filter-off",
        url,
        _("Show all"),
    )


def _tools(page: ListPage) -> dict[str, Any]:
    return {
        "tree": page.query.filter or {},
        "filter_json": json.dumps(page.query.filter) if page.query.filter else "",
    }


def _choosable(listing: Listing, params: Mapping[str, str], asker: Asker) -> list[dict[str, Any]]:
    said = [name for name in params.get("columns", "").split(",") if name]
    shown = set(said or listing.spec.default_columns)
    known = traits_for(listing.spec.subject, asker.may_see).values()
    return [
        {"name": one.name, "label": one.label, "group": one.group, "shown": one.name in shown}
        for one in known
        if one.column_sql
    ]
