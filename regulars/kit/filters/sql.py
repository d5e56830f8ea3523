from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with the values for its `%s`, in their order; the only way values get near SQL text."""

    text: str
    params: tuple[Any, ...] = ()

    def __add__(self, other: Sql | str) -> Sql:
        if isinstance(other, str):
            return Sql(self.text + other, self.params)
        return Sql(self.text + other.text, self.params + other.params)

    def __radd__(self, before: str) -> Sql:
        return Sql(before + self.text, self.params)

    @property
    def args(self) -> list[Any]:
        """The values as database cursors take them."""
        return list(self.params)


TRUE, FALSE = Sql("TRUE"), Sql("FALSE")


def glue(between: str, parts: Iterable[Sql]) -> Sql:
    """Join pieces of SQL as `str.join` joins text."""
    pieces = list(parts)
    return Sql(
        between.join(part.text for part in pieces), tuple(value for part in pieces for value in part.params)
    )


def all_of(parts: Iterable[Sql]) -> Sql:
    """Return the pieces joined by AND; TRUE when there are none."""
    wanted = [part for part in parts if part != TRUE]
    return wanted[0] if len(wanted) == 1 else "(" + glue(" AND ", wanted) + ")" if wanted else TRUE


def any_of(parts: Iterable[Sql]) -> Sql:
    """Return the pieces joined by OR; FALSE when there are none."""
    wanted = [part for part in parts if part != FALSE]
    return wanted[0] if len(wanted) == 1 else "(" + glue(" OR ", wanted) + ")" if wanted else FALSE


def plain(text: str) -> str:
    """Return SQL text of ours with its percent signs made safe beside `%s`."""
    return text.replace("%", "%%")
