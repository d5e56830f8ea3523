"""Finds messages by their words, newest first, among those the seer may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.kit.filters import kept_rule
from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.kit.postgres.columns import Columns
from regulars.messaging.engine.searching import (
    SMALL_ONES,
    SMALL_ONES_OF_PHRASES,
    Sought,
    Stretch,
    query_of,
    sought,
    stretches,
)
from regulars.messaging.models import Message
from regulars.team.rules import rights_of

PAGE = 20
# So many of the newest are read word by word before any stretch is: a common word is among them, and a common phrase.
GLANCE, GLANCE_FOR_PHRASES = 250, 600


@dataclass(frozen=True)
class Narrowed:
    """What else a message has to be."""

    direction: str = ""
    channel: int | None = None
    person: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> dict[str, Any]:
        """Return it as conditions of the table, each with its value."""
        said = {
            "direction = %s": self.direction or None, "channel_id = %s": self.channel, "person_id = %s": self.person,
            "sent_at >= %s": self.since, "sent_at < %s": self.until,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True)
class Hit:
    """A message with the words, who is known to have written it, and what it is about."""

    message: Message
    person_name: str
    thread_subject: str

    @property
    def subject(self) -> str:
        return self.message.subject or self.thread_subject

    @property
    def who(self) -> str:
        return self.person_name or self.message.sender


@dataclass(frozen=True)
class Found:
    """A page of messages, and where the next one begins."""

    hits: list[Hit]
    next_below: int | None
    sought: Sought


def search_messages(
    seer: Any, text: str, narrowed: Narrowed | None = None, *, below: int | None = None, most: int = PAGE
) -> Found:
    """Return the newest messages with all of these words, numbered lower than `below`."""
    wanted = sought(text)
    if not wanted:
        return Found([], None, wanted)
    seen = _seen(seer, narrowed or Narrowed())
    edge, found = _glance(wanted, seen, below, most + 1)
    if len(found) <= most and edge > 0:
        small_ones = SMALL_ONES_OF_PHRASES if wanted.phrases else SMALL_ONES
        found += _in(stretches(edge - 1, small_ones), wanted, seen, most + 1)
    if len(found) > most:
        return Found(found[:most], found[most - 1].message.pk, wanted)
    return Found(found, None, wanted)


_MESSAGE = Columns(
    Message, "messaging_message", "id", "direction", "thread_id", "channel_id", "person_id", "kind", "subject", "text",
    "sender_name", "sender_email", "sent_at",
)  # fmt: skip
# Each is looked up by its number, and only as long as the page is not full: that is what the OFFSET is for.
_SEEN = f"""(SELECT {_MESSAGE.sql}, t.subject AS thread_subject, p.name AS person_name FROM messaging_message
    JOIN messaging_thread t ON t.id = messaging_message.thread_id
    LEFT JOIN people_person p ON p.id = messaging_message.person_id
    WHERE messaging_message.id = near.id AND messaging_message.erased_at IS NULL{{conditions}} OFFSET 0) AS seen"""
Piece = tuple[str, list[Any]]


def _seen(seer: Any, narrowed: Narrowed) -> Piece:
    """Return SQL that looks up a message `near` with its thread and person where it is asked for and may be seen, and its values."""
    rule, values = _rule(seer)
    more = narrowed.conditions()
    conditions = "".join(f" AND messaging_message.{condition}" for condition in more)
    sql = _SEEN.format(conditions=f"{conditions} AND ({rule})")
    return sql, [*more.values(), *values]


def _rule(seer: Any) -> tuple[str, Sequence[Any]]:
    """Return who may see what as SQL, made once for everybody with the same rights."""
    rows: Any = Message.objects.all()
    return kept_rule(("message", rights_of(seer)), lambda: rows.visible_to(seer))


def _tests(together: Sequence[str]) -> Piece:
    """Return SQL that looks for words, or words in their order, among the folded words of a message."""
    tests = ["position(%s IN ' ' || words || ' ') > 0" for _words in together]
    return " AND ".join(tests) or "TRUE", [f" {words} " for words in together]


_GLANCE = f"""{PLANNED_ONCE}
WITH newest AS MATERIALIZED (SELECT id, words FROM messaging_message {{below}} ORDER BY id DESC LIMIT {{glance}})
SELECT edge.id, hit.* FROM (SELECT CASE count(*) WHEN {{glance}} THEN min(id) ELSE 0 END AS id FROM newest) AS edge LEFT JOIN LATERAL (
    SELECT seen.* FROM (SELECT id FROM newest WHERE {{tests}} ORDER BY id DESC) AS near CROSS JOIN LATERAL {{seen}} LIMIT {{most}}) AS hit ON TRUE
"""


def _glance(wanted: Sought, seen: Piece, below: int | None, most: int) -> tuple[int, list[Hit]]:
    """Return how far down the newest messages were read, 0 where there are no others, and those of them that are asked for."""
    tests, words = _tests((*wanted.words, *wanted.phrases))
    limit = "" if below is None else "WHERE id < %s"
    glance = GLANCE_FOR_PHRASES if wanted.phrases else GLANCE
    sql = _GLANCE.format(glance=glance, below=limit, tests=tests, seen=seen[0], most=most)
    rows = _rows(sql, [*([] if below is None else [below]), *words, *seen[1]])
    return rows[0][0], [_hit(row[1:]) for row in rows if row[1] is not None]


# The words of a stretch are looked up before anything is sorted, so that the planner never walks the table instead; one stretch after the
# other, so that an older one is read only when the younger ones gave too few. Selected, the lists say nothing to the planner, who would plan
# anew for each length of them.
_IN = f"""{PLANNED_ONCE}
SELECT seen.* FROM unnest((SELECT %s::tsquery[]), (SELECT %s::bigint[])) AS stretch(query, below) CROSS JOIN LATERAL (
    WITH found AS MATERIALIZED (SELECT id FROM messaging_message WHERE messaging_keys(id, words) @@ stretch.query AND {{tests}})
    SELECT id FROM found WHERE id < stretch.below ORDER BY id DESC) AS near CROSS JOIN LATERAL {{seen}} LIMIT {{most}}
"""


def _in(together: list[Stretch], wanted: Sought, seen: Piece, most: int) -> list[Hit]:
    """Return the newest in some stretches, newest first."""
    queries = [query_of(wanted, stretch) for stretch in together]
    below = [stretch.below for stretch in together]
    tests, phrases = _tests(wanted.phrases)
    sql = _IN.format(tests=tests, seen=seen[0], most=most)
    return [_hit(row) for row in _rows(sql, [queries, below, *phrases, *seen[1]])]


def _rows(sql: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[Any] = cursor.fetchall()
    return rows


def _hit(row: Sequence[Any]) -> Hit:
    *columns, subject, name = row
    message: Any = _MESSAGE.made(columns)
    return Hit(message, name or "", subject)
