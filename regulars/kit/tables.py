"""A list on a page: what its columns are, how it is sorted and where the next rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape as plain
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from regulars.kit.markup import NOTHING, icon

Draw = Callable[[Any], str]


@dataclass(frozen=True)
class Column:
    """One column: its name in the address, its title, and what it shows of a row (text or safe markup)."""

    name: str
    label: str | Promise
    value: Callable[[Any], object]
    align: str = "start"  # start, end (numbers) or mid
    css: str = ""  # cell-main for the column that names the row, cell-tight, cell-wide
    sort: str = ""  # the name used in ?sort=; empty when it cannot be sorted
    hidden_label: bool = False

    @property
    def classes(self) -> str:
        side = {"end": "cell-end", "mid": "cell-mid"}.get(self.align, "")
        return " ".join(part for part in (side, self.css) if part)


@dataclass(frozen=True)
class Empty:
    """What a list says when it holds nothing: teach the next step."""

    title: str | Promise
    text: str | Promise = ""
    icon: str = "users"
    url: str = ""
    action: str | Promise = ""


@dataclass
class Table:
    """Rows to show now and everything needed to show more of them."""

    columns: Sequence[Column]
    rows: Sequence[Any]
    name: str = "list"
    caption: str = ""
    params: Mapping[str, str] = field(default_factory=dict)  # the address' query, kept by sorting and paging
    url: str = ""
    sort: str = ""  # "name" or "-name"
    next_cursor: str = ""
    row_url: Callable[[Any], str] | None = None
    row_key: Callable[[Any], object] = lambda row: row.pk
    row_name: Callable[[Any], str] = str
    row_live: Callable[[Any], str] | None = None  # topic whose live event refreshes the row
    selectable: bool = False
    target: str = ""  # id of the region to swap when sorting; the whole page loads when empty
    fill: bool = False  # scroll inside the window's height, with the header in view
    cards: bool = True  # on a phone each row becomes a card
    empty: Empty | None = None

    @property
    def next_url(self) -> str:
        return self.address(after=self.next_cursor) if self.next_cursor else ""

    def address(self, **changes: str) -> str:
        """Give this list's address with some of its parameters changed; empty ones are dropped."""
        query = {key: value for key, value in {**self.params, **changes}.items() if value}
        return f"{self.url}?{urlencode(query)}" if query else (self.url or "?")

    def sort_address(self, column: Column) -> str:
        """Give the address that sorts by a column, the other way round when it is already sorted by it."""
        turned = f"-{column.sort}" if self.sort == column.sort else column.sort
        return self.address(sort=turned, after="")

    @property
    def width(self) -> int:
        return len(self.columns) + (1 if self.selectable else 0)

    @property
    def head(self) -> SafeString:
        """The header cells."""
        cells = [_pick_all(self.name)] if self.selectable else []
        cells += [self._head_cell(column) for column in self.columns]
        return SafeString("".join(cells))

    def _head_cell(self, column: Column) -> str:
        label: str = escape(column.label)
        if column.hidden_label:
            label = f'<span class="visually-hidden">{label}</span>'
        if not column.sort:
            return f'<th scope="col" class="{column.classes}">{label}</th>'
        down = self.sort == f"-{column.sort}"
        state = (
            f' aria-sort="{"descending" if down else "ascending"}"'
            if column.sort == self.sort.lstrip("-")
            else ""
        )
        to = escape(self.sort_address(column))
        swap = f' hx-get="{to}" hx-target="#{self.target}" hx-push-url="true"' if self.target else ""
        link = f'<a class="sort" href="{to}"{swap}>{label}{icon("arrow-down" if down else "arrow-up")}</a>'
        return f'<th scope="col" class="{column.classes}"{state}>{link}</th>'

    @property
    def body(self) -> SafeString:
        """All rows as markup, made without the template engine because a list has hundreds of cells."""
        draw = [_drawer(column) for column in self.columns]
        pick = gettext("Select %(name)s") if self.selectable else ""
        return SafeString("".join([self._row(row, draw, pick) for row in self.rows]))

    def _row(self, row: Any, draw: Sequence[Draw], pick: str) -> str:
        key = plain(str(self.row_key(row)))
        link = f' data-href="{plain(self.row_url(row))}"' if self.row_url else ""
        live = f' data-topic="{plain(self.row_live(row))}"' if self.row_live else ""
        first = _pick(self.name, key, pick % {"name": self.row_name(row)}) if pick else ""
        cells = "".join([cell(row) for cell in draw])
        return f'<tr id="{self.name}-{key}" data-key="{key}" tabindex="-1"{link}{live}>{first}{cells}</tr>'


def _drawer(column: Column) -> Draw:
    """Return what draws a column's cells: all that is the same in each row is made once."""
    is_named = "cell-main" in column.css or column.hidden_label
    label = "" if is_named else f' data-label="{plain(str(column.label))}"'
    css = f' class="{column.classes}"' if column.classes else ""
    opening, value = f"<td{css}{label}>", column.value

    def draw(row: Any) -> str:
        shown = value(row)
        if shown is None or shown == "":
            shown = NOTHING
        return f"{opening}{shown if isinstance(shown, SafeString) else plain(str(shown))}</td>"

    return draw


def _pick(table: str, key: str, label: str) -> str:
    return (
        f'<td class="cell-pick"><label class="pick"><input type="checkbox" class="form-check-input" name="pick" value="{key}" '
        f'data-pick="{table}" aria-label="{plain(label)}"></label></td>'
    )


def _pick_all(table: str) -> str:
    label = escape(gettext("Select all rows shown"))
    return (
        f'<th scope="col" class="cell-pick"><label class="pick"><input type="checkbox" class="form-check-input" '
        f'data-pick-all="{table}" aria-label="{label}"></label></th>'
    )


def chosen(columns: Iterable[Column], names: Sequence[str]) -> list[Column]:
    """Pick columns by name, in the order of the names; all of them when no name is known."""
    known = {column.name: column for column in columns}
    return [known[name] for name in names if name in known] or list(known.values())
