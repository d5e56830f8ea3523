from __future__ import annotations

import re
import select
import time
from datetime import UTC, datetime
from typing import Any

from django.db import ProgrammingError
from django.db.backends import utils
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader

from regulars.kit.postgres.backend import PLANNED_ONCE

# Longer silences may have been cut by something between us and the server that tells nobody: then a real question is asked.
TRUSTED_SECONDS = 10.0
PLANNED_FROM = 2
# A statement of many values is seldom sent again word for word, and the server takes no more than 65,535 apart from it.
MOST_VALUES = 200
# How a long list is best read depends on the values asked for: its plan is made anew each time. Look-ups take at most 21 rows.
LONGEST_LOOK_UP = 21
LIMIT = re.compile(r" LIMIT (\d+)\b")
REPEATED = ('SELECT "', 'SELECT DISTINCT "', 'INSERT INTO "', PLANNED_ONCE)
# Statements that the server cannot read without the values in them; found out once.
_unfit: set[str] = set()


def _is_repeated(sql: str) -> bool:
    if not sql.startswith(REPEATED) or sql in _unfit:
        return False
    limit = LIMIT.search(sql, max(0, len(sql) - 60))
    return sql.startswith(PLANNED_ONCE) or limit is None or int(limit[1]) <= LONGEST_LOOK_UP


class _Planned:
    """Send repeated statements apart from their values, so that the server keeps the plan; everything else as Django does."""

    cursor: Any
    db: Any

    def _execute(self, sql: str, params: Any, *ignored: Any) -> Any:
        if not params or len(params) > MOST_VALUES or not _is_repeated(sql):
            return self._sent(base.Cursor, sql, params, *ignored)
        if self.db.in_atomic_block:
            return self._sent(base.ServerBindingCursor, sql, params, *ignored)
        try:
            return self._sent(base.ServerBindingCursor, sql, params, *ignored)
        except ProgrammingError:
            _unfit.add(sql)
            return self._sent(base.Cursor, sql, params, *ignored)

    def _sent(self, kind: type[Any], sql: str, params: Any, *ignored: Any) -> Any:
        # A named cursor is of its own kind and stays.
        if type(self.cursor) in (base.Cursor, base.ServerBindingCursor) and type(self.cursor) is not kind:
            self.cursor = kind(self.db.connection)
        return super()._execute(sql, params, *ignored)  # type: ignore[misc]


class Cursor(_Planned, utils.CursorWrapper):
    pass


class DebugCursor(_Planned, utils.CursorDebugWrapper):
    pass


class UtcLoader(BaseTzLoader):  # type: ignore[misc]
    """Read moments, of which a page holds hundreds, by Python's own parser: the driver takes them apart by a pattern."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        text = bytes(data).decode()
        if text.endswith("+00"):
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                pass
        return super().load(data)  # type: ignore[no-any-return]


class DatabaseWrapper(base.DatabaseWrapper):
    """Look at a connection used a moment ago instead of asking through it: a server that went away has said goodbye."""

    health_check_enabled: bool
    health_check_done: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seen_well_at = float("-inf")

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepare_threshold = PLANNED_FROM
        if self.timezone is UTC:
            connection.adapters.register_loader("timestamptz", UtcLoader)
        self._seen_well_at = time.monotonic()
        return connection

    def make_cursor(self, cursor: Any) -> Cursor:
        return Cursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> DebugCursor:
        return DebugCursor(cursor, self)

    def close_if_health_check_failed(self) -> None:
        is_due = self.connection is not None and self.health_check_enabled and not self.health_check_done
        if not is_due:
            return
        if self._is_quiet():
            self.health_check_done = True
        else:
            super().close_if_health_check_failed()
        self._seen_well_at = time.monotonic()

    def _is_quiet(self) -> bool:
        """Tell whether the connection was well a moment ago and nothing came through it since: no error, no end."""
        if self.connection.closed or time.monotonic() - self._seen_well_at > TRUSTED_SECONDS:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return not waiting.poll(0)
