"""What can be asked about a person, company, order …: rooms register traits and behaviours here, lists and segments read them.

SQL in a trait is plain text written by us, never by a user. `{t}` stands for the subject's table alias, a join's own alias
is written in braces (`{figures}.order_count`), and `%` needs no doubling. See docs/build/filters.md for worked examples.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from django.utils.functional import Promise

Label = str | Promise
TraitType = Literal[
    "text", "number", "money", "date", "datetime", "choice", "choices", "tags", "bool", "link", "ref"
]
MaySee = Callable[[str], bool]


@dataclass(frozen=True)
class Join:
    """A table joined once, and only when a trait that needs it is used: `JOIN figures {figures} ON {figures}.person_id = {t}.id`."""

    alias: str
    sql: str
    needs: Join | None = None


@dataclass(frozen=True)
class Exists:
    """How to reach values of which there are many: `SELECT 1 FROM people_identity i WHERE i.person_id = {t}.id AND {value}`.

    The trait's `sql` is then an expression over the tables in here, and `{value}` becomes the condition on it.
    """

    sql: str


@dataclass(frozen=True, kw_only=True)
class Trait:
    """One thing that can be asked, shown or sorted by: its name, type and SQL expression.

    Text is compared without case and accents when `folded` names an expression that holds folded text and `fold` the
    function that folds what a user typed. `sort_id` is the subject's id in the same table as `sort_sql`, so that one
    index (sort key, id) serves sorting and paging. `not_null` promises that neither `sql` nor `sort_sql` is ever null.
    `names` gives the words for ids that a `ref` holds; `refers_to="member"` lets a filter say "me".
    `absent` is the number that a missing row stands for: who has no figures has ordered 0 times, and sorts like it.
    A choice's values must be among `choices` unless `open_choices`; several choices are kept as JSON array or, with
    `array_of`, as an array of PostgreSQL. `show_sql` is what a column shows, where it differs.
    """

    name: str
    subject: str
    type: TraitType
    label: Label
    sql: str
    group: Label = ""
    join: Join | None = None
    exists: Exists | None = None
    choices: Callable[[], Iterable[tuple[str, Label]]] | None = None
    open_choices: bool = False
    refers_to: str = ""
    names: Callable[[list[int]], Mapping[int, str]] | None = None
    currency: Callable[[], str] | None = None
    currency_sql: str = ""
    folded: str = ""
    fold: Callable[[str], str] | None = None
    filterable: bool = True
    sortable: bool = False
    sort_sql: str = ""
    sort_type: TraitType | None = None
    sort_id: str = ""
    show_sql: str = ""
    not_null: bool = False
    absent: int | None = None
    array_of: Literal["", "bigint", "text"] = ""
    see: str = ""
    operators: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.folded) != (self.fold is not None):
            raise TypeError(f"Trait {self.name} needs both `folded` and `fold`, or neither.")

    @property
    def order_sql(self) -> str:
        return self.sort_sql or self.sql

    @property
    def order_type(self) -> TraitType:
        return self.sort_type or self.type

    @property
    def column_sql(self) -> str:
        return self.show_sql or ("" if self.exists else self.sql)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Per-subject figures that answer a behaviour without reading its events: how often ever, and the first and last time.

    They must count exactly the events that the behaviour's `table` and `condition` describe.
    """

    join: Join
    count: str
    first_at: str = ""
    last_at: str = ""


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """Something a subject did that can be counted: `{e}` is the alias of the events' table.

    `label` continues a sentence about the subject ("ordered"). `where` names the subject whose traits the events have
    ("order"), `where_fields` limits them.
    """

    name: str
    subject: str
    label: Label
    table: str
    key: str
    at: str
    condition: str = ""
    where: str = ""
    where_fields: tuple[str, ...] = ()
    totals: Totals | None = None
    see: str = ""


class TraitProvider(Protocol):
    """A source of traits kept in the database, such as custom fields; read again when the version differs."""

    def version(self) -> Hashable: ...

    def traits(self) -> Iterable[Trait]: ...


_traits: dict[str, dict[str, Trait]] = defaultdict(dict)
_behaviours: dict[str, dict[str, Behaviour]] = defaultdict(dict)
_providers: dict[str, list[TraitProvider]] = defaultdict(list)
_read: dict[int, tuple[Hashable, dict[str, Trait]]] = {}


def register_trait(*traits: Trait) -> None:
    """Offer traits to filters, lists and segments; the same name again replaces the trait."""
    for trait in traits:
        _traits[trait.subject][trait.name] = trait


def register_behaviour(*behaviours: Behaviour) -> None:
    """Offer behaviours to the filters of their subject; the same name again replaces the behaviour."""
    for behaviour in behaviours:
        _behaviours[behaviour.subject][behaviour.name] = behaviour


def register_dynamic(subject: str, provider: TraitProvider) -> None:
    """Offer traits that are defined in the database, such as custom fields."""
    if provider not in _providers[subject]:
        _providers[subject].append(provider)


def sees_everything(verb: str) -> bool:
    """Answer yes to every permission: for jobs that work for the business and not for one member."""
    return True


def traits_for(subject: str, may_see: MaySee = sees_everything) -> dict[str, Trait]:
    """Return the subject's traits by name, without those whose permission the asker lacks."""
    known: dict[str, Trait] = {}
    for provider in _providers.get(subject, []):
        known |= _provided(provider)
    known |= _traits.get(subject, {})
    return _visible(known, may_see)


def behaviours_for(subject: str, may_see: MaySee = sees_everything) -> dict[str, Behaviour]:
    """Return the subject's behaviours by name, without those whose permission the asker lacks."""
    known = _behaviours.get(subject, {})
    return {name: one for name, one in known.items() if not one.see or may_see(one.see)}


def _visible(known: Mapping[str, Trait], may_see: MaySee) -> dict[str, Trait]:
    answers: dict[str, bool] = {"": True}
    for trait in known.values():
        if trait.see not in answers:
            answers[trait.see] = may_see(trait.see)
    return {name: trait for name, trait in known.items() if answers[trait.see]}


def _provided(provider: TraitProvider) -> dict[str, Trait]:
    version = provider.version()
    held = _read.get(id(provider))
    if held is None or held[0] != version:
        held = (version, {trait.name: trait for trait in provider.traits()})
        _read[id(provider)] = held
    return held[1]
