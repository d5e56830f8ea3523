"""Learning which questions are alike, by night, from our own past answers and templates; and looking up what answered like ones.

Everything is reckoned in the worker, which alone loads the libraries for it; pages read the outcome.
"""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction

from regulars.inbox.engine.vectors import Space, learn, nearest
from regulars.inbox.models import Conversation, Likeness, LikeQuestions, State, Template
from regulars.inbox.models.suggestions import FOLDER
from regulars.inbox.queries.suggestions import last_question, last_question_id
from regulars.kit.keeping import forget_kept, keep, read_kept
from regulars.kit.worker import defer
from regulars.people.engine.names import fold

# Below this full text finds as much, and what is learned of so few is chance.
LEAST_ANSWERS, MOST_ANSWERS, MOST_USES = 50, 20_000, 5_000
KEPT_NEAREST, LEAST_COSINE, MOST_OPEN = 24, 0.25, 2_000
ANSWER, TEMPLATE = "answer", "template"
FIND = "inbox.find_like_questions"
ASKED = """
CROSS JOIN LATERAL (
    SELECT q.text FROM messaging_message q
    WHERE q.thread_id = {thread} AND q.direction = 'in' AND q.kind = 'human' AND q.erased_at IS NULL AND {before}
    ORDER BY q.sent_at DESC, q.id DESC LIMIT 1) asked"""
ANSWERS = f"""
SELECT m.id, c.subject || ' ' || left(asked.text, 2000), coalesce(c.person_id, -c.id)
FROM inbox_pastanswer a JOIN messaging_message m ON m.id = a.message_id AND m.erased_at IS NULL
JOIN inbox_conversation c ON c.id = m.thread_id
{ASKED.format(thread="m.thread_id", before="q.id < m.id")}
ORDER BY a.id DESC LIMIT %s"""
USES = f"""
SELECT u.template_id, c.subject || ' ' || left(asked.text, 2000), coalesce(c.person_id, -c.id)
FROM inbox_templateuse u JOIN inbox_conversation c ON c.id = u.conversation_id
{ASKED.format(thread="c.id", before="q.received_at <= u.at")}
WHERE u.sent_at IS NOT NULL ORDER BY u.id DESC LIMIT %s"""


@dataclass(frozen=True)
class Learned:
    """A likeness in memory: `keys` names the rows of `vectors`, (n, size) float32 unit vectors."""

    version: int
    space: Space
    keys: list[tuple[str, int]]
    vectors: Any


def learn_likeness(*, at: datetime) -> Likeness | None:
    """Learn anew from the newest past answers and the templates; None, and nothing kept, while there are too few."""
    begun = time.monotonic()
    answers, uses = _asked(ANSWERS, MOST_ANSWERS), _asked(USES, MOST_USES)
    if len(answers) < LEAST_ANSWERS:
        _forget_all_but(None)
        return None
    written = _written()
    rows = [
        *((ANSWER, number, text, owner) for number, text, owner in answers),
        *((TEMPLATE, number, text, owner) for number, text, owner in uses),
        # Each template counts as somebody of its own, so that words of two templates are learned, too.
        *((TEMPLATE, number, text, -number) for number, text in written),
    ]
    texts = [fold(text) for _what, _number, text, _owner in rows]
    space = learn(texts, [owner for *_rest, owner in rows])
    if space is None:
        _forget_all_but(None)
        return None
    keys = [(what, number) for what, number, _text, _owner in rows]
    seconds = time.monotonic() - begun
    return _keep(space, keys, space.vectors(texts), len(answers), len(written), seconds, at)


def find_like_questions(conversation_id: int) -> LikeQuestions | None:
    """Look up and keep what answered questions like a conversation's last one; None when nothing was learned or asked."""
    learned, conversation = _newest(), Conversation.objects.filter(pk=conversation_id).first()
    if learned is None or conversation is None:
        return None
    question, number = last_question(conversation), last_question_id(conversation)
    if not question or number is None:
        return None
    vector = learned.space.vectors([fold(question)])[0]
    found = _best(learned, nearest(learned.vectors, vector, KEPT_NEAREST * 2))
    values = {"likeness_id": learned.version, "question_id": number, "found": found}
    kept, _is_new = LikeQuestions.objects.update_or_create(pk=conversation.pk, defaults=values)
    return kept


