"""What stands beside people in rows of its own: postal addresses, special days and files."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from regulars.kit.postgres.backend import PLANNED_ONCE

_BESIDE = f"""{PLANNED_ONCE}
    SELECT 'addresses' AS noun, person_id, id, jsonb_build_object('id', id, 'label', label, 'street', street, 'city', city,
        'region', region, 'postcode', postcode, 'country', country, 'is_primary', is_primary)
    FROM people_address WHERE person_id = ANY(%s)
    UNION ALL SELECT 'special_days', person_id, id, jsonb_build_object('name', name, 'day', day)
    FROM people_specialday WHERE person_id = ANY(%s)
    UNION ALL SELECT 'attachments', person_id, id, jsonb_build_object('id', id, 'name', name, 'content_type', content_type,
        'size', size, 'created_at', created_at)
    FROM people_attachment WHERE person_id = ANY(%s) AND deleted_at IS NULL
    ORDER BY noun, id"""


def beside_people(
    of_places: Sequence[int], of_files: Sequence[int]
) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Return addresses, special days and files, by noun and person, in one question; none at all when nobody can have any."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    if not of_places and not of_files:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, [list(of_places), list(of_places), list(of_files)])
        for noun, person_id, _number, told in cursor.fetchall():
            found[noun, person_id].append(json.loads(told) if isinstance(told, str) else told)
    return found
