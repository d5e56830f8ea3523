"""Lists in the API: the filter language, a sort order, and an opaque cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from ninja import Field, Schema

from regulars.kit.filters import Asker, Source, Wanted, compile_page, read_json
from regulars.kit.filters.page import RowRule

LIMIT = 50
MOST = 1000


class ListQuery(Schema):
    """What every list takes."""

    filter: str = Field(
        "",
        description="A filter of the one filter language, as JSON.",
        examples=['{"field":"stage","op":"is","value":"acquired"}'],
    )
    sort: str = Field(
        "",
        description="Traits to sort by, separated by commas; a minus sign turns the order round.",
        examples=["-created_at"],
    )
    cursor: str = Field("", description="`next` of the page before; empty for the first page.")
    limit: int = Field(LIMIT, ge=1, le=MOST, description="How many rows at most.")


class Rows(Schema):
    """One page of a list and the cursor of the next; `next` is null at the end."""

    items: list[Any]
    next: str | None = None


def page_of(
    query: ListQuery,
    *,
    source: Source,
    asker: Asker,
    row_rule: RowRule,
    fetch: Callable[[list[int]], Sequence[Any]],
    sort: str = "",
) -> dict[str, Any]:
    """Return one page of a list; `fetch` gives the rows of ids, in their order."""
    wanted = Wanted(
        source=source,
        asker=asker,
        tree=read_json(query.filter) if query.filter else None,
        sort=query.sort or sort,
        after=query.cursor,
        limit=query.limit,
        row_rule=row_rule,
    )
    page = compile_page(wanted).fetch(_run)
    return {"items": fetch(page.ids) if page.ids else [], "next": page.next_cursor or None}


def _run(sql: str, params: list[object]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)  # type: ignore[arg-type]
        return list(cursor.fetchall())
