"""How many pass a filter, told quickly: exactly when few, else about how many; never a wait."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from regulars.kit.filters.sql import Sql

EXACT_UP_TO = 10_000
PATIENCE_MS = 60


@dataclass(frozen=True)
class Count:
    """A number of rows; when not exact, the planner's estimate."""

    number: int
    is_exact: bool

    def __str__(self) -> str:
        if self.is_exact:
            return number_format(self.number, force_grouping=True)
        return _("about %(number)s") % {"number": number_format(_rounded(self.number), force_grouping=True)}


def estimate_count(ids: Sql, *, patience_ms: int = PATIENCE_MS) -> Count:
    """Count the rows of `compile_ids`: up to 10,000 exactly if that takes no longer than a moment, else by estimate."""
    counted = _count_few(ids, patience_ms)
    if counted is not None and counted <= EXACT_UP_TO:
        return Count(counted, is_exact=True)
    guess = _planned_rows(ids)
    return Count(max(guess, EXACT_UP_TO + 1) if counted else guess, is_exact=False)


def _count_few(ids: Sql, patience_ms: int) -> int | None:
    few = f"SELECT count(*) FROM ({ids.text} LIMIT %s) AS few"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            before = cursor.fetchone()[0]
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{patience_ms}ms"])
            cursor.execute(few, [*ids.params, EXACT_UP_TO + 1])
            counted = int(cursor.fetchone()[0])
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if _is_impatience(error):
            return None
        raise
    return counted


def _is_impatience(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == "57014"  # query_canceled


def _planned_rows(ids: Sql) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {ids.text}", ids.args)
        told: Any = cursor.fetchone()[0]
    plan = json.loads(told) if isinstance(told, str) else told
    return max(1, int(plan[0]["Plan"]["Plan Rows"]))


def _rounded(number: int) -> int:
    """Keep two figures, so that nobody takes an estimate for a count.

    >>> _rounded(41_237), _rounded(7)
    (41000, 7)
    """
    step: int = 10 ** max(0, len(str(number)) - 2)
    return round(number / step) * step
