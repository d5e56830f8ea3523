"""What a mirror must hold: the rows of each fact as PostgreSQL has them now."""

from __future__ import annotations

from typing import Any

from django.db import connection

from regulars.insights.actions.mirror.copying import query_of
from regulars.insights.facts.reading import open_facts
from regulars.kit.facts import Fact, facts
from regulars.team.models import Business

Rows = dict[str, list[tuple[Any, ...]]]


def mirrored() -> Rows:
    """Read every fact from the mirror, its rows in order."""
    with open_facts() as known:
        return {
            name: in_order(list(zip(*table.to_pydict().values(), strict=True)))
            for name in facts()
            for table in [known.run(getattr(known, name))]
        }


def truth() -> Rows:
    """Ask PostgreSQL for every fact, its rows in order."""
    with connection.cursor() as cursor:
        found = {}
        for name, fact in facts().items():
            rows: list[tuple[Any, ...]] = []
            if fact.query:
                cursor.execute(_asked(fact).replace("%", "%%"), [])
                rows = cursor.fetchall()
            found[name] = in_order(rows)
    return found


def _asked(fact: Fact) -> str:
    query = query_of(fact, Business.current())
    if not fact.sums_up:
        return query
    of = facts()[fact.sums_up]
    names = ", ".join(column.name for column in of.columns)
    return f"WITH {of.name}({names}) AS ({_asked(of)}) {query}"


def in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)
