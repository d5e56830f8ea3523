from __future__ import annotations

import json

from regulars.kit.events import Announcement, Statement, jsonable

COLUMNS = "at, action, actor_kind, actor_id, actor_label, member_id, address, request_id, subject_type, subject_id, label, changes"


def book_audit_entry(said: Announcement) -> list[Statement]:
    """Write an announced event into the audit log, as part of the announcing statement."""
    if not said.event.audited:
        return []
    by = said.by
    subject_type, subject_id = said.event.subject()
    values = (
        said.at, said.event.kind, by.kind, by.id, by.label[:200], by.member_id, by.address, by.request_id or "",
        subject_type, subject_id, said.event.title()[:300], json.dumps(jsonable(said.changes)),
    )  # fmt: skip
    marks = ", ".join(["%s"] * (len(values) - 1))
    return [
        Statement("audit", f"INSERT INTO team_auditentry ({COLUMNS}) VALUES ({marks}, %s::jsonb)", values)
    ]
