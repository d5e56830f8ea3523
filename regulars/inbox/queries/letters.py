"""The letters of a conversation, with who wrote them, their files and how far they have come: one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from regulars.inbox.queries.writing import TONES
from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.kit.postgres.columns import Columns, bare
from regulars.messaging.models import DUE_STATES, Message, Sending, SendingState
from regulars.messaging.queries.ways_out import WAITS, stuck_channels
from regulars.people.models import Person

AT_ONCE = 50
_MESSAGE = Columns(
    Message, "m", "id", "thread_id", "channel_id", "direction", "kind", "person_id", "sender_name", "sender_email", "subject", "text",
    "signature", "quoted", "held_back", "sent_at", "received_at", "could_join_id", "proof", "erased_at", "author_id", "author_label",
)  # fmt: skip
_PERSON = Columns(Person, "p", "id", "name", "keeper_id", "team_id")
LETTERS = f"""{PLANNED_ONCE}
SELECT {_MESSAGE.sql}, {_PERSON.sql}, m.html <> '',
    ARRAY(SELECT ARRAY[f.id::text, f.name, f.size::text, f.content_type, CASE WHEN f.is_inline THEN 'shown' END]
          FROM messaging_messagefile f WHERE f.message_id = m.id ORDER BY f.id),
    CASE WHEN m.direction = 'out' THEN ARRAY(
        SELECT ARRAY[s.id::text, s.email, s.role, s.state, s.reason] FROM messaging_sending s WHERE s.message_id = m.id ORDER BY s.id) END
FROM messaging_message m LEFT JOIN people_person p ON p.id = m.person_id
WHERE m.thread_id {{threads}} {{edge}} ORDER BY m.sent_at DESC, m.id DESC LIMIT {AT_ONCE + 1}"""


class FilePart(NamedTuple):
    """A file of a letter as it is shown."""

    pk: int
    name: str
    size: int
    content_type: str
    is_inline: bool


@dataclass(frozen=True)
class Letter:
    """A message with all that is shown beside it."""

    message: Message
    has_html: bool
    files: list[FilePart] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)


def letters_of(threads: Sequence[int], *, before: int | None = None) -> tuple[list[Letter], bool]:
    """Return the newest messages of threads that are one, oldest first, and whether there are earlier ones."""
    edge = Message.objects.filter(pk=before).values_list("sent_at", "pk").first() if before else None
    # A single thread is read by its index in its order; several are read and sorted.
    single = len(threads) == 1
    sql = LETTERS.format(
        threads="= %s" if single else "= ANY(%s::bigint[])",
        edge="AND (m.sent_at, m.id) < (%s, %s)" if edge else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [threads[0] if single else list(threads), *(edge or ())])
        known: dict[int, Any] = {}
        found = [_letter(row, known) for row in cursor.fetchall()]
    shown = found[:AT_ONCE][::-1]
    _tell_stuck(shown)
    return shown, len(found) > AT_ONCE


def _letter(row: tuple[Any, ...], known: dict[int, Any]) -> Letter:
    own = len(_MESSAGE)
    has_html, files, states = row[own + len(_PERSON) :]
    message: Any = _MESSAGE.made(row[:own])
    if message.person_id not in known:
        known[message.person_id] = _PERSON.made(row[own : own + len(_PERSON)])
    message.person = known[message.person_id]
    parts = [FilePart(int(pk), name, int(size), kind, bool(shown)) for pk, name, size, kind, shown in files]
    return Letter(message, has_html, parts, [_state(*one) for one in states or ()])


def _state(number: str, email: str, role: str, state: str, reason: str) -> dict[str, Any]:
    read = {"id": int(number), "email": email, "role": role, "state": state, "reason": reason}
    sending = bare(Sending, read)
    return {"sending": sending, "tone": TONES.get(SendingState(state), "stone"), "waits": ""}


def _tell_stuck(letters: Sequence[Letter]) -> None:
    """Say of letters that have not left why their channel has no way to send; asked only where something waits."""
    waiting = [
        (one.message.channel_id, state)
        for one in letters
        for state in one.states
        if state["sending"].state in DUE_STATES
    ]
    stuck = stuck_channels({channel for channel, _state in waiting}) if waiting else {}
    for channel, state in waiting:
        state["waits"] = WAITS.get(stuck.get(channel, ""), "")
