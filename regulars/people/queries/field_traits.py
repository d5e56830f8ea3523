"""The business's own fields as traits, so that filters, lists and segments know them the moment they are made."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from regulars.kit.traits import Label, Trait
from regulars.people.engine.custom_sql import folded_sql, value_sql
from regulars.people.engine.folding import sql_fold
from regulars.people.models import CustomField

GROUP = _("Own fields")


class FieldTraits:
    """The own fields of one subject; read again whenever one was made or changed."""

    def __init__(self, subject: str) -> None:
        self.subject = subject

    def version(self) -> Hashable:
        told = self._rows().values_list("pk", "label", "is_filterable", "position", "choices")
        return tuple((*row[:-1], str(row[-1])) for row in told)

    def traits(self) -> Iterable[Trait]:
        return [trait_of(field) for field in self._rows()]

    def _rows(self) -> QuerySet[CustomField]:
        live = CustomField.objects.filter(subject=self.subject, archived_at__isnull=True)
        return live.order_by("position", "pk")


def trait_of(field: CustomField) -> Trait:
    """Return one own field as a trait; its name is `custom.` and its key."""
    sql, more = value_sql(field.key, field.type), dict[str, Any]()
    if field.type in ("text", "link"):
        more = {
            "folded": folded_sql(field.key, field.type),
            "fold": sql_fold,
            "sort_sql": folded_sql(field.key, field.type),
        }
    if field.type in ("choice", "choices"):
        pairs: list[tuple[str, Label]] = [(choice, choice) for choice in field.choices]
        # What was a choice once may still stand in records, so it can be asked for.
        more = {"choices": lambda: pairs, "open_choices": True}
    if field.type == "money":
        currency = field.currency
        more = {"currency": lambda: currency}
    return Trait(
        name=f"custom.{field.key}",
        subject=field.subject,
        type=field.type,  # type: ignore[arg-type]
        label=field.label,
        sql=sql,
        group=GROUP,
        filterable=field.is_filterable,
        sortable=field.is_filterable and field.type not in ("choices", "bool"),
        **more,
    )
