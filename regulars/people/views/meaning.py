from __future__ import annotations

from typing import Any

from regulars.people.engine.names import sort_key
from regulars.people.models import Person
from regulars.people.queries.reach import people_reached_by

MOST = 5


def people_meant(seer: Any, text: str) -> list[Person]:
    """Return whom a text may mean: somebody's number, e-mail, phone or other identity, else their whole name."""
    rows = Person.objects.visible_to(seer)
    wanted = text.strip()
    if wanted.isdigit() and len(wanted) < 10 and (found := list(rows.filter(pk=int(wanted)))):
        return found
    reached = [person.pk for person in people_reached_by(wanted)]
    return (
        list(rows.filter(pk__in=reached))
        or list(rows.filter(sort_name=sort_key("", "", wanted))[:MOST])
        or _by_parts(rows, wanted)
    )


def _by_parts(rows: Any, wanted: str) -> list[Person]:
    first, _space, last = wanted.partition(" ")
    return list(rows.filter(sort_name=sort_key(first, last))[:MOST]) if last else []
