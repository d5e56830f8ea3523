"""Triggers that note which rows of facts changed, in the transaction of the change; made from what facts say of themselves.

An insert is noted once for its whole statement, as the range of its numbers: importing costs one row, not a million. Changes and
deletions are noted row by row, and only where a watched column really differs. Nothing is lost however a row was changed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from regulars.kit.facts import Track, facts

MARK = "insights_tracking"


@dataclass(frozen=True)
class Noted:
    """What is noted of one table by one of its columns."""

    table: str
    key: str
    watched: tuple[str, ...]
    with_inserts: bool

    @property
    def source(self) -> str:
        return source_of(self.table, self.key)

    @property
    def name(self) -> str:
        return f"insights_{self.table}_{self.key}"


def source_of(table: str, key: str) -> str:
    """Return by what name changes of a table are noted."""
    return f"{table}.{key}"


def noted() -> list[Noted]:
    """Return what has to be noted for the registered facts, each table and column once."""
    found: dict[tuple[str, str], list[Track]] = defaultdict(list)
    for fact in facts().values():
        for track in fact.tracks:
            found[track.table, track.key].append(track)
    return [
        Noted(
            table,
            key,
            tuple(sorted({name for track in tracks for name in track.watched} | ({key} - {"id"}))),
            not all(track.arrivals for track in tracks),
        )
        for (table, key), tracks in sorted(found.items())
    ]


def install_tracking() -> bool:
    """Make the triggers of this version as the tables' owner; return whether anything had to be done."""
    wanted = [one for one in noted() if _exists(one.table)]
    statements = [_CLEAR, *(statement for one in wanted for statement in statements_for(one))]
    digest = hashlib.sha256("\n".join(statements).encode()).hexdigest()
    if not _exists("insights_change") or _installed() == digest:
        return False
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {MARK}() RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT '{digest}'$$"
        )
    return True


def statements_for(one: Noted) -> Iterator[str]:
    """Return the statements that make the triggers of one table and column."""
    note = "INSERT INTO insights_change (source, low, high)"
    yield _function(f"{one.name}_gone", f"{note} VALUES ('{one.source}', OLD.{one.key}, OLD.{one.key});")
    yield _trigger(one, "gone", "DELETE", "FOR EACH ROW")
    yield _function(f"{one.name}_all", f"{note} VALUES ('{one.source}', 1, 0);")
    yield _trigger(one, "all", "TRUNCATE", "FOR EACH STATEMENT")
    if one.with_inserts:
        yield _function(
            f"{one.name}_new",
            _ADDED.format(key=one.key, source=one.source),
            "low bigint; high bigint; n bigint;",
        )
        yield _trigger(one, "new", "INSERT", "REFERENCING NEW TABLE AS added FOR EACH STATEMENT")
    if one.watched:
        both = f"IF OLD.{one.key} IS DISTINCT FROM NEW.{one.key} THEN {note} VALUES ('{one.source}', OLD.{one.key}, OLD.{one.key}); END IF;"
        body = f"{note} VALUES ('{one.source}', NEW.{one.key}, NEW.{one.key}); {both}"
        yield _function(f"{one.name}_set", body)
        old, new = (", ".join(f"{side}.{name}" for name in one.watched) for side in ("OLD", "NEW"))
        when = f"FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new}))"
        yield _trigger(one, "set", f"UPDATE OF {', '.join(one.watched)}", when)


# Numbers of one statement are next to each other unless others write too; when they are scattered each is noted.
_ADDED = """
    SELECT min({key}), max({key}), count(*) INTO low, high, n FROM added;
    IF high - low < 4 * n THEN
        INSERT INTO insights_change (source, low, high) VALUES ('{source}', low, high);
    ELSIF n > 0 THEN
        INSERT INTO insights_change (source, low, high) SELECT DISTINCT '{source}', a.{key}, a.{key} FROM added AS a;
    END IF;"""

_CLEAR = """
    DO $$ DECLARE one record; BEGIN
        FOR one IN SELECT tgname, tgrelid::regclass AS tab FROM pg_trigger WHERE tgname LIKE 'insights\\_%' LOOP
            EXECUTE format('DROP TRIGGER %I ON %s', one.tgname, one.tab);
        END LOOP;
        FOR one IN SELECT oid::regprocedure AS fun FROM pg_proc
            WHERE prorettype = 'trigger'::regtype AND proname LIKE 'insights\\_%' AND pronamespace = current_schema()::regnamespace LOOP
            EXECUTE format('DROP FUNCTION %s', one.fun);
        END LOOP;
    END $$"""


def _function(name: str, body: str, declared: str = "") -> str:
    head = f"DECLARE {declared} " if declared else ""
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {head}BEGIN {body} RETURN NULL; END $$"


def _trigger(one: Noted, what: str, deed: str, how: str) -> str:
    return f"CREATE TRIGGER {one.name}_{what} AFTER {deed} ON {one.table} {how} EXECUTE FUNCTION {one.name}_{what}()"


def _exists(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        return bool(cursor.fetchone()[0])


def _installed() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [MARK])
        if not cursor.fetchone()[0]:
            return ""
        cursor.execute(f"SELECT {MARK}()")
        return str(cursor.fetchone()[0])
