from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from regulars.kit.events import Announcement, Statement, as_json

Column = tuple[str, str, Callable[[Announcement], Any]]
COLUMNS: list[Column] = [
    ("at", "timestamptz", lambda one: one.at),
    ("action", "text", lambda one: one.event.full_kind()[:60]),
    ("actor_kind", "text", lambda one: one.by.kind),
    ("actor_id", "bigint", lambda one: one.by.id),
    ("actor_label", "text", lambda one: one.by.label[:200]),
    ("member_id", "bigint", lambda one: one.by.member_id),
    ("address", "inet", lambda one: one.by.address),
    ("request_id", "text", lambda one: one.by.request_id or ""),
    ("subject_type", "text", lambda one: one.event.subject()[0]),
    ("subject_id", "bigint", lambda one: one.event.subject()[1]),
    ("label", "text", lambda one: one.event.title()[:300]),
    ("changes", "jsonb", lambda one: as_json(one.changes)),
]
NAMES = ", ".join(name for name, _type, _value in COLUMNS)
ARRAYS = ", ".join(f"%s::{kind}[]" for _name, kind, _value in COLUMNS)


def book_audit_entry(said: Sequence[Announcement]) -> list[Statement]:
    """Write announced events into the audit log, as part of the announcing statement."""
    audited = [one for one in said if one.event.audited]
    if not audited:
        return []
    values = [[value(one) for one in audited] for _name, _type, value in COLUMNS]
    return [
        Statement("audit", f"INSERT INTO team_auditentry ({NAMES}) SELECT * FROM unnest({ARRAYS})", values)
    ]
