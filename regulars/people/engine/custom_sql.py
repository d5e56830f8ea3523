"""How one of the business's own fields reads in SQL: the same text in filters and in its index, so that they meet."""

from __future__ import annotations

import re

_KEY = re.compile(r"[a-z][a-z0-9_]*")


def value_sql(key: str, type_: str) -> str:
    """Return a field's value as an expression over the subject's table `{t}`.

    >>> value_sql("shoe_size", "number")
    "({t}.custom->>'shoe_size')::numeric"
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is not the key of a field.")
    text = f"({{t}}.custom->>'{key}')"
    return {
        "number": f"{text}::numeric",
        "money": f"{text}::bigint",
        "bool": f"{text}::boolean",
        "date": f"people_day({text})",
        "choices": f"({{t}}.custom->'{key}')",
    }.get(type_, text)


def folded_sql(key: str, type_: str) -> str:
    """Return the expression that filters compare: folded for text, else the value itself."""
    return f"people_fold({value_sql(key, type_)})" if type_ in ("text", "link") else value_sql(key, type_)


def index_sql(name: str, table: str, key: str, type_: str) -> str:
    """Return the statement that builds a field's index beside running work.

    >>> index_sql("custom_7", "people_person", "tier", "choice")
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS custom_7 ON people_person (((custom->>'tier')), id)"
    """
    # Not a partial index: PostgreSQL reads an expression's statistics only from an index of the whole table, and without
    # them it takes every value for rare (0.5 %) and reads a million rows in the wrong order.
    expression = folded_sql(key, type_).replace("{t}.", "")
    columns = f"USING gin ({expression} jsonb_path_ops)" if type_ == "choices" else f"(({expression}), id)"
    return f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} {columns}"
