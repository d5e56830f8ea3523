"""The business's own fields: made and changed while everybody works, with no restart."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.actor import Actor
from regulars.kit.events import announce, changed
from regulars.kit.money import parse_currency
from regulars.kit.refused import Invalid, Refused
from regulars.kit.worker import BULK, defer
from regulars.people.actions.reading import Reading
from regulars.people.engine.names import fold, words
from regulars.people.events import FieldArchived, FieldChanged, FieldDefined
from regulars.people.models import CustomField, FieldType
from regulars.team.models import Member, Notice, Role

SUBJECTS = ("person", "company", "order")
TABLES = {"person": "people_person", "company": "people_company", "order": "commerce_order"}
BUILD_INDEX = "people.build_field_index"
MAX_CHOICES, MAX_FIELDS = 200, 200
_TOLD = ("label", "choices", "help_text", "is_filterable", "position")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class FieldThere(Refused):
    """There is a field of this key already, perhaps an archived one."""

    code = "field_there"
    default = gettext_lazy("There is already a field of this name. Look among the archived ones.")


class TooManyFields(Refused):
    """A record with hundreds of own fields helps nobody."""

    code = "too_many_fields"
    default = gettext_lazy("No more than 200 own fields are possible.")


@transaction.atomic
def define_field(subject: str, values: Mapping[str, Any], *, by: Actor) -> CustomField:
    """Make a field: label and type, and where they apply choices, currency, help_text, key, is_filterable."""
    if subject not in SUBJECTS:
        raise Invalid({"subject": _("Fields can be added to people, companies and orders.")})
    reading = Reading()
    columns = {"is_filterable": True} | _read(values, reading)
    columns["type"] = str(values.get("type", ""))
    if columns["type"] not in FieldType.values:
        reading.refuse("type", _("Choose what the field holds."))
    if not columns.get("label"):
        reading.refuse("label", _("This can't be blank."))
    columns["key"] = _key(values, columns.get("label", ""), reading)
    columns["currency"] = _currency(values, columns["type"], reading)
    if columns["type"] in ("choice", "choices") and not columns.get("choices"):
        reading.refuse("choices", _("Give at least one choice."))
    reading.finish()
    if CustomField.objects.filter(subject=subject).count() >= MAX_FIELDS:
        raise TooManyFields()
    field = _insert(CustomField(subject=subject, **columns))
    _index_later(field)
    announce(FieldDefined(id=field.pk, words=field.label), by=by, changes=changed({}, columns))
    return field


@transaction.atomic
def change_field(field: CustomField, *, by: Actor, **values: Any) -> CustomField:
    """Change a field's label, choices, help, place or whether it can be filtered by; type and key stay."""
    before = {name: getattr(field, name) for name in _TOLD}
    reading = Reading()
    columns = _read(values, reading)
    if columns.get("label") == "":
        reading.refuse("label", _("This can't be blank."))
    if field.type in ("choice", "choices") and columns.get("choices") == []:
        reading.refuse("choices", _("Give at least one choice."))
    reading.finish()
    changes = changed(before, columns)
    if changes:
        for name, value in columns.items():
            setattr(field, name, value)
        field.save()
        _index_later(field)
        announce(FieldChanged(id=field.pk, words=field.label), by=by, changes=changes)
    return field


@transaction.atomic
def rename_choice(field: CustomField, old: str, new: str, *, by: Actor) -> int:
    """Put a choice in other words everywhere it is kept; return how many had it."""
    clean = Reading().text("choice", new, 200)
    if old not in field.choices or not clean or clean in field.choices:
        raise Invalid({"choice": _("Choose one of the choices, and a name that none of them has.")})
    before, field.choices = field.choices, [clean if one == old else one for one in field.choices]
    field.save(update_fields=["choices"])
    count = _rewrite_choice(field, old, clean)
    changes = {"choices": [before, field.choices], "values": [None, count]}
    announce(FieldChanged(id=field.pk, words=field.label), by=by, changes=changes)
    return count


@transaction.atomic
def archive_field(field: CustomField, *, by: Actor, at: Any) -> CustomField:
    """Stop showing a field; what it holds stays, and `restore_field` shows it again."""
    field.archived_at = at
    field.save(update_fields=["archived_at"])
    announce(FieldArchived(id=field.pk, words=field.label), by=by, changes={"archived": [False, True]})
    return field


