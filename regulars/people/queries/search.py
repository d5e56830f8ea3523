"""Finding people and companies by what is typed: whole words first, then beginnings, then words with a typo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from regulars.people.engine.search import (
    COMPANY_MARK,
    PREFIX_LETTERS,
    TYPO_LETTERS,
    deletions,
    is_one_typo_apart,
    quoted,
    text_words,
)
from regulars.team.rules import row_sql

LOOKED_AT = 400
MOST_WORDS = 6
TABLES = {"person": ("people_person", "people.see"), "company": ("people_company", "companies.see")}


@dataclass(frozen=True)
class Found:
    """One person or company found, and how: 0 whole words, 1 beginnings, 2 with a typo."""

    subject: str
    id: int
    tier: int


def search(
    seer: Any, text: str, *, limit: int = 20, subjects: tuple[str, ...] = ("person", "company")
) -> list[Found]:
    """Return what is found by all words of a text within the asker's reach, best first."""
    words = text_words(text)[:MOST_WORDS]
    if not words:
        return []
    found: dict[tuple[str, int], Found] = {}
    for tier, query in enumerate(_queries(words)):
        for subject in subjects:
            for number in _ids(seer, subject, query, limit):
                found.setdefault((subject, number), Found(subject, number, tier))
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def search_ids(seer: Any, text: str, subject: str, *, most: int = 500) -> list[int]:
    """Return the ids of one subject found by a text, for lists."""
    return [one.id for one in search(seer, text, limit=most, subjects=(subject,))]


def _queries(words: list[str]) -> list[str]:
    whole = " & ".join(quoted(word) for word in words)
    begun = " & ".join(_begun(word, is_last=place == len(words) - 1) for place, word in enumerate(words))
    queries = [whole, begun] if begun != whole else [whole]
    meant = [_meant(word) for word in words]
    if any(meant):
        parts = [_either([word, *others]) for word, others in zip(words, meant, strict=True)]
        queries.append(" & ".join(parts))
    return queries


def _begun(word: str, *, is_last: bool) -> str:
    return f"{quoted(word)}:*" if len(word) >= PREFIX_LETTERS or is_last else quoted(word)


def _either(words: list[str]) -> str:
    return "(" + " | ".join(quoted(word) for word in words) + ")"


def _meant(word: str) -> list[str]:
    """Return known words one typo away, asking the table of words with one letter left out."""
    if len(word) < TYPO_LETTERS or not word.isalpha():
        return []
    sql = """
        SELECT DISTINCT word FROM people_worddeletion WHERE deletion = ANY(%s)
        UNION SELECT word FROM people_word WHERE word = ANY(%s)
        UNION SELECT word FROM people_worddeletion WHERE deletion = %s LIMIT 200"""
    shorter = list(deletions(word))
    with connection.cursor() as cursor:
        cursor.execute(sql, [shorter, shorter, word])
        return [known for (known,) in cursor.fetchall() if is_one_typo_apart(word, known)][:20]


def _ids(seer: Any, subject: str, query: str, limit: int) -> list[int]:
    table, verb = TABLES[subject]
    rule, params = row_sql(seer, verb, alias="t")
    if subject == "company":
        query = f"{quoted(COMPANY_MARK)} & ({query})"
    sql = f"""
        SELECT t.id FROM (
            SELECT subject_id FROM people_searchdoc WHERE words @@ %s::tsquery AND subject = %s LIMIT {LOOKED_AT}) d
        JOIN {table} t ON t.id = d.subject_id
        WHERE t.deleted_at IS NULL AND {rule}
        ORDER BY t.last_touch_at DESC NULLS LAST, t.id DESC LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [query, subject, *params, limit])  # type: ignore[list-item]
        return [row[0] for row in cursor.fetchall()]
