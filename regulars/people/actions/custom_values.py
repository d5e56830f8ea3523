"""Values of the business's own fields, read by their type into what the `custom` column keeps.

text and link: text · number: number · date: "2024-05-31" · choice: one text · choices: a list of texts ·
bool: true or false · money: whole minor units in the field's currency.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from regulars.people.actions.reading import Reading
from regulars.people.engine.tidy.words import split_list, tidy_choice, tidy_link, tidy_yes_no
from regulars.people.models import CustomField

MAX_TEXT = 2_000


def fields_of(subject: str) -> dict[str, CustomField]:
    """Return the fields in use of a subject, by key."""
    found = CustomField.objects.filter(subject=subject, archived_at__isnull=True)
    return {field.key: field for field in found}


def read_custom(
    subject: str, raw: Mapping[str, Any], stored: Mapping[str, Any], reading: Reading
) -> dict[str, Any]:
    """Return the custom column with these values set; a blank value removes its key."""
    if not raw:
        return dict(stored)
    known, values = fields_of(subject), dict(stored)
    for key, value in raw.items():
        field = known.get(key)
        if field is None:
            reading.refuse(f"custom.{key}", _("There is no such field."))
            continue
        clean = read_value(field, value, reading)
        if clean is None or clean == "" or clean == []:
            values.pop(key, None)
        else:
            values[key] = clean
    return values


def read_value(field: CustomField, raw: object, reading: Reading) -> Any:
    """Return one value as it is kept, or None when it is blank or wrong."""
    if raw is None or raw == "":
        return None
    return _READERS[field.type](field, raw, reading, f"custom.{field.key}")


def _text(field: CustomField, raw: object, reading: Reading, name: str) -> Any:
    return reading.text(name, raw, MAX_TEXT, lines=True)


def _link(field: CustomField, raw: object, reading: Reading, name: str) -> Any:
    return reading.tidied(name, reading.text(name, raw, MAX_TEXT), tidy_link)


def _number(field: CustomField, raw: object, reading: Reading, name: str) -> Any:
    return reading.number(name, raw)


def _date(field: CustomField, raw: object, reading: Reading, name: str) -> Any:
    day = reading.day(name, raw)
    return day.isoformat() if day else None


def _choice(field: CustomField, raw: object, reading: Reading, name: str) -> Any:
    return reading.tidied(name, raw, lambda text: tidy_choice(text, tuple(field.choices)))


def _choices(field: CustomField, raw: object, reading: Reading, name: str) -> Any:
    wanted = [str(one) for one in raw] if isinstance(raw, list | tuple | set) else split_list(str(raw))
    found = [
        reading.tidied(name, one, lambda text: tidy_choice(text, tuple(field.choices))) for one in wanted
    ]
    return [choice for choice in field.choices if choice in found]


def _bool(field: CustomField, raw: object, reading: Reading, name: str) -> Any:
    if isinstance(raw, bool):
        return raw
    with reading.of(name):
        return tidy_yes_no(str(raw))
    return None


def _money(field: CustomField, raw: object, reading: Reading, name: str) -> Any:
    return reading.minor(name, raw, field.currency)


_READERS: dict[str, Callable[[CustomField, object, Reading, str], Any]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
    "bool": _bool,
    "money": _money,
    "link": _link,
}
