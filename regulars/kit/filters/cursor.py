"""Where a page ended, as text that a client gives back: the sort order, the last row's sort values and its id."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.filters.bad import BadFilter
from regulars.kit.filters.sort import SortKey, sort_words
from regulars.kit.filters.values import MAX_ID

MAX_LENGTH = 4000


@dataclass(frozen=True)
class Cursor:
    """The sort values and the id of the last row shown."""

    values: tuple[Any, ...]
    id: int


def write_cursor(keys: tuple[SortKey, ...], cursor: Cursor) -> str:
    """Return the cursor as opaque text."""
    told = {"s": sort_words(keys), "v": [_plain(value) for value in cursor.values], "i": cursor.id}
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, keys: tuple[SortKey, ...]) -> Cursor:
    """Return what a cursor says, or raise BadFilter when it is damaged or belongs to another sort order."""
    told = _decoded(text)
    if told.get("s") != sort_words(keys):
        raise BadFilter(
            ("cursor",), _("This cursor belongs to another sort order. Start again from the first page.")
        )
    values, last_id = told.get("v"), told.get("i")
    if not isinstance(values, list) or len(values) != len(keys) or not _is_id(last_id):
        raise _damaged()
    try:
        return Cursor(
            tuple(_typed(value, key) for value, key in zip(values, keys, strict=True)), int(str(last_id))
        )
    except (ValueError, ArithmeticError, TypeError) as error:
        raise _damaged() from error


def _decoded(text: str) -> dict[str, Any]:
    if len(text) > MAX_LENGTH:
        raise _damaged()
    try:
        told = json.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
    except (ValueError, RecursionError) as error:
        raise _damaged() from error
    if not isinstance(told, dict):
        raise _damaged()
    return told


def _damaged() -> BadFilter:
    return BadFilter(("cursor",), _("This cursor is damaged. Start again from the first page."))


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_ID


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)


def _typed(value: Any, key: SortKey) -> Any:
    if value is None:
        if key.trait.not_null:
            raise ValueError
        return None
    return _TYPED[key.trait.order_type](value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    value.encode()
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_ID:
        raise ValueError
    return value


def _number(value: Any) -> int | Decimal:
    number = Decimal(str(value)) if isinstance(value, int | str) else Decimal("NaN")
    if not number.is_finite() or number.adjusted() > 400 or len(number.as_tuple().digits) > 400:
        raise ValueError
    return int(number) if number == number.to_integral_value() else number


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError
    return moment


_TYPED: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "link": _text,
    "choice": _text,
    "choices": _text,
    "tags": _text,
    "number": _number,
    "money": _whole,
    "ref": _whole,
    "bool": _bool,
    "date": lambda value: date.fromisoformat(_text(value)),
    "datetime": _moment,
}
