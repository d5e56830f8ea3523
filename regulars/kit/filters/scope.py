from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count

from regulars.kit.filters.sql import plain
from regulars.kit.traits import Join

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass
class Scope:
    """A table alias and the joins that the traits used so far have asked for, each once."""

    alias: str
    joins: dict[str, str] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=lambda: count(1))

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

    def _joined(self, join: Join) -> str:
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
