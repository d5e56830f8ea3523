"""The business's own fields of one record, as they are shown and edited in place; higher rooms show theirs the same way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from regulars.kit.money import format_money, to_minor
from regulars.people.models import CustomField


class HasOwnFields(Protocol):
    """A person, company or order."""

    custom: Any


def custom_facts(about: HasOwnFields, fields: Iterable[CustomField]) -> list[dict[str, Any]]:
    """Return the business's own fields with their values on one record."""
    return [_custom_fact(about, field) for field in fields]


def _custom_fact(about: HasOwnFields, field: CustomField) -> dict[str, Any]:
    value = about.custom.get(field.key)
    kinds = {
        "number": "number",
        "date": "date",
        "choice": "choice",
        "bool": "choice",
        "choices": "text",
        "money": "text",
    }
    choices = [("", "–")] + [(str(one), str(one)) for one in field.choices]
    if field.type == "bool":
        choices = [("", "–"), ("yes", _("Yes")), ("no", _("No"))]
    return {
        "name": f"custom.{field.key}",
        "label": field.label,
        "kind": kinds.get(field.type, "text"),
        "choices": choices,
        "value": _input_value(field, value),
        "display": shown_value(field, value),
        "placeholder": field.help_text or _("Not set"),
    }


def _input_value(field: CustomField, value: Any) -> Any:
    if value is None:
        return ""
    if field.type == "bool":
        return "yes" if value else "no"
    if field.type == "choices":
        return ", ".join(value)
    if field.type == "money":
        return shown_value(field, value)
    return value


def shown_value(field: CustomField, value: Any) -> str:
    """Return a custom value as people read it."""
    if value in (None, "", []):
        return ""
    if field.type == "bool":
        return _("Yes") if value else _("No")
    if field.type == "choices":
        return ", ".join(value)
    if field.type == "money" and isinstance(value, dict):
        return format_money(value.get("amount_minor", 0), value.get("currency") or field.currency or "EUR")
    if field.type == "money":
        return format_money(
            int(value) if isinstance(value, int) else to_minor(value, field.currency or "EUR"),
            field.currency or "EUR",
        )
    if field.type == "date":
        return day_words(value)
    return str(value)


def day_words(value: Any) -> str:
    """Return a day as people read it."""
    day = parse_date(value) if isinstance(value, str) else value
    return formats.date_format(day, "j M Y") if day else ""
