"""Answers that fit a question: past answers to like questions, found by full text, without any outside service."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

from regulars.inbox.models import Conversation
from regulars.kit.filters import row_rule_of
from regulars.messaging.models import Direction, Message, MessageKind
from regulars.people.engine.names import fold

WORD = re.compile(r"[^\W\d_]{4,}", re.UNICODE)
MOST_WORDS, LOOKED_AT, BEGINNING = 10, 2_000, 2_000
SQL = """
SELECT m.id, m.text, m.sent_at, c.id, ts_rank(found.words, to_tsquery('simple', %s)) AS rank
FROM (SELECT a.message_id, a.words FROM inbox_pastanswer a
      WHERE a.words @@ to_tsquery('simple', %s) ORDER BY a.id DESC LIMIT {most}) found
JOIN messaging_message m ON m.id = found.message_id
JOIN inbox_conversation ON inbox_conversation.id = m.thread_id
CROSS JOIN LATERAL (SELECT inbox_conversation.id) c
WHERE inbox_conversation.id <> %s AND m.erased_at IS NULL AND {rule}
ORDER BY rank DESC, m.id DESC LIMIT %s"""


@dataclass(frozen=True)
class Suggestion:
    """An answer that was once given to a like question."""

    message_id: int
    conversation_id: int
    text: str
    rank: float

    @property
    def beginning(self) -> str:
        """How it begins, on one line."""
        return " ".join(self.text[:300].split())[:140]


def suggested(conversation: Conversation, seer: Any, most: int = 4) -> list[Suggestion]:
    """Return past answers, within somebody's reach, to questions like the last one of a conversation."""
    words = words_of(last_question(conversation))
    if not words:
        return []
    rows: Any = Conversation.objects.all()
    rule, given = row_rule_of(rows.visible_to(seer))
    values: list[Any] = list(given)
    asked = " | ".join(words)
    with connection.cursor() as cursor:
        sql = SQL.format(most=LOOKED_AT, rule=rule)
        cursor.execute(sql, [asked, asked, conversation.pk, *values, most * 3])
        found = cursor.fetchall()
    return _without_doubles([Suggestion(row[0], row[3], row[1], row[4]) for row in found])[:most]


def last_question(conversation: Conversation, before: int | None = None) -> str:
    """Return what the customer last wrote, with the subject."""
    rows = Message.objects.filter(
        thread=conversation.pk, direction=Direction.IN, kind=MessageKind.HUMAN, erased_at=None
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    text = rows.order_by("-sent_at", "-pk").values_list("text", flat=True).first()
    return f"{conversation.subject} {text[:BEGINNING]}" if text else ""


def words_of(text: str) -> list[str]:
    """Return the words by which a question is looked up: the longest ones, as they say most.

    >>> words_of("Where is my parcel, and where is my refund?")
    ['parcel', 'refund', 'where']
    """
    words = sorted(set(WORD.findall(fold(text))), key=lambda word: (-len(word), word))
    return words[:MOST_WORDS]


def _without_doubles(found: list[Suggestion]) -> list[Suggestion]:
    seen: dict[str, Suggestion] = {}
    for one in found:
        seen.setdefault(" ".join(one.text.split()).lower()[:400], one)
    return list(seen.values())
