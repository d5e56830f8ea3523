"""A behaviour clause as SQL.

"At least n" is the only question asked of the events; "at most n" is the denial of "at least n + 1". The per-subject totals
answer alone where they can; otherwise they go first, so that events are read only for subjects that can qualify at all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.scope import Scope, fill
from regulars.kit.filters.sql import Sql, all_of, any_of, plain
from regulars.kit.filters.tree import Did, Node
from regulars.kit.traits import Totals


class NodeSql(Protocol):
    def __call__(self, node: Node, scope: Scope, asker: Asker, *, denied: bool = False) -> Sql: ...


class _Events:
    """The events a clause counts, seen from one subject."""

    def __init__(self, did: Did, scope: Scope, asker: Asker, node_sql: NodeSql) -> None:
        self.did, self.scope, self.asker, self.node_sql = did, scope, asker, node_sql
        self.since, self.until = _window(did, asker)

    def at_least(self, times: int, *, denied: bool = False) -> Sql:
        """Return whether there are so many of them (or, denied, fewer)."""
        totals = self.did.behaviour.totals
        first = self._by_totals(totals, times, denied=denied) if totals else None
        if first is not None and self._totals_suffice(times):
            return first
        found = self._grouped(times) if self._reads_all_first(times) else self._one_by_one(times)
        parts = [first] if first is not None else []
        return any_of([*parts, "NOT " + found]) if denied else all_of([*parts, found])

    def _by_totals(self, totals: Totals, times: int, *, denied: bool) -> Sql:
        """Return what must hold of the totals if there are so many events (or, denied, that it does not)."""
        if not denied:
            return all_of(self._needed(totals, times, self.scope))
        apart = self.scope.apart(totals.join)
        if apart is None:
            return "(" + all_of(self._needed(totals, times, self.scope)) + ") IS NOT TRUE"
        inner, rows = apart
        return f"NOT EXISTS (SELECT 1 FROM {rows} AND " + all_of(self._needed(totals, times, inner)) + ")"

    def _needed(self, totals: Totals, times: int, scope: Scope) -> list[Sql]:
        need = [Sql(f"{scope.render(totals.count, totals.join)} >= %s", (times,))]
        if self.since is not None and totals.last_at:
            need.append(Sql(f"{scope.render(totals.last_at, totals.join)} >= %s", (self.since,)))
        if self.until is not None and totals.first_at:
            need.append(Sql(f"{scope.render(totals.first_at, totals.join)} < %s", (self.until,)))
        return need

    def _totals_suffice(self, times: int) -> bool:
        totals = self.did.behaviour.totals
        if totals is None or self.did.where is not None or self.until is not None:
            return False
        return self.since is None or (times == 1 and bool(totals.last_at))

    def _reads_all_first(self, times: int) -> bool:
        """Without totals, several times in a window is found faster by grouping the window's events once."""
        return times > 1 and self.since is not None and self.did.behaviour.totals is None

    def _one_by_one(self, times: int) -> Sql:
        inner = self.scope.events()
        key = plain(fill(self.did.behaviour.key, {"e": inner.alias}))
        found = "EXISTS (SELECT 1 " + self._matching(inner, f"{key} = {self.scope.alias}.id")
        return found + (Sql(" OFFSET %s)", (times - 1,)) if times > 1 else ")")

    def _grouped(self, times: int) -> Sql:
        inner = self.scope.events()
        key, group = plain(fill(self.did.behaviour.key, {"e": inner.alias})), f"{inner.alias}_g"
        rows = f"SELECT {key} AS subject_id " + self._matching(inner, f"{key} IS NOT NULL")
        rows += Sql(f" GROUP BY {key} HAVING count(*) >= %s", (times,))
        return (
            "EXISTS (SELECT 1 FROM ("
            + rows
            + f") AS {group} WHERE {group}.subject_id = {self.scope.alias}.id)"
        )

    def _matching(self, inner: Scope, link: str) -> Sql:
        behaviour, aliases = self.did.behaviour, {"e": inner.alias, "t": inner.alias}
        at = plain(fill(behaviour.at, aliases))
        wanted = [Sql(link)]
        if behaviour.condition:
            wanted.append(Sql(f"({plain(fill(behaviour.condition, aliases))})"))
        if self.since is not None:
            wanted.append(Sql(f"{at} >= %s", (self.since,)))
        if self.until is not None:
            wanted.append(Sql(f"{at} < %s", (self.until,)))
        if self.did.where is not None:
            wanted.append(self.node_sql(self.did.where, inner, self.asker))
        condition = all_of(wanted)
        return f"FROM {plain(behaviour.table)} AS {inner.alias}{inner.join_sql} WHERE " + condition


def did_sql(did: Did, scope: Scope, asker: Asker, node_sql: NodeSql, *, denied: bool) -> Sql:
    """Return SQL that is true exactly when the behaviour was shown so often (or, denied, when it was not)."""
    events = _Events(did, scope, asker, node_sql)
    bounds = []
    if did.at_least is not None:
        bounds.append(events.at_least(did.at_least, denied=denied))
    if did.at_most is not None:
        bounds.append(events.at_least(did.at_most + 1, denied=not denied))
    return any_of(bounds) if denied else all_of(bounds)


def _window(did: Did, asker: Asker) -> tuple[datetime | None, datetime | None]:
    if did.within_days is not None:
        return asker.now - timedelta(days=did.within_days), None
    if did.between is not None:
        return asker.start_of(did.between[0]), asker.end_of(did.between[1])
    return None, None