@transaction.atomic
def restore_field(field: CustomField, *, by: Actor) -> CustomField:
    """Show an archived field again."""
    field.archived_at = None
    field.save(update_fields=["archived_at"])
    event = FieldArchived(id=field.pk, words=field.label, is_archived=False)
    announce(event, by=by, changes={"archived": [True, False]})
    return field


def note_index(field_id: int, *, is_indexed: bool) -> None:
    """Remember whether a field's index was built; a matter of the machine, so nothing is announced."""
    CustomField.objects.filter(pk=field_id).update(is_indexed=is_indexed)


def warn_of_slow_field(field: CustomField, reason: str) -> None:
    """Give the owners a notice that a field could not be indexed."""
    text = _("“%(field)s” has no index: %(reason)s.") % {"field": field.label, "reason": reason}
    Notice.objects.bulk_create(
        (
            Notice(member=owner, text=text[:300], icon="database", key=f"field-index:{field.pk}")
            for owner in Member.objects.active().filter(role=Role.OWNER)
        ),
        ignore_conflicts=True,
    )


def _read(values: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, most in (("label", 80), ("help_text", 200)):
        if name in values:
            columns[name] = reading.text(name, values[name], most)
    if "choices" in values:
        columns["choices"] = _choices(values["choices"], reading)
    if "is_filterable" in values:
        columns["is_filterable"] = bool(values["is_filterable"])
    if "position" in values:
        columns["position"] = max(0, min(int(values["position"] or 0), 32_000))
    return columns


def _choices(raw: Any, reading: Reading) -> list[str]:
    """Return choices from a list, or from text with one on each line; each once, whatever its case."""
    lines = raw.splitlines() if isinstance(raw, str) else raw or ()
    kept: dict[str, str] = {}
    for line in lines:
        choice = reading.text("choices", line, 200)
        if choice:
            kept.setdefault(fold(choice), choice)
    if len(kept) > MAX_CHOICES:
        reading.refuse("choices", _("At most %(most)d choices are possible.") % {"most": MAX_CHOICES})
    return list(kept.values())


def _key(values: Mapping[str, Any], label: str, reading: Reading) -> str:
    said = str(values.get("key") or "").strip()
    ascii_words = "_".join(word for word in words(label) if word.isascii())
    key = (
        said
        or re.sub(r"^[^a-z]+", "", ascii_words)[:40].rstrip("_")
        or f"field_{zlib.crc32(label.encode()) % 100_000}"
    )
    if not _KEY.fullmatch(key):
        reading.refuse("key", _("A key is made of small letters, digits and “_”, and begins with a letter."))
    return key


def _currency(values: Mapping[str, Any], type_: str, reading: Reading) -> str:
    if type_ != FieldType.MONEY:
        return ""
    with reading.of("currency"):
        return parse_currency(str(values.get("currency") or reading.business.currency))
    return ""


def _insert(field: CustomField) -> CustomField:
    try:
        with transaction.atomic():
            field.save(force_insert=True)
    except IntegrityError as problem:
        if "custom_field_once" not in str(problem):
            raise
        raise FieldThere() from problem
    return field


def _index_later(field: CustomField) -> None:
    if field.is_filterable and not field.is_indexed:
        defer(BUILD_INDEX, queue=BULK, field_id=field.pk)


def _rewrite_choice(field: CustomField, old: str, new: str) -> int:
    is_list = field.type == FieldType.CHOICES
    sql = f"""
        UPDATE {TABLES[field.subject]} SET custom = jsonb_set(custom, ARRAY[%(key)s], CASE WHEN %(is_list)s
            THEN (SELECT jsonb_agg(CASE WHEN x = %(old)s THEN %(new)s ELSE x END)
                  FROM jsonb_array_elements_text(custom->%(key)s) AS x)
            ELSE to_jsonb(%(new)s::text) END)
        WHERE CASE WHEN %(is_list)s THEN custom->%(key)s @> to_jsonb(ARRAY[%(old)s::text])
            ELSE custom->>%(key)s = %(old)s END"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"key": field.key, "old": old, "new": new, "is_list": is_list})
        return int(cursor.rowcount)
