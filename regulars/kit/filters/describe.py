"""A filter in words: one sentence for a view's subtitle, one chip for each of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.compile import as_node
from regulars.kit.filters.tree import And, Did, Node, Not, Or, Test
from regulars.kit.filters.values import ME, Amount
from regulars.kit.money import format_money
from regulars.kit.traits import Trait

_SAID: Mapping[str, Any] = {
    "is": gettext_lazy("%(field)s is %(value)s"),
    "is_not": gettext_lazy("%(field)s is not %(value)s"),
    "contains": gettext_lazy("%(field)s contains “%(value)s”"),
    "not_contains": gettext_lazy("%(field)s does not contain “%(value)s”"),
    "starts_with": gettext_lazy("%(field)s starts with “%(value)s”"),
    "any_of": gettext_lazy("%(field)s is %(any)s"),
    "none_of": gettext_lazy("%(field)s is not %(any)s"),
    "lt": gettext_lazy("%(field)s is less than %(value)s"),
    "lte": gettext_lazy("%(field)s is at most %(value)s"),
    "gt": gettext_lazy("%(field)s is more than %(value)s"),
    "gte": gettext_lazy("%(field)s is at least %(value)s"),
    "between": gettext_lazy("%(field)s is between %(first)s and %(last)s"),
    "on": gettext_lazy("%(field)s is on %(value)s"),
    "before": gettext_lazy("%(field)s is before %(value)s"),
    "after": gettext_lazy("%(field)s is after %(value)s"),
    "this_month": gettext_lazy("%(field)s is this month"),
    "has": gettext_lazy("%(field)s has %(value)s"),
    "has_not": gettext_lazy("%(field)s does not have %(value)s"),
    "has_any": gettext_lazy("%(field)s has %(any)s"),
    "has_all": gettext_lazy("%(field)s has %(all)s"),
    "has_none": gettext_lazy("%(field)s does not have %(any)s"),
    "empty": gettext_lazy("%(field)s is empty"),
    "not_empty": gettext_lazy("%(field)s is not empty"),
}
_SAID_DAYS: Mapping[str, Any] = {
    "last_days": ngettext_lazy(
        "%(field)s is in the last %(days)d day", "%(field)s is in the last %(days)d days", "days"
    ),
    "not_last_days": ngettext_lazy(
        "%(field)s is not in the last %(days)d day", "%(field)s is not in the last %(days)d days", "days"
    ),
    "next_days": ngettext_lazy(
        "%(field)s is in the next %(days)d day", "%(field)s is in the next %(days)d days", "days"
    ),
    "anniversary_within_days": ngettext_lazy(
        "%(field)s comes round in the next %(days)d day",
        "%(field)s comes round in the next %(days)d days",
        "days",
    ),
}


@dataclass(frozen=True)
class Chip:
    """One part of a filter in words, with the filter that is left when the chip is taken away."""

    text: str
    part: object
    rest: object


def sentence(tree: object, subject: str, asker: Asker) -> str:
    """Say a filter in one sentence: "Stage is Acquired and ordered at least 3 times in the last 90 days"."""
    return capfirst(_words(as_node(tree, subject, asker), asker))


def chips(raw: object, subject: str, asker: Asker, node: Node | None = None) -> list[Chip]:
    """Return the parts of a filter given as JSON (and parsed, where it was already); all of them must hold."""
    node = as_node(raw, subject, asker) if node is None else node
    if not isinstance(raw, Mapping) or not isinstance(node, And):
        return [] if raw in (None, {}) else [Chip(capfirst(_words(node, asker)), raw, {})]
    parts = list(raw.get("and", ()))
    return [
        Chip(
            capfirst(_words(said, asker)),
            part,
            {"and": rest} if (rest := parts[:place] + parts[place + 1 :]) else {},
        )
        for place, (part, said) in enumerate(zip(parts, node.parts, strict=True))
    ]


def _words(node: Node, asker: Asker) -> str:
    if isinstance(node, Test):
        return _test_words(node, asker)
    if isinstance(node, Did):
        return _did_words(node, asker)
    if isinstance(node, Not):
        return _("not (%(part)s)") % {"part": _words(node.part, asker)}
    if not node.parts:
        return _("everything")
    between = _(" and ") if isinstance(node, And) else _(" or ")
    return (
        between.join(_inner(part, asker) for part in node.parts)
        if len(node.parts) > 1
        else _words(node.parts[0], asker)
    )


def _inner(node: Node, asker: Asker) -> str:
    is_group = isinstance(node, And | Or) and len(node.parts) > 1
    return f"({_words(node, asker)})" if is_group else _words(node, asker)


def _test_words(node: Test, asker: Asker) -> str:
    field = str(node.trait.label)
    if node.op in _SAID_DAYS:
        return str(_SAID_DAYS[node.op] % {"field": field, "days": node.value})
    values = node.value if isinstance(node.value, tuple) else (node.value,)
    words = [_value_words(one, node.trait, asker) for one in values if one is not None]
    said = {
        "field": field,
        "value": words[0] if words else "",
        "any": _listed(words, _("or")),
        "all": _listed(words, _("and")),
    }
    return str(_SAID[node.op]) % (said | {"first": said["value"], "last": words[-1] if words else ""})


def _listed(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def _value_words(value: Any, trait: Trait, asker: Asker) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value == ME and trait.type == "ref":
        return _("me")
    if isinstance(value, Amount):
        currency = value.currency or (trait.currency() if trait.currency else "")
        return format_money(value.minor, currency) if currency else number_format(value.minor)
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if trait.choices is not None:
        return str(asker.choices(trait).get(str(value), value))
    if trait.names is not None and isinstance(value, int):
        return trait.names([value]).get(value, str(value))
    return number_format(value) if isinstance(value, int | Decimal) and trait.type == "number" else str(value)


def _did_words(node: Did, asker: Asker) -> str:
    label = str(node.behaviour.label)
    parts = [_times_words(node, label), *_window_words(node)]
    if node.where is not None:
        parts.append(f"({_words(node.where, asker)})")
    return " ".join(parts)


_AT_LEAST = ngettext_lazy("%(did)s at least %(times)d time", "%(did)s at least %(times)d times", "times")
_AT_MOST = ngettext_lazy("%(did)s at most %(times)d time", "%(did)s at most %(times)d times", "times")
_EXACTLY = ngettext_lazy("%(did)s exactly %(times)d time", "%(did)s exactly %(times)d times", "times")


def _times_words(node: Did, label: str) -> str:
    low, high = node.at_least, node.at_most
    if high == 0:
        return _("never %(did)s") % {"did": label}
    if high is None and low in (None, 1):
        return label
    if high is None or low is None:
        said, times = (_AT_LEAST, low) if high is None else (_AT_MOST, high)
        return str(said % {"did": label, "times": times})
    if low == high:
        return str(_EXACTLY % {"did": label, "times": high})
    return _("%(did)s %(low)d to %(high)d times") % {"did": label, "low": low, "high": high}


def _window_words(node: Did) -> list[str]:
    if node.within_days is not None:
        days = {"days": node.within_days}
        return [ngettext("in the last %(days)d day", "in the last %(days)d days", node.within_days) % days]
    if node.between is None:
        return []
    first, last = (date_format(day, "DATE_FORMAT") for day in node.between)
    return [_("between %(first)s and %(last)s") % {"first": first, "last": last}]
