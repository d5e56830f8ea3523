"""A filter as JSON, read into checked nodes. docs/api/filters.md describes the JSON for those who write it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.bad import BadFilter, Path, not_among
from regulars.kit.filters.operators import OPERATORS, operators_of
from regulars.kit.filters.values import MAX_DAYS, Value, read_day, read_value, whole_number
from regulars.kit.traits import Behaviour, Trait

MAX_DEPTH, MAX_NODES, MAX_COUNT, MAX_BYTES = 10, 100, 10_000, 100_000
_GROUPS = ("and", "or", "not")
_DID = ("did", "at_least", "at_most", "exactly", "never", "within_days", "between", "where")
_TEST = ("field", "op", "value")


@dataclass(frozen=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    part: Node


@dataclass(frozen=True)
class Test:
    """A trait compared with a value."""

    __test__ = False
    trait: Trait
    op: str
    value: Value = None


@dataclass(frozen=True)
class Did:
    """A behaviour counted: at least and at most so often, in the last days or between two days (both included)."""

    behaviour: Behaviour
    at_least: int | None
    at_most: int | None
    within_days: int | None = None
    between: tuple[date, date] | None = None
    where: Node | None = None


Node = And | Or | Not | Test | Did
EVERYTHING = And(())


def read_json(text: str) -> Any:
    """Return the JSON of a filter that came as text; nothing at all is the filter that everything passes."""
    if not text.strip():
        return {}
    if len(text) > MAX_BYTES:
        raise BadFilter((), _("This filter is too large."))
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFilter((), _("This is not valid JSON.")) from error


def parse(raw: object, subject: str, asker: Asker) -> Node:
    """Return the checked tree of a filter, or raise BadFilter with the place and the reason."""
    if raw is None or raw == {}:
        return EVERYTHING
    return _Parser(subject, asker).node(raw, (), 1)


class _Parser:
    def __init__(
        self, subject: str, asker: Asker, counted: list[int] | None = None, fields: tuple[str, ...] = ()
    ) -> None:
        self.subject, self.asker = subject, asker
        known = asker.traits(subject)
        self.traits = {
            name: trait
            for name, trait in known.items()
            if trait.filterable and (not fields or name in fields)
        }
        self.counted = counted if counted is not None else [0]
        self.is_inner = counted is not None

    def node(self, raw: object, path: Path, depth: int) -> Node:
        self._count(path, depth)
        if not isinstance(raw, Mapping) or not raw:
            raise BadFilter(path, _("A condition is needed here: an object with and, or, not, field or did."))
        if "field" in raw:
            return self._test(raw, path)
        if "did" in raw:
            return self._did(raw, path, depth)
        return self._group(raw, path, depth)

    def _count(self, path: Path, depth: int) -> None:
        self.counted[0] += 1
        if depth > MAX_DEPTH:
            raise BadFilter(path, _("Conditions can be nested %(most)d deep at most.") % {"most": MAX_DEPTH})
        if self.counted[0] > MAX_NODES:
            raise BadFilter(path, _("A filter can have %(most)d conditions at most.") % {"most": MAX_NODES})

    def _group(self, raw: Mapping[str, object], path: Path, depth: int) -> Node:
        name = str(next(iter(raw)))
        if name not in _GROUPS:
            raise BadFilter(
                (*path, name), not_among(name, (*_GROUPS, "field", "did")), (*_GROUPS, "field", "did")
            )
        _only(raw, (name,), path)
        path = (*path, name)
        if name == "not":
            return Not(self.node(raw["not"], path, depth + 1))
        parts = raw[name]
        if not isinstance(parts, list | tuple):
            raise BadFilter(path, _("A list of conditions is needed here."))
        nodes = tuple(self.node(part, (*path, place), depth + 1) for place, part in enumerate(parts))
        if name == "or" and not nodes:
            raise BadFilter(path, _("This group is empty; give it at least one condition."))
        return And(nodes) if name == "and" else Or(nodes)

    def _test(self, raw: Mapping[str, object], path: Path) -> Test:
        _only(raw, _TEST, path)
        trait = self.traits.get(str(raw["field"]))
        if trait is None:
            raise BadFilter((*path, "field"), not_among(raw["field"], self.traits), self.traits)
        names = operators_of(trait)
        if raw.get("op") not in names:
            problem = not_among(raw.get("op"), names) if "op" in raw else _("An operator is missing: op.")
            raise BadFilter((*path, "op"), problem, names)
        operator = OPERATORS[str(raw["op"])]
        if operator.arity != "none" and raw.get("value") is None:
            raise BadFilter((*path, "value"), _("A value is missing."))
        return Test(
            trait, operator.name, read_value(raw.get("value"), trait, operator, self.asker, (*path, "value"))
        )

    def _did(self, raw: Mapping[str, object], path: Path, depth: int) -> Did:
        _only(raw, _DID, path)
        known = {} if self.is_inner else self.asker.behaviours(self.subject)
        behaviour = known.get(str(raw["did"]))
        if behaviour is None:
            raise BadFilter((*path, "did"), not_among(raw["did"], known), known)
        at_least, at_most = _times(raw, path)
        within, between = _window(raw, path)
        where = self._where(raw["where"], behaviour, (*path, "where"), depth) if raw.get("where") else None
        return Did(behaviour, at_least, at_most, within, between, where)

    def _where(self, raw: object, behaviour: Behaviour, path: Path, depth: int) -> Node:
        if not behaviour.where:
            raise BadFilter(path, _("This behaviour has no fields to ask for."))
        inner = _Parser(behaviour.where, self.asker, self.counted, behaviour.where_fields)
        return inner.node(raw, path, depth + 1)


def _only(raw: Mapping[str, object], allowed: tuple[str, ...], path: Path) -> None:
    for name in raw:
        if name not in allowed:
            raise BadFilter((*path, str(name)), not_among(name, allowed), allowed)


def _times(raw: Mapping[str, object], path: Path) -> tuple[int | None, int | None]:
    """Return at least and at most how often; saying nothing means at least once."""
    counts = [name for name in ("at_least", "at_most", "exactly", "never") if raw.get(name) is not None]
    if len(counts) > 1 and set(counts) != {"at_least", "at_most"}:
        raise BadFilter((*path, counts[1]), _("Say how often in one way only."))
    if "never" in counts:
        if raw["never"] is not True:
            raise BadFilter((*path, "never"), _("Only true is possible here."), ["true"])
        return None, 0
    if "exactly" in counts:
        exactly = whole_number(raw["exactly"], 0, MAX_COUNT, (*path, "exactly"))
        return exactly or None, exactly
    low = whole_number(raw["at_least"], 1, MAX_COUNT, (*path, "at_least")) if "at_least" in counts else None
    high = whole_number(raw["at_most"], 0, MAX_COUNT, (*path, "at_most")) if "at_most" in counts else None
    if low is not None and high is not None and low > high:
        raise BadFilter((*path, "at_most"), _("The first value must not be above the second."))
    return (1, None) if not counts else (low, high)


def _window(raw: Mapping[str, object], path: Path) -> tuple[int | None, tuple[date, date] | None]:
    within, between = raw.get("within_days"), raw.get("between")
    if within is not None and between is not None:
        raise BadFilter((*path, "between"), _("Use either within_days or between, not both."))
    if within is not None:
        return whole_number(within, 0, MAX_DAYS, (*path, "within_days")), None
    if between is None:
        return None, None
    path = (*path, "between")
    if not isinstance(between, list | tuple) or len(between) != 2:
        raise BadFilter(path, _("Exactly two values are needed here: from and to."))
    first, last = (read_day(day, (*path, place)) for place, day in enumerate(between))
    if first > last:
        raise BadFilter(path, _("The first value must not be above the second."))
    return None, (first, last)
