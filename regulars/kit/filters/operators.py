"""Which operators each type of trait has. Every negative operator is the exact complement of a positive one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from regulars.kit.traits import Label, Trait, TraitType

Arity = Literal["none", "one", "two", "many"]


@dataclass(frozen=True)
class Operator:
    """A way to compare: how many values it takes, and of what type where that is not the trait's."""

    name: str
    label: Label
    arity: Arity = "one"
    value_type: str = ""
    denies: str = ""


OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("is", _("is")),
        Operator("is_not", _("is not"), denies="is"),
        Operator("contains", _("contains")),
        Operator("not_contains", _("does not contain"), denies="contains"),
        Operator("starts_with", _("starts with")),
        Operator("any_of", _("is any of"), "many"),
        Operator("none_of", _("is none of"), "many", denies="any_of"),
        Operator("lt", _("is less than")),
        Operator("lte", _("is at most")),
        Operator("gt", _("is more than")),
        Operator("gte", _("is at least")),
        Operator("between", _("is between"), "two"),
        Operator("on", _("is on")),
        Operator("before", _("is before")),
        Operator("after", _("is after")),
        Operator("last_days", _("is in the last days"), value_type="days"),
        Operator("not_last_days", _("is not in the last days"), value_type="days", denies="last_days"),
        Operator("next_days", _("is in the next days"), value_type="days"),
        Operator("this_month", _("is in this month"), "none"),
        Operator("anniversary_within_days", _("has its anniversary in the next days"), value_type="days"),
        Operator("has", _("has")),
        Operator("has_not", _("does not have"), denies="has"),
        Operator("has_any", _("has any of"), "many"),
        Operator("has_all", _("has all of"), "many"),
        Operator("has_none", _("has none of"), "many", denies="has_any"),
        Operator("empty", _("is empty"), "none", denies="not_empty"),
        Operator("not_empty", _("is not empty"), "none"),
    )
}

_EMPTY = ("empty", "not_empty")
_TEXT = ("is", "is_not", "contains", "not_contains", "starts_with", "any_of", "none_of", *_EMPTY)
_NUMBER = ("is", "is_not", "lt", "lte", "gt", "gte", "between", *_EMPTY)
_DAYS = ("last_days", "not_last_days", "next_days", "this_month", "anniversary_within_days")
_DATE = ("on", "before", "after", "between", *_DAYS, *_EMPTY)
_CHOICE = ("is", "is_not", "any_of", "none_of", *_EMPTY)
_CHOICES = ("has", "has_not", "has_any", "has_all", "has_none", *_EMPTY)

BY_TYPE: dict[TraitType, tuple[str, ...]] = {
    "text": _TEXT,
    "link": _TEXT,
    "number": _NUMBER,
    "money": _NUMBER,
    "date": _DATE,
    "datetime": _DATE,
    "choice": _CHOICE,
    "ref": _CHOICE,
    "choices": _CHOICES,
    "tags": _CHOICES,
    "bool": ("is", "is_not", *_EMPTY),
}


def operators_of(trait: Trait) -> tuple[str, ...]:
    """Return the names of the operators a trait can be asked with."""
    names = BY_TYPE[trait.type]
    return tuple(name for name in names if name in trait.operators) if trait.operators else names


def value_type(trait: Trait, operator: Operator) -> str:
    """Return what kind of value a builder should ask for."""
    return "" if operator.arity == "none" else operator.value_type or trait.type
