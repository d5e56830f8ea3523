from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

from django.utils.functional import Promise

Changes = Mapping[str, Any]
EVENTS: dict[str, type[Event]] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact that a room announces: ids and small values, enough for whoever hears it.

    `on_timeline`: it is shown among what happened with the person. `audited`: it is written into the audit log.
    `touches`: it counts as contact with the person. A kind that ends in `.*` stands for a family: what follows the dot is
    the event's field `name`.
    """

    kind: ClassVar[str] = ""
    label: ClassVar[str | Promise] = ""
    icon: ClassVar[str] = "point"
    on_timeline: ClassVar[bool] = False
    audited: ClassVar[bool] = True
    touches: ClassVar[bool] = True
    person_id: int | None = None
    company_id: int | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" not in cls.__dict__ or not cls.kind:
            return
        known = EVENTS.setdefault(cls.kind, cls)
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"Two events are called {cls.kind}: {known} and {cls}")

    def full_kind(self) -> str:
        """Return the kind by which it is booked and heard; in a family the name takes the star's place."""
        return (
            self.kind.removesuffix("*") + str(getattr(self, "name", ""))
            if self.kind.endswith("*")
            else self.kind
        )

    def payload(self) -> dict[str, Any]:
        """Return the event's own values, without what is as by default and what every touchpoint has columns for."""
        own = [f for f in dataclasses.fields(self) if f.name not in ("person_id", "company_id")]
        values = [(f, getattr(self, f.name)) for f in own]
        return {
            f.name: value
            for f, value in values
            if _is_required(f) or value not in (None, "", [], {}, _default(f))
        }

    def subject(self) -> tuple[str, int | None]:
        """Return what the event is about, as a type and an id; the person or company when the event names nothing else."""
        if self.person_id is not None:
            return "person", self.person_id
        return ("company", self.company_id) if self.company_id is not None else ("", None)

    def title(self) -> str:
        """Return the words kept beside the touchpoint, readable after the subject itself is gone."""
        return ""


def _is_required(one: dataclasses.Field[Any]) -> bool:
    return one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING


def _default(one: dataclasses.Field[Any]) -> Any:
    return one.default_factory() if one.default_factory is not dataclasses.MISSING else one.default


def event_class(kind: str) -> type[Event] | None:
    """Return the event that is booked under a kind; None when its room is switched off."""
    return EVENTS.get(kind) or EVENTS.get(family(kind))


def family(kind: str) -> str:
    """Return the family a kind would belong to.

    >>> family("custom.store_visit")
    'custom.*'
    """
    return f"{kind.partition('.')[0]}.*"


def read_back(
    kind: str, payload: Mapping[str, Any], person_id: int | None, company_id: int | None
) -> Event | None:
    """Return an event as it was announced; None when its room is switched off or its words were erased."""
    cls = event_class(kind)
    if cls is None:
        return None
    types = _types(cls.kind)
    values = {name: _typed(types[name], value) for name, value in payload.items() if name in types}
    if any(_is_required(one) and one.name not in values for one in dataclasses.fields(cls)):
        return None
    return cls(person_id=person_id, company_id=company_id, **values)


@cache
def _types(kind: str) -> dict[str, Any]:
    cls = EVENTS[kind]
    hints = get_type_hints(cls)
    return {one.name: hints[one.name] for one in dataclasses.fields(cls)}


def _typed(hint: Any, value: Any) -> Any:
    """Return a value from JSON as its field is declared: dates, decimals and tuples have no JSON of their own."""
    if get_origin(hint) in (Union, UnionType):
        hint = next((one for one in get_args(hint) if one is not type(None)), hint)
    if value is None:
        return None
    kind = get_origin(hint) or hint
    if kind in (datetime, date) and isinstance(value, str):
        return kind.fromisoformat(value)
    if kind in (tuple, set, frozenset) and isinstance(value, list):
        return kind(value)
    return Decimal(value) if kind is Decimal and isinstance(value, str) else value


def as_json(value: Any) -> str:
    """Return a value as JSON text: dates as ISO text, everything else unknown as its words."""
    return json.dumps(value, default=_plain)


def jsonable(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    return json.loads(as_json(value))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return only what differs, as {field: [before, after]}."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: [jsonable(before.get(name)), jsonable(after[name])] for name in names}
