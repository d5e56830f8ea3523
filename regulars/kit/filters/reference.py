"""The same filter language, evaluated slowly over plain Python rows: what the SQL is checked against, and its definition.

A row has a value (or a list, where there are many) under each trait's name; money is minor units or (minor units, currency).
Nothing is either None, "" or an empty list. What is empty passes no positive operator; a negative operator is true exactly
when its positive is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.operators import OPERATORS
from regulars.kit.filters.tree import And, Did, Node, Not, Or, Test
from regulars.kit.filters.values import ME, Amount


@dataclass(frozen=True)
class Row:
    """One subject: its values by trait name, and its events by behaviour name, each with `at` and its own values."""

    values: Mapping[str, Any]
    events: Mapping[str, Sequence[Event]] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)


def passes(node: Node, row: Row, asker: Asker) -> bool:
    """Say whether a row passes a filter."""
    if isinstance(node, And):
        return all(passes(part, row, asker) for part in node.parts)
    if isinstance(node, Or):
        return any(passes(part, row, asker) for part in node.parts)
    if isinstance(node, Not):
        return not passes(node.part, row, asker)
    return _did(node, row, asker) if isinstance(node, Did) else _test(node, row, asker)


def _did(node: Did, row: Row, asker: Asker) -> bool:
    times = sum(
        1
        for event in row.events.get(node.behaviour.name, ())
        if _in_window(node, event.at, asker)
        and (node.where is None or passes(node.where, Row(event.values), asker))
    )
    return (node.at_least or 0) <= times and (node.at_most is None or times <= node.at_most)


def _in_window(node: Did, at: datetime, asker: Asker) -> bool:
    if node.within_days is not None:
        return at >= asker.now - timedelta(days=node.within_days)
    return node.between is None or node.between[0] <= at.astimezone(asker.zone).date() <= node.between[1]


def _test(node: Test, row: Row, asker: Asker) -> bool:
    operator = OPERATORS[node.op]
    found = row.values.get(node.trait.name)
    found = node.trait.absent if found is None else found
    values = found if isinstance(found, list) else [found]
    values = [one for one in values if one is not None and one != ""]
    if operator.denies:
        return not _positive(operator.denies, values, node, asker)
    return _positive(operator.name, values, node, asker)


def _positive(op: str, values: list[Any], node: Test, asker: Asker) -> bool:
    if op == "not_empty":
        return bool(values)
    if op == "has_all":
        return all(any(_same(one, wanted, node, asker) for one in values) for wanted in node.value)
    return any(_holds(op, one, node, asker) for one in values)


def _holds(op: str, one: Any, node: Test, asker: Asker) -> bool:
    if op in ("is", "has"):
        return _same(one, node.value, node, asker)
    if op in ("any_of", "has_any"):
        return any(_same(one, wanted, node, asker) for wanted in node.value)
    if op in ("contains", "starts_with"):
        text, part = (_lowered(each, node) for each in (one, node.value))
        return part in text if op == "contains" else text.startswith(part)
    if node.trait.type in ("number", "money"):
        return _number(op, one, node)
    return _date(op, one, node, asker)


def _same(one: Any, wanted: Any, node: Test, asker: Asker) -> bool:
    if wanted == ME and node.trait.type == "ref":
        return bool(one == asker.member_id)
    if isinstance(wanted, Amount):
        return _number("is", one, node)
    fold = node.trait.fold
    return bool(fold(one) == fold(wanted)) if fold and isinstance(one, str) else bool(one == wanted)


def _lowered(text: str, node: Test) -> str:
    if node.trait.fold:
        return node.trait.fold(text)
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda one, wanted: one == wanted,
    "lt": lambda one, wanted: one < wanted,
    "lte": lambda one, wanted: one <= wanted,
    "gt": lambda one, wanted: one > wanted,
    "gte": lambda one, wanted: one >= wanted,
    "between": lambda one, wanted: wanted[0] <= one <= wanted[1],
}


def _number(op: str, one: Any, node: Test) -> bool:
    wanted = node.value
    amounts = [
        each for each in (wanted if isinstance(wanted, tuple) else (wanted,)) if isinstance(each, Amount)
    ]
    minor, currency = one if isinstance(one, tuple) else (one, "")
    if amounts and currency and amounts[0].currency not in ("", currency):
        return False
    if amounts:
        wanted = tuple(each.minor for each in amounts) if op == "between" else amounts[0].minor
    return _COMPARE[op](minor, wanted)


def _date(op: str, one: date, node: Test, asker: Asker) -> bool:
    value, day = node.value, one.astimezone(asker.zone).date() if isinstance(one, datetime) else one
    if op in ("last_days", "next_days"):
        now, length = (
            (asker.now, timedelta(days=value))
            if isinstance(one, datetime)
            else (asker.today, timedelta(days=value))
        )
        return now - length <= one <= now if op == "last_days" else now <= one <= now + length
    if op == "this_month":
        return (day.year, day.month) == (asker.today.year, asker.today.month)
    if op == "anniversary_within_days":
        return any(
            _celebrated(day, asker.today + timedelta(days=ahead)) for ahead in range(min(value, 366) + 1)
        )
    low, high = {"on": (value, value), "before": (None, value), "after": (value, None)}.get(op) or value
    strict = op in ("before", "after")
    return _not_below(one, day, low, strict=strict) and _not_above(one, day, high, strict=strict)


def _not_below(one: date, day: date, low: date | None, *, strict: bool) -> bool:
    if low is None:
        return True
    ours = one if isinstance(low, datetime) else day
    return ours > low if strict else ours >= low


def _not_above(one: date, day: date, high: date | None, *, strict: bool) -> bool:
    if high is None:
        return True
    ours = one if isinstance(high, datetime) else day
    return ours < high if strict else ours <= high


def _celebrated(born: date, on: date) -> bool:
    if (born.month, born.day) == (on.month, on.day):
        return True
    is_last_of_february = on.month == 2 and (on + timedelta(days=1)).month == 3
    return (born.month, born.day) == (2, 29) and is_last_of_february
