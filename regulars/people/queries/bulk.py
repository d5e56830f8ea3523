from __future__ import annotations

from django.db import connection

MOST_TAGS = 100
_CHOICES = """
    SELECT ARRAY(SELECT name FROM people_tag ORDER BY lower(name) LIMIT %s),
        ARRAY(SELECT ARRAY[id::text, coalesce(nullif(name, ''), email)] FROM team_member WHERE is_active ORDER BY name)"""


def bulk_choices() -> tuple[list[str], list[tuple[int, str]]]:
    """Return what may be given to many at once: the names of tags, and of members by their number."""
    with connection.cursor() as cursor:
        cursor.execute(_CHOICES, [MOST_TAGS])
        tags, members = cursor.fetchone()
    return tags, [(int(number), name) for number, name in members]
