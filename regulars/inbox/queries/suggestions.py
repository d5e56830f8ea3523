"""Answers that fit a question: past answers to like questions, by full text and by likeness, without any outside service."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from regulars.inbox.engine.vectors import fused
from regulars.inbox.models import Conversation, LikeQuestions
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
NAMED = """
SELECT m.id, m.text, inbox_conversation.id
FROM messaging_message m JOIN inbox_conversation ON inbox_conversation.id = m.thread_id
WHERE m.id = ANY(%s) AND inbox_conversation.id <> %s AND m.erased_at IS NULL AND {rule}"""


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
    """Return past answers, within somebody's reach, to questions like the last one of a conversation.

    Full text and, where something was learned, likeness are ranked together; each alone is enough.
    """
    by_words = _by_words(conversation, seer, most)
    by_likeness = _within_reach(conversation, seer, like_numbers(conversation, "answer"))
    known = {one.message_id: one for one in (*by_likeness, *by_words)}
    ranked = fused([one.message_id for one in by_words], [one.message_id for one in by_likeness])
    return _without_doubles([known[number] for number in ranked])[:most]


def like_numbers(conversation: Conversation, what: str) -> list[int]:
    """Return what answered the questions most like the last one, nearest first; nothing when it was reckoned for an older one."""
    kept = LikeQuestions.objects.filter(pk=conversation.pk).first()
    if kept is None or kept.question_id != last_question_id(conversation):
        return []
    return [int(number) for kind, number, _cosine in kept.found if kind == what]


def _by_words(conversation: Conversation, seer: Any, most: int) -> list[Suggestion]:
    words = words_of(last_question(conversation))
    if not words:
        return []
    rule, given = _rule(seer)
    asked = " | ".join(words)
    with connection.cursor() as cursor:
        sql = SQL.format(most=LOOKED_AT, rule=rule)
        cursor.execute(sql, [asked, asked, conversation.pk, *given, most * 6])
        found = cursor.fetchall()
    return [Suggestion(row[0], row[3], row[1], row[4]) for row in found]


def _within_reach(conversation: Conversation, seer: Any, numbers: list[int]) -> list[Suggestion]:
    if not numbers:
        return []
    rule, given = _rule(seer)
    with connection.cursor() as cursor:
        cursor.execute(NAMED.format(rule=rule), [numbers, conversation.pk, *given])
        rows = {row[0]: Suggestion(row[0], row[2], row[1], 0.0) for row in cursor.fetchall()}
    return [rows[number] for number in numbers if number in rows]


def _rule(seer: Any) -> tuple[str, list[Any]]:
    rows: Any = Conversation.objects.all()
    rule, given = row_rule_of(rows.visible_to(seer))
    return rule, list(given)


def last_question(conversation: Conversation, before: int | None = None) -> str:
    """Return what the customer last wrote, with the subject."""
    rows = _questions(conversation)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    text = rows.order_by("-sent_at", "-pk").values_list("text", flat=True).first()
    return f"{conversation.subject} {text[:BEGINNING]}" if text else ""


def last_question_id(conversation: Conversation) -> int | None:
    """Return the number of what the customer last wrote."""
    rows = _questions(conversation)
    return rows.order_by("-sent_at", "-pk").values_list("pk", flat=True).first()


def _questions(conversation: Conversation) -> QuerySet[Message]:
    return Message.objects.filter(
        thread=conversation.pk, direction=Direction.IN, kind=MessageKind.HUMAN, erased_at=None
    )


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
