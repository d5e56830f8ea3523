"""What a row of the list shows, read in one statement however many rows there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from regulars.inbox.models import State
from regulars.inbox.models.targets import Timed
from regulars.inbox.queries.due import Due, shown_due
from regulars.kit.postgres.backend import PLANNED_ONCE

ROWS = f"""{PLANNED_ONCE}
SELECT c.id, c.sequence, c.state, c.priority, c.subject, coalesce(nullif(p.name, ''), c.sender), c.beginning, c.last_message_at,
    c.waiting_since, a.id, coalesce(nullif(a.name, ''), a.email),
    (SELECT r.read_at FROM inbox_reader r WHERE r.conversation_id = c.id AND r.member_id = %(member)s),
    ARRAY(SELECT ARRAY[m.id::text, coalesce(nullif(m.name, ''), m.email), CASE WHEN r.typing_until > %(at)s THEN 'types' END]
          FROM inbox_reader r JOIN team_member m ON m.id = r.member_id
          WHERE r.conversation_id = c.id AND r.present_until > %(at)s AND r.member_id <> %(member)s ORDER BY m.name),
    ARRAY(SELECT ARRAY[t.name, t.colour] FROM unnest(c.tag_ids) WITH ORDINALITY AS g(id, place)
          JOIN people_tag t ON t.id = g.id ORDER BY g.place),
    k.kind, k.started_at, k.allowed, k.due_at, k.warn_at, k.missed_at
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted(id, place)
JOIN inbox_conversation c ON c.id = wanted.id
LEFT JOIN people_person p ON p.id = c.person_id
LEFT JOIN team_member a ON a.id = c.assignee_id
LEFT JOIN LATERAL (
    SELECT n.* FROM inbox_clock n WHERE n.conversation_id = c.id AND n.due_at IS NOT NULL AND n.done_at IS NULL
        AND n.cancelled_at IS NULL ORDER BY n.due_at, n.id LIMIT 1) k ON true
ORDER BY wanted.place"""


class Present(NamedTuple):
    """Who looks at a conversation now, and whether they type."""

    id: int
    name: str
    is_typing: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation as its row shows it to one member."""

    id: int
    sequence: int
    priority: int
    subject: str
    with_whom: str
    beginning: str
    last_message_at: datetime
    waiting_since: datetime | None
    assignee: tuple[int, str] | None
    is_unread: bool
    present: list[Present]
    tags: list[list[str]]
    due: Due | None


def rows_of(ids: Sequence[int], member_id: int, at: datetime) -> list[Row]:
    """Return conversations as rows, in the order of their numbers here; those that are gone are left out."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"ids": list(ids), "member": member_id, "at": at})
        return [_row(values, at) for values in cursor.fetchall()]


def present_of(found: Sequence[Sequence[str | None]]) -> list[Present]:
    """Return who is there, of what a statement says of each: number, name, and a word when they type."""
    return [Present(int(who or 0), called or "", bool(types)) for who, called, types in found]


def _row(values: tuple[Any, ...], at: datetime) -> Row:
    number, sequence, state, priority, subject, whom, beginning, last, waiting, assignee, name, *rest = values
    read_at, present, tags, kind, started_at, allowed, due_at, warn_at, missed_at = rest
    timed = Timed(kind, started_at, allowed, due_at, warn_at, missed_at) if kind else None
    return Row(
        id=number, sequence=sequence, priority=priority, subject=subject or _("(no subject)"),
        with_whom=whom or _("Unknown sender"), beginning=beginning, last_message_at=last, waiting_since=waiting,
        assignee=(assignee, name) if assignee else None,
        is_unread=state == State.OPEN and (read_at is None or read_at < last),
        present=present_of(present),
        tags=tags, due=shown_due(timed, at) if timed else None,
    )  # fmt: skip
