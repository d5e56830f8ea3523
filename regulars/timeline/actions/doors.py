"""The three doors through which the append-only timeline may change."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction


@transaction.atomic
def repoint_touchpoints(*, from_person_id: int, to_person_id: int) -> int:
    """Move one person's touchpoints to another, for a merge; return how many."""
    return _call("timeline_repoint(%s, %s)", from_person_id, to_person_id)


@transaction.atomic
def blank_touchpoints(*, person_id: int) -> int:
    """Take names and words out of an erased person's touchpoints, keeping kinds and times; return how many."""
    return _call("timeline_blank(%s)", person_id)


@transaction.atomic
def withdraw_touchpoints(numbers: Iterable[int]) -> int:
    """Remove touchpoints that should never have been written, for the undo of an import; return how many."""
    return _call("timeline_withdraw(%s)", list(numbers))


def _call(function: str, *params: int | list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", params)
        row = cursor.fetchone()
    return int(row[0]) if row else 0
