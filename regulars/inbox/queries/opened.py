"""A conversation as it is opened: itself with whom and what it is about, and all that stands around its letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from regulars.inbox.models import Conversation, ConversationNote, FollowUp, Line
from regulars.inbox.models.targets import Timed
from regulars.inbox.queries.due import Due, shown_due
from regulars.inbox.queries.rows import Present, present_of
from regulars.inbox.queries.satisfaction import said_as
from regulars.kit.filters import kept_rule
from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.kit.postgres.columns import Columns
from regulars.messaging.models import Channel, Outlet, Thread
from regulars.people.models import Person
from regulars.team.models import Member
from regulars.team.rules import rights_of

TABLE = "inbox_conversation"
_OWN = Columns(Conversation, TABLE, *(one.attname for one in Conversation._meta.concrete_fields))
_WITH: dict[str, Columns[Any]] = {
    "thread": Columns(Thread, "t", "id", "subject", "person_id", "merged_into_id"),
    "person": Columns(Person, "p", "id", "name", "keeper_id", "team_id", "deleted_at"),
    "channel": Columns(Channel, "ch", "id", "kind", "name", "address"),
    "assignee": Columns(Member, "a", "id", "name", "email"),
    "follows": Columns(Conversation, "f", "thread_id", "subject"),
}
_OUTLET = Columns(Outlet, "o", "channel_id", "is_active")
FAMILY = """ARRAY(WITH RECURSIVE family(id) AS (
    SELECT t.id UNION SELECT n.id FROM messaging_thread n JOIN family ON n.merged_into_id = family.id) SELECT id FROM family)"""
OPENED = f"""{PLANNED_ONCE}
SELECT {_OWN.sql}, {", ".join(one.sql for one in _WITH.values())}, {_OUTLET.sql}, {FAMILY} FROM {TABLE}
JOIN messaging_thread t ON t.id = {TABLE}.id JOIN messaging_channel ch ON ch.id = {TABLE}.channel_id
LEFT JOIN people_person p ON p.id = {TABLE}.person_id LEFT JOIN team_member a ON a.id = {TABLE}.assignee_id
LEFT JOIN {TABLE} f ON f.id = {TABLE}.follows_id LEFT JOIN messaging_outlet o ON o.channel_id = ch.id
WHERE {TABLE}.id = %s AND """


@dataclass(frozen=True)
class Opened:
    """A conversation, and the numbers of its thread and of all that became part of it."""

    conversation: Conversation
    threads: list[int]


def opened(seer: Any, conversation_id: int) -> Opened | None:
    """Return a conversation that this member or key may see, None when there is none."""
    rows: Any = Conversation.objects.all()
    rule, values = kept_rule(("opened", rights_of(seer)), lambda: rows.visible_to(seer))
    asked: list[Any] = [conversation_id, *values]
    with connection.cursor() as cursor:
        cursor.execute(f"{OPENED}({rule})", asked)
        row = cursor.fetchone()
    if row is None:
        return None
    place = len(_OWN)
    found: Any = _OWN.made(row[:place])
    for name, columns in _WITH.items():
        setattr(found, name, columns.made(row[place : place + len(columns)]))
        place += len(columns)
    Channel._meta.get_field("outlet").set_cached_value(
        found.channel, _OUTLET.made(row[place : place + len(_OUTLET)])
    )
    return Opened(found, row[-1])


class Tagged(NamedTuple):
    """A tag as it is shown."""

    name: str
    colour: str


class DraftPart(NamedTuple):
    """A file of a draft as it is shown."""

    pk: int
    name: str
    size: int


@dataclass(frozen=True)
class OwnDraft:
    """What a member has begun to write."""

    pk: int
    is_shared: bool
    is_note: bool
    text: str
    to: str
    cc: str
    sequence: int
    files: list[DraftPart] = field(default_factory=list)


@dataclass(frozen=True)
class Around:
    """What stands around the letters of a conversation, for one member at one moment."""

    draft: OwnDraft | None
    has_drafts: bool
    has_asking: bool
    notes: list[ConversationNote]
    lines: list[Line]
    present: list[Present]
    promises: list[Due]
    said: list[dict[str, Any]]
    reminders: list[FollowUp]
    is_followed: bool
    tags: list[Tagged]


# Notes and lines go along with the letters that are shown: from the oldest of them, up to the youngest of an earlier page.
_SHOWN = """({at} >= %(since)s OR %(since)s::timestamptz IS NULL) AND ({at} < %(until)s OR %(until)s::timestamptz IS NULL)"""
_NAME = "coalesce(nullif(m.name, ''), m.email)"
AROUND = f"""{PLANNED_ONCE}
SELECT
    (SELECT json_build_array(d.id, d.is_shared, d.is_note, d.text, d."to", d.cc, d.sequence) FROM inbox_draft d
     WHERE d.conversation_id = %(talk)s AND d.author_id = %(member)s),
    ARRAY(SELECT ARRAY[f.id::text, f.name, f.size::text] FROM inbox_draftfile f JOIN inbox_draft d ON d.id = f.draft_id
          WHERE d.conversation_id = %(talk)s AND d.author_id = %(member)s ORDER BY f.id),
    EXISTS (SELECT FROM inbox_draft d WHERE d.conversation_id = %(talk)s AND d.author_id <> %(member)s),
    EXISTS (SELECT FROM inbox_asking q WHERE q.conversation_id = %(talk)s),
    (SELECT json_agg(json_build_array(n.id, n.body, n.author_id, n.author_label, n.created_at) ORDER BY n.created_at)
     FROM inbox_conversationnote n WHERE n.conversation_id = %(talk)s AND n.deleted_at IS NULL AND {_SHOWN.format(at="n.created_at")}),
    (SELECT json_agg(json_build_array(l.kind, l.about, l.actor_label, l.at) ORDER BY l.sequence)
     FROM inbox_line l WHERE l.conversation_id = %(talk)s AND l.kind <> ALL(%(silent)s) AND {_SHOWN.format(at="l.at")}),
    ARRAY(SELECT ARRAY[m.id::text, {_NAME}, CASE WHEN r.typing_until > %(at)s THEN 'types' END]
          FROM inbox_reader r JOIN team_member m ON m.id = r.member_id
          WHERE r.conversation_id = %(talk)s AND r.present_until > %(at)s AND r.member_id <> %(member)s ORDER BY m.name),
    (SELECT json_agg(json_build_array(k.kind, k.started_at, k.allowed, k.due_at, k.warn_at, k.missed_at)
                     ORDER BY k.due_at IS NULL, k.due_at, k.id)
     FROM inbox_clock k WHERE k.conversation_id = %(talk)s AND k.allowed IS NOT NULL AND k.done_at IS NULL AND k.cancelled_at IS NULL),
    (SELECT json_agg(json_build_array(s.score, s.comment, s.answered_at) ORDER BY s.answered_at DESC)
     FROM inbox_satisfaction s WHERE s.conversation_id = %(talk)s AND s.score IS NOT NULL),
    (SELECT json_agg(json_build_array(u.id, u.note, u.due_at) ORDER BY u.due_at) FROM inbox_followup u
     WHERE u.conversation_id = %(talk)s AND u.member_id = %(member)s AND u.reminded_at IS NULL AND u.cancelled_at IS NULL),
    EXISTS (SELECT FROM inbox_follower w WHERE w.conversation_id = %(talk)s AND w.member_id = %(member)s),
    ARRAY(SELECT ARRAY[g.name, g.colour] FROM people_tag g WHERE g.id = ANY(%(tags)s::bigint[]) ORDER BY lower(g.name))"""


def around(
    conversation: Conversation, member_id: int, at: datetime, *, silent: Sequence[str],
    since: datetime | None = None, until: datetime | None = None,
) -> Around:  # fmt: skip
    """Return what stands around the letters of a conversation, without the lines of the silent kinds."""
    values = {
        "talk": conversation.pk, "member": member_id, "at": at, "tags": conversation.tag_ids, "silent": list(silent),
        "since": since, "until": until,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(AROUND, values)
        (
            draft,
            files,
            has_drafts,
            has_asking,
            notes,
            lines,
            present,
            clocks,
            said,
            reminders,
            is_followed,
            tags,
        ) = cursor.fetchone()
    parts = [DraftPart(int(number), name, int(size)) for number, name, size in files]
    return Around(
        draft=_draft(parts, *draft) if draft else None,
        has_drafts=has_drafts,
        has_asking=has_asking,
        notes=[_note(conversation, *one) for one in notes or ()],
        lines=[
            Line(kind=kind, about=about, actor_label=label, at=_moment(at))
            for kind, about, label, at in lines or ()
        ],
        present=present_of(present),
        promises=[shown_due(_timed(*one), at) for one in clocks or ()],
        said=[said_as(score, comment, _moment(at)) for score, comment, at in said or ()],
        reminders=[
            FollowUp(pk=number, note=note, due_at=_moment(at)) for number, note, at in reminders or ()
        ],
        is_followed=is_followed,
        tags=[Tagged(*one) for one in tags],
    )


def _draft(files: list[DraftPart], *own: Any) -> OwnDraft:
    number, is_shared, is_note, text, to, cc, sequence = own
    return OwnDraft(number, is_shared, is_note, text, to, cc, sequence, files)


def _note(
    conversation: Conversation, number: int, body: str, author: int | None, label: str, at: str
) -> ConversationNote:
    return ConversationNote(
        pk=number, conversation=conversation, body=body, author_id=author, author_label=label, created_at=_moment(at)
    )  # fmt: skip


def _timed(kind: str, started_at: str, allowed: int, *moments: str | None) -> Timed:
    due_at, warn_at, missed_at = (_moment(one) if one else None for one in moments)
    return Timed(kind, _moment(started_at), allowed, due_at, warn_at, missed_at)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
