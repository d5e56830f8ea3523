"""What a trait's value looks like in a list, by the trait's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from regulars.kit import markup
from regulars.kit.filters.columns import Named
from regulars.kit.lists import ListPage, ListRow
from regulars.kit.money import Money
from regulars.kit.tables import Column
from regulars.kit.traits import Label, Trait

Labels = Mapping[str, Label]
_ENDS, _CHOSEN = ("number", "money"), ("choice", "choices", "tags", "ref")
_MOST_CHIPS = 3


def columns_of(page: ListPage, given: Mapping[str, Column] | None = None) -> list[Column]:
    """Return a page's columns for a table; a room gives its own for those that show more than a value."""
    own = given or {}
    return [own.get(trait.name) or _column(trait) for trait in page.columns]


def cell(trait: Trait, value: Any, labels: Labels) -> object:
    """Return how a value is shown: text, or safe markup; `labels` are the trait's choices."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, Money):
        return markup.money(value.amount_minor, value.currency)
    if isinstance(value, list | tuple):
        return markup.chips([labels.get(str(one), one) for one in value], _MOST_CHIPS)
    if isinstance(value, Named) or trait.type in ("choice", "ref"):
        return str(labels.get(str(value), value))
    show = _SHOWN.get(trait.type)
    return show(value) if show else value


def _column(trait: Trait) -> Column:
    labels: dict[str, Label] = {}

    def value(row: ListRow) -> object:
        # Choices may come from the database: they are looked up once for all rows, and only when a row holds any.
        held = row.values.get(trait.name)
        if held and not labels and trait.choices and trait.type in _CHOSEN and not isinstance(held, Named):
            labels.update(trait.choices())
        return cell(trait, held, labels)

    align, sort = ("end" if trait.type in _ENDS else "start"), (trait.name if trait.sortable else "")
    return Column(name=trait.name, label=str(trait.label), value=value, align=align, sort=sort)


def _link(value: Any) -> object:
    is_web = str(value).startswith(("https://", "http://"))
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', value, value) if is_web else value


_SHOWN: dict[str, Callable[[Any], object]] = {
    "number": markup.number,
    "date": markup.day,
    "datetime": markup.ago,
    "bool": lambda value: _("Yes") if value else _("No"),
    "link": _link,
}
