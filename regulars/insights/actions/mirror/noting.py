"""What was noted since the last mirror, seen in one snapshot: which keys of which facts changed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from regulars.insights.actions.tracking import source_of
from regulars.kit.facts import Fact, Track

# A fact of which so many rows changed is built anew.
MOST_KEYS = 500_000
SEEN, KEYS = "insights_seen", "insights_keys"

_SEE = f"""
    CREATE TEMP TABLE {SEEN} ON COMMIT PRESERVE ROWS AS SELECT id, source, low, high FROM insights_change"""
_COUNTS = f"""
    SELECT source, sum(CASE WHEN high < low THEN 9e15 ELSE high - low + 1 END) FROM {SEEN} GROUP BY source"""
_NOTED = "SELECT DISTINCT generate_series(low, high) FROM {seen} WHERE source = '{source}'"


def see_changes() -> Mapping[str, int]:
    """Keep in this session what was noted; return by source how many rows that may be."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {SEEN}")
        cursor.execute(_SEE)
        cursor.execute(f"ANALYZE {SEEN}")
        cursor.execute(_COUNTS)
        return {source: int(count) for source, count in cursor.fetchall()}


def forget_changes() -> int:
    """Delete what was seen, now that a mirror that holds it is in place; return how many notes there were."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM insights_change AS c USING {SEEN} AS s WHERE c.id = s.id")
        count = int(cursor.rowcount)
        cursor.execute(f"DROP TABLE {SEEN}")
    return count


def border_of(fact: Fact) -> str:
    """Return how far arrivals are settled in this snapshot; empty for a fact whose inserts are noted."""
    if fact.arrivals is None:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {fact.arrivals.border}")
        return str(cursor.fetchone()[0])


def is_too_much(fact: Fact, counts: Mapping[str, int]) -> bool:
    """Tell whether so much changed that the fact is built anew."""
    return sum(counts.get(source_of(one.table, one.key), 0) for one in fact.tracks) > MOST_KEYS


def gather_keys(fact: Fact, query: str, border: str, counts: Mapping[str, int]) -> int:
    """Put the changed keys of a fact into a table of this session; return how many there are."""
    sources = [_keys_sql(track) for track in fact.tracks if counts.get(source_of(track.table, track.key))]
    if fact.arrivals and border:
        since = fact.arrivals.since.replace("{border}", "'" + border.replace("'", "''") + "'")
        names = ", ".join(f'"{column.name}"' for column in fact.columns)
        sources.append(f'SELECT q."{fact.key}" FROM ({query} AND {since}) AS q({names})')
    if not sources:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {KEYS}")
        cursor.execute(f"CREATE TEMP TABLE {KEYS} (key bigint) ON COMMIT DROP")
        union = " UNION ".join(f"SELECT * FROM ({one}) AS s{place}(key)" for place, one in enumerate(sources))
        cursor.execute(f"INSERT INTO {KEYS} SELECT DISTINCT key FROM ({union}) AS u WHERE key IS NOT NULL")
        count = int(cursor.rowcount)
        cursor.execute(f"ANALYZE {KEYS}")
    return count


def _keys_sql(track: Track) -> str:
    numbers = _NOTED.format(seen=SEEN, source=source_of(track.table, track.key))
    return track.keys.replace("{noted}", f"ARRAY({numbers})") if track.keys else numbers
