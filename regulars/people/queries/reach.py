"""Whom an address, number or id means, and what a mail address says about where someone works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from regulars.people.engine.free_mail import company_domain
from regulars.people.engine.identities import NUMBERS, tidy_identity
from regulars.people.engine.sayings import Unclear
from regulars.people.models import Company, IdentityKind, Person
from regulars.team.models import Business

MOST = 5


def find_by_identity(kind: str, value: str, *, country: str = "") -> Person | None:
    """Return the one live person who has this address, number, handle or id; None when nobody or several share it."""
    if kind in NUMBERS and not country:
        country = Business.current().country
    try:
        clean = tidy_identity(kind, value, country)
    except Unclear:
        return None
    found = _holders([(kind, clean)])
    return found[0] if len(found) == 1 else None


def people_reached_by(text: str) -> list[Person]:
    """Return the live people whom a text names by any address, number, handle or id, at most five."""
    country = Business.current().country
    pairs: list[tuple[str, str]] = []
    for kind in IdentityKind.values:
        try:
            pairs.append((str(kind), tidy_identity(str(kind), text, country)))
        except Unclear:
            continue
    return _holders(pairs)


def suggested_companies(person: Person, seer: Any) -> list[Company]:
    """Return the companies that this person's mail addresses point to and that they do not belong to yet."""
    addresses = person.identities.filter(kind=IdentityKind.EMAIL, ended_at__isnull=True)
    domains = {company_domain(value) for value in addresses.values_list("value", flat=True)} - {""}
    if not domains:
        return []
    found = Company.objects.visible_to(seer).filter(domains__domain__in=domains)
    return list(found.exclude(affiliations__person=person).distinct().order_by("pk")[:MOST])


# The two halves of the identities' index are asked apart, so that each can be used.
_HOLDERS = """
    SELECT DISTINCT person_id FROM (
        SELECT i.person_id FROM people_identity i JOIN unnest(%(kinds)s::text[], %(values)s::text[]) AS w(kind, value)
            ON i.kind = w.kind AND i.value = w.value WHERE i.ended_at IS NULL AND NOT i.is_shared
        UNION ALL
        SELECT i.person_id FROM people_identity i JOIN unnest(%(kinds)s::text[], %(values)s::text[]) AS w(kind, value)
            ON i.kind = w.kind AND i.value = w.value WHERE i.ended_at IS NULL AND i.is_shared) AS found
    ORDER BY person_id LIMIT %(most)s"""


def _holders(pairs: Sequence[tuple[str, str]]) -> list[Person]:
    """Return who has one of these."""
    params: dict[str, Any] = {
        "kinds": [kind for kind, _value in pairs],
        "values": [value for _kind, value in pairs],
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, params)
        numbers = [row[0] for row in cursor.fetchall()]
    return list(Person.objects.filter(pk__in=numbers, deleted_at__isnull=True).order_by("pk"))
