"""What a trait's value looks like in a list, by the trait's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from regulars.kit import markup
from regulars.kit.lists import ListPage, ListRow
from regulars.kit.money import Money
from regulars.kit.tables import Column
from regulars.kit.traits import Trait

_ENDS = ("number", "money")
_MOST_CHIPS = 3


def columns_of(page: ListPage, given: Mapping[str, Column] | None = None) -> list[Column]:
    """Return a page's columns for a table; a room gives its own for those that show more than a value."""
    own = given or {}
    return [own.get(trait.name) or _column(trait) for trait in page.columns]


def cell(trait: Trait, value: Any) -> object:
    """Return how a value is shown: text, or safe markup."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, Money):
        return markup.money(value.amount_minor, value.currency)
    if isinstance(value, list | tuple):
        labels = _labels(trait)
        return markup.chips([labels.get(str(one), one) for one in value], _MOST_CHIPS)
    show = _SHOWN.get(trait.type)
    return show(trait, value) if show else value


def _column(trait: Trait) -> Column:
    return Column(
        name=trait.name,
        label=str(trait.label),
        value=lambda row: cell(trait, _value(row, trait)),
        align="end" if trait.type in _ENDS else "start",
        sort=trait.name if trait.sortable else "",
    )


def _value(row: ListRow, trait: Trait) -> Any:
    return row.values.get(trait.name)


def _labels(trait: Trait) -> dict[str, object]:
    return dict(trait.choices()) if trait.choices else {}


def _choice(trait: Trait, value: Any) -> object:
    return str(_labels(trait).get(str(value), value))


def _link(trait: Trait, value: Any) -> object:
    is_web = str(value).startswith(("https://", "http://"))
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', value, value) if is_web else value


_SHOWN: dict[str, Callable[[Trait, Any], object]] = {
    "number": lambda trait, value: markup.number(value),
    "date": lambda trait, value: markup.day(value),
    "datetime": lambda trait, value: markup.ago(value),
    "choice": _choice,
    "ref": _choice,
    "bool": lambda trait, value: _("Yes") if value else _("No"),
    "link": _link,
}