def find_later(conversation_id: int) -> bool:
    """Have it looked up by the worker for a thread's conversation; tell whether there is anything to look it up in."""
    if not Likeness.objects.exists():
        return False
    defer(FIND, conversation_id=conversation_id)
    return True


def find_for_open_ones() -> int:
    """Look up anew for what is open, after a night's learning; return how many there were."""
    rows = Conversation.objects.filter(state=State.OPEN).order_by("-last_message_at")
    numbers = list(rows.values_list("pk", flat=True)[:MOST_OPEN])
    return sum(find_like_questions(number) is not None for number in numbers)


def _best(learned: Learned, rows: Sequence[tuple[int, float]]) -> list[list[Any]]:
    """Return each key once, nearest first; what is hardly like the question is left out."""
    found: dict[tuple[str, int], float] = {}
    for row, cosine in rows:
        if cosine >= LEAST_COSINE:
            found.setdefault(learned.keys[row], cosine)
    return [[what, number, round(cosine, 4)] for (what, number), cosine in found.items()][:KEPT_NEAREST]


def _asked(sql: str, most: int) -> list[tuple[int, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [most])
        return [(int(row[0]), str(row[1]), int(row[2])) for row in cursor.fetchall()]


def _written() -> list[tuple[int, str]]:
    rows: Any = Template.objects.all()
    found = rows.live().prefetch_related("versions")
    return [(one.pk, " ".join((one.name, one.note, body))) for one in found for body in one.texts().values()]


@transaction.atomic
def _keep(
    space: Space,
    keys: list[tuple[str, int]],
    vectors: Any,
    answers: int,
    templates: int,
    seconds: float,
    at: datetime,
) -> Likeness:
    raw_space, raw_rows = keep(FOLDER, space.to_bytes()), keep(FOLDER, _packed(keys, vectors))
    made = Likeness.objects.create(
        learned_at=at, answers=answers, templates=templates, seconds=round(seconds, 1), space=raw_space.content,
        space_path=raw_space.path, rows=raw_rows.content, rows_path=raw_rows.path,
    )  # fmt: skip
    _forget_all_but(made.pk)
    return made


def _forget_all_but(number: int | None) -> None:
    old = Likeness.objects.exclude(pk=number or 0)
    paths = [path for pair in old.values_list("space_path", "rows_path") for path in pair if path]
    old.delete()
    transaction.on_commit(lambda: forget_kept(FOLDER, paths))


def _newest() -> Learned | None:
    number = Likeness.objects.order_by("-pk").values_list("pk", flat=True).first()
    return _loaded(number) if number is not None else None


@lru_cache(maxsize=1)
def _loaded(number: int) -> Learned | None:
    found = Likeness.objects.filter(pk=number).first()
    if found is None:
        return None
    keys, vectors = _unpacked(read_kept(FOLDER, found.kept_rows))
    return Learned(number, Space.from_bytes(read_kept(FOLDER, found.kept_space)), keys, vectors)


def _packed(keys: list[tuple[str, int]], vectors: Any) -> bytes:
    import numpy

    kinds = numpy.asarray([what == ANSWER for what, _number in keys])
    numbers = numpy.asarray([number for _what, number in keys], dtype=numpy.int64)
    out = io.BytesIO()
    numpy.savez_compressed(out, kinds=kinds, numbers=numbers, vectors=vectors.astype(numpy.float16))
    return out.getvalue()


def _unpacked(raw: bytes) -> tuple[list[tuple[str, int]], Any]:
    import numpy

    with numpy.load(io.BytesIO(raw), allow_pickle=False) as stored:
        pairs = zip(stored["kinds"].tolist(), stored["numbers"].tolist(), strict=True)
        keys = [(ANSWER if is_answer else TEMPLATE, int(number)) for is_answer, number in pairs]
        return keys, stored["vectors"].astype(numpy.float32)
