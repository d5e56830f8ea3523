from __future__ import annotations

from django.db import connection

from regulars.inbox.models import Conversation
from regulars.inbox.queries.suggestions import last_question, words_of

KEEP = """
INSERT INTO inbox_pastanswer (message_id, words) VALUES (%s, to_tsvector('simple', %s))
ON CONFLICT (message_id) DO UPDATE SET words = excluded.words"""


def remember_answer(conversation_id: int, message_id: int) -> bool:
    """Keep an answer to be suggested for like questions; tell whether there was a question. Safe to do twice."""
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    question = last_question(conversation, before=message_id) if conversation is not None else ""
    words = words_of(question)
    if not words:
        return False
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [message_id, " ".join(words)])
    return True
