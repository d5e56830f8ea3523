"""Who may do what: one table that pages, API, search and export all read.

Each line is a verb; each column says how far a role's reach goes: `all`, only the customers of its `team`,
only those it keeps itself (`own`), or `–` for not at all. For what is nobody's customer (settings, members)
`all` simply means yes.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Protocol

from django.db.models import Q

TABLE = """
verb                  owner  manager  agent  marketer  analyst
people.see            all    all      team   all       all
people.change         all    all      team   all       –
people.delete         all    all      –      –         –
people.import         all    all      –      all       –
people.export         all    all      –      all       all
companies.see         all    all      team   all       all
companies.change      all    all      team   all       –
companies.delete      all    all      –      –         –
timeline.see          all    all      team   all       all
timeline.post         all    all      team   all       –
notes.change          all    all      team   all       –
tasks.change          all    all      team   all       –
stages.change         all    all      team   all       –
rules.change          all    all      –      –         –
fields.change         all    all      –      all       –
tags.change           all    all      team   all       –
views.save            all    all      all    all       all
views.share           all    all      –      all       all
orders.see            all    all      team   all       all
orders.change         all    all      team   –         –
orders.import         all    all      –      –         –
orders.export         all    all      –      all       all
products.see          all    all      all    all       all
products.change       all    all      –      all       –
costs.see             all    all      –      all       all
messages.see          all    all      team   all       all
messages.change       all    all      team   –         –
messages.log          all    all      team   all       –
conversations.see     all    all      team   all       all
conversations.answer  all    all      team   –         –
conversations.change  all    all      team   –         –
conversations.assign  all    all      team   –         –
unclaimed.see         all    all      –      –         –
mailboxes.see         all    all      –      –         –
mailboxes.change      all    all      –      –         –
connections.change    all    all      –      –         –
targets.change        all    all      –      –         –
templates.change      all    all      –      –         –
macros.change         all    all      own    –         –
skills.change         all    all      –      –         –
reports.see           all    all      –      –         all
insights.see          all    all      team   all       all
insights.change       all    all      –      all       all
quarantine.see        all    all      –      –         –
quarantine.retry      all    all      –      –         –
outbox.see            all    all      –      –         –
outbox.change         all    all      –      –         –
channels.see          all    all      –      –         –
channels.change       all    –        –      –         –
consent.see           all    all      team   all       all
consent.change        all    all      team   all       –
suppressions.see      all    all      –      all       –
suppressions.change   all    all      –      all       –
purposes.change       all    all      –      all       –
imports.see           all    all      –      all       –
jobs.see              all    –        –      –         –
jobs.retry            all    –        –      –         –
members.see           all    all      all    all       all
members.change        all    –        –      –         –
members.invite        all    all      –      –         –
teams.change          all    all      –      –         –
keys.change           all    –        –      –         –
audit.see             all    all      –      –         –
business.change       all    –        –      –         –
"""


class Scope(IntEnum):
    """How far a permission reaches."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


class Seer(Protocol):
    """Whoever asks: a member or an API key."""

    role: str

    @property
    def member_id(self) -> int | None: ...
    @property
    def team_ids(self) -> list[int]: ...


def _read(table: str) -> dict[tuple[str, str], Scope]:
    head, *lines = [line.split() for line in table.strip().splitlines()]
    words = {"all": Scope.ALL, "team": Scope.TEAM, "own": Scope.OWN, "–": Scope.NONE}
    return {
        (line[0], role): words[word] for line in lines for role, word in zip(head[1:], line[1:], strict=True)
    }


PERMISSIONS = _read(TABLE)
VERBS = sorted({verb for verb, _role in PERMISSIONS})


class UnknownVerb(LookupError):
    """A verb that the table does not list: a mistake of ours, never a permission."""


def allowed(seer: Seer | None, verb: str) -> Scope:
    """Return how far this member or key may do `verb`; nobody may do nothing."""
    if verb not in VERBS:
        raise UnknownVerb(verb)
    if seer is None or not getattr(seer, "role", ""):
        return Scope.NONE
    scopes = getattr(seer, "scopes", None)
    if scopes and not any(_covers(scope, verb) for scope in scopes):
        return Scope.NONE
    return PERMISSIONS.get((verb, seer.role), Scope.NONE)


def is_scope(scope: str) -> bool:
    """Tell whether a key may be narrowed to this: a verb, or an area such as `people` or `people.*`."""
    return any(_covers(scope, verb) for verb in VERBS)


def _covers(scope: str, verb: str) -> bool:
    return verb == scope or verb.startswith(f"{scope.removesuffix('*').rstrip('.')}.")


def rights_of(seer: Seer) -> tuple[object, ...]:
    """Return all that decides what somebody reaches: whoever has the same reaches the same."""
    return seer.role, tuple(getattr(seer, "scopes", None) or ()), seer.member_id, tuple(seer.team_ids)


def may(seer: Seer | None, verb: str) -> bool:
    """Tell whether this member or key may do `verb` to anything at all."""
    return allowed(seer, verb) > Scope.NONE


def may_grant(seer: Seer | None, role: str) -> bool:
    """Tell whether this member may invite someone to a role: only owners make owners."""
    return may(seer, "members.invite") and seer is not None and (seer.role == "owner" or role != "owner")


def row_rule(seer: Seer | None, verb: str, *, keeper: str = "keeper", team: str = "team") -> Q:
    """Return the condition that keeps only rows within the reach of this member or key."""
    scope = allowed(seer, verb)
    if scope == Scope.ALL:
        return Q()
    if scope == Scope.NONE or seer is None:
        return Q(pk__in=[])
    if scope == Scope.TEAM:
        return (
            Q(**{f"{team}__in": seer.team_ids}) | Q(**{keeper: seer.member_id})
            if seer.member_id
            else Q(**{f"{team}__in": seer.team_ids})
        )
    return Q(**{keeper: seer.member_id}) if seer.member_id else Q(pk__in=[])


def row_sql(
    seer: Seer | None, verb: str, *, alias: str, keeper: str = "keeper_id", team: str = "team_id"
) -> tuple[str, list[object]]:
    """Return the same condition as SQL over a table alias, with its parameters."""
    scope = allowed(seer, verb)
    if scope == Scope.ALL:
        return "TRUE", []
    if scope == Scope.NONE or seer is None:
        return "FALSE", []
    own = (f"{alias}.{keeper} = %s", [seer.member_id]) if seer.member_id else ("FALSE", [])
    if scope == Scope.OWN:
        return own[0], list(own[1])
    sql, params = f"{alias}.{team} = ANY(%s::bigint[])", [seer.team_ids]
    return (f"({sql} OR {own[0]})", [*params, *own[1]]) if own[1] else (sql, list(params))


def reaches(seer: Seer | None, verb: str, thing: object) -> bool:
    """Tell whether one row, with its keeper and team, is within the reach of this member or key."""
    scope = allowed(seer, verb)
    if scope in (Scope.ALL, Scope.NONE) or seer is None:
        return scope == Scope.ALL
    is_own = seer.member_id is not None and getattr(thing, "keeper_id", None) == seer.member_id
    return is_own or (scope == Scope.TEAM and getattr(thing, "team_id", None) in seer.team_ids)
