from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count

from regulars.kit.filters.sql import plain
from regulars.kit.traits import Join

_SLOT = re.compile(r"\{(\w+)\}")
_ONE_ROW = re.compile(r"\s*LEFT JOIN (\S+) \{\w+\} ON (.+)", re.DOTALL)


@dataclass
class Scope:
    """A table alias and the joins that the traits used so far have asked for, each once."""

    alias: str
    joins: dict[str, str] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=lambda: count(1))
    given: dict[str, str] = field(default_factory=dict)

    def render(self, text: str, join: Join | None = None) -> str:
        """Return trait SQL with its aliases filled in, joining the tables it needs."""
        aliases = {"t": self.alias}
        while join is not None:
            aliases[join.alias] = self._joined(join)
            join = join.needs
        return plain(fill(text, aliases))

    def events(self) -> Scope:
        """Return the scope of a subquery over events, with an alias of its own."""
        return Scope(f"e{next(self.numbers)}", numbers=self.numbers)

    @property
    def join_sql(self) -> str:
        return "".join(f" {text}" for text in self.joins.values())

    def apart(self, join: Join | None) -> tuple[Scope, str] | None:
        """Return the one row that a join would give as a subquery's scope and source, so that its absence can be asked for.

        The planner has no idea how often a left join finds nothing, but estimates and stops `NOT EXISTS` well.
        """
        told = _ONE_ROW.fullmatch(join.sql) if join is not None and join.needs is None else None
        if join is None or told is None:
            return None
        inner = Scope(self.alias, numbers=self.numbers, given={join.alias: f"e{next(self.numbers)}"})
        return inner, f"{told[1]} AS {inner.given[join.alias]} WHERE {inner.render(told[2], join)}"

    def _joined(self, join: Join) -> str:
        if join.alias in self.given:
            return self.given[join.alias]
        alias = f"{self.alias}_{join.alias}"
        if alias not in self.joins:
            aliases = {"t": self.alias, "a": alias, join.alias: alias}
            if join.needs is not None:
                aliases[join.needs.alias] = self._joined(join.needs)
            self.joins[alias] = plain(fill(join.sql, aliases))
        return alias


def fill(text: str, aliases: dict[str, str]) -> str:
    """Put aliases in place of their names in braces; other braces stay as they are.

    >>> fill("{t}.tags @> '{}'", {"t": "p"})
    "p.tags @> '{}'"
    """
    return _SLOT.sub(lambda slot: aliases.get(slot[1], slot[0]), text)
