"""Finding people and companies by what is typed: whole words first, then beginnings, then words with a typo.

Words are looked up in the search documents, addresses and numbers in the identities' own index. Every look-up is bounded:
at most LOOKED_AT rows of a tier are ranked, however common its words are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from regulars.people.engine.asking import Asking, Reach, read_asking
from regulars.people.engine.folding import sql_fold
from regulars.people.engine.search import COMPANY_MARK, deletions, is_one_typo_apart, quoted
from regulars.people.models import IdentityKind
from regulars.team.models import Business
from regulars.team.rules import row_sql

LOOKED_AT, SIFTED, MOST_MEANT = 300, 5_000, 20
TABLES = {"person": ("people_person", "people.see"), "company": ("people_company", "companies.see")}
WHOLE, BEGUN, MEANT = range(3)
LAST = "\U0010ffff"
NUMBERS = ("phone", "whatsapp", "external")
Part = tuple[str, list[Any]]


@dataclass(frozen=True)
class Found:
    """One person or company found, and how: 0 whole words, 1 beginnings, 2 with a typo."""

    subject: str
    id: int
    tier: int


def search(
    seer: Any,
    text: str,
    *,
    limit: int = 20,
    subjects: Sequence[str] = ("person", "company"),
    forgiving: bool = True,
) -> list[Found]:
    """Return what is found by all of a text within the asker's reach, best first.

    Exact names come before whole words, those before beginnings, those before typos; then who was last in touch.
    Typos in a single word are looked for while there is room; else, or not `forgiving`, only when nothing else was found.
    """
    text = text[:300].replace("\x00", "").encode("utf-8", "ignore").decode()
    asking = read_asking(text)
    if asking is None:
        return []
    found: dict[tuple[str, int], Found] = {}
    for tier in (WHOLE, BEGUN, MEANT):
        parts = _parts(seer, asking, tier, text, subjects)
        for subject, number in _ranked(parts, limit):
            found.setdefault((subject, number), Found(subject, number, tier))
        # Several words that are all there leave little doubt, so nobody pays for guessing what else was meant.
        is_enough = bool(found) and tier == BEGUN and (not forgiving or len(asking.tokens) > 1)
        if len(found) >= limit or is_enough:
            break
    return list(found.values())[:limit]


def search_ids(seer: Any, text: str, subject: str, *, most: int = 500) -> list[int]:
    """Return the ids of one subject found by a text, for lists."""
    return [one.id for one in search(seer, text, limit=most, subjects=(subject,), forgiving=False)]


def _parts(seer: Any, asking: Asking, tier: int, text: str, subjects: Sequence[str]) -> list[Part]:
    """Return the look-ups of one tier; none when it would ask nothing new."""
    query = _query(asking, tier)
    if asking.reaches:
        is_new = bool(query) if asking.tokens else tier == BEGUN
        return [_by_reach(seer, asking.reaches, query)] if is_new and "person" in subjects else []
    parts = [_by_words(seer, subject, query, asking, text) for subject in subjects] if query else []
    if asking.also and tier == BEGUN and "person" in subjects:
        parts.append(_by_reach(seer, (Reach(asking.also),), ""))
    return parts


def _query(asking: Asking, tier: int) -> str:
    """Return the tier's question about words, or "" when it would ask nothing new."""
    if tier == WHOLE:
        return asking.whole
    if tier == BEGUN:
        return asking.begun if asking.begun != asking.whole else ""
    meant = _meant([token.word for token in asking.tokens if token.is_mistypeable])
    if not meant:
        return ""
    return " & ".join(token.meant(meant.get(token.word, [])) for token in asking.tokens)


_NEAR = """
    SELECT q.word, d.word FROM unnest(%s::text[], %s::text[]) AS q(word, shorter)
    JOIN people_worddeletion d ON d.deletion = q.shorter
    UNION SELECT q.word, k.word FROM unnest(%s::text[], %s::text[]) AS q(word, shorter)
    JOIN people_word k ON k.word = q.shorter"""


def _meant(words: Iterable[str]) -> dict[str, list[str]]:
    """Return for each word the known ones that are one typo away, found by leaving one letter out of either."""
    pairs = [(word, shorter) for word in words for shorter in (word, *deletions(word))]
    if not pairs:
        return {}
    asked = [word for word, _shorter in pairs], [shorter for _word, shorter in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [*asked, *asked])
        near = cursor.fetchall()
    meant: dict[str, list[str]] = {}
    for word, known in near:
        if is_one_typo_apart(word, known):
            meant.setdefault(word, []).append(known)
    return {word: sorted(found)[:MOST_MEANT] for word, found in meant.items()}


def _ranked(parts: Sequence[Part], limit: int) -> list[tuple[str, int]]:
    if not parts:
        return []
    sql = f"""
        SELECT subject, id FROM ({" UNION ALL ".join(f"({part})" for part, _params in parts)}) AS found
        ORDER BY is_exact DESC, in_name DESC, last_touch_at DESC NULLS LAST, id DESC LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(value for _part, params in parts for value in params), limit])
        return cursor.fetchall()  # type: ignore[no-any-return]


def _by_words(seer: Any, subject: str, query: str, asking: Asking, text: str) -> Part:
    """Return the look-up of words among one subject; who may not be seen does not count towards the bound."""
    table, verb = TABLES[subject]
    rule, rule_params = row_sql(seer, verb, alias="t")
    if subject == "company":
        query = f"{quoted(COMPANY_MARK)} & ({query})"
    hint, hint_params = "", list[Any]()
    if asking.hint:
        # IS TRUE keeps the index from collecting every word that begins like this.
        hint, hint_params = "AND (d.words @@ %s::tsquery) IS TRUE", [f"{quoted(asking.hint)}:*"]
    in_name = "d.words @@ %s::tsquery" if asking.names else "false"
    names = [asking.names] if asking.names else []
    # Documents of the deleted are gone, so who sees everybody need not ask for each person before the bound.
    reach = ""
    if rule != "TRUE":
        reach = f"JOIN {table} t ON t.id = h.subject_id WHERE t.deleted_at IS NULL AND {rule}"
    # Beside a LIMIT the planner would rather read every document than ask the index; behind the wall it cannot.
    looked_at = f"""
        WITH hits AS MATERIALIZED (
            SELECT d.subject_id, {in_name} AS in_name FROM people_searchdoc d
            WHERE d.words @@ %s::tsquery AND d.subject = '{subject}' {hint})
        SELECT h.subject_id, h.in_name FROM hits h {reach} LIMIT {LOOKED_AT}"""
    sql = f"""
        SELECT '{subject}' AS subject, t.id, t.last_touch_at, d.in_name, people_fold(t.name) = %s AS is_exact
        FROM ({looked_at}) AS d JOIN {table} t ON t.id = d.subject_id WHERE t.deleted_at IS NULL"""
    return sql, [sql_fold(" ".join(text.split())), *names, query, *hint_params, *rule_params]


# The two halves of the identities' index are asked apart, and each beginning by itself, so that the planner knows what it does.
_BEGINS = """
    SELECT i.person_id, i.value = %s AS is_exact FROM people_identity i
    WHERE i.kind = ANY(%s) AND i.value >= %s AND i.value < %s AND i.ended_at IS NULL AND {half}"""
_ENDS = """
    SELECT i.person_id, false FROM people_identity i
    WHERE reverse(i.value) >= %s AND reverse(i.value) < %s AND i.kind IN ('phone', 'whatsapp') AND i.ended_at IS NULL"""
_HALVES = ("NOT i.is_shared", "i.is_shared")


def _by_reach(seer: Any, reaches: Sequence[Reach], query: str) -> Part:
    """Return the look-up of people by the beginning (or a number's end) of what they are reached by, and by words."""
    rule, rule_params = row_sql(seer, "people.see", alias="t")
    # Bounded one by one, so that the planner never prepares for thousands; wider where not everybody may be seen.
    most = LOOKED_AT if rule == "TRUE" else SIFTED
    first, *others = [_reached(reach, most) for reach in reaches]
    source, params = first
    also = "".join(f" AND t.id IN (SELECT person_id FROM ({part}) AS o)" for part, _params in others)
    also_params = [value for _part, values in others for value in values]
    words = ""
    if query:
        words = "JOIN people_searchdoc d ON d.subject = 'person' AND d.subject_id = t.id AND d.words @@ %s::tsquery"
        params = [*params, query]
    sql = f"""
        SELECT 'person' AS subject, t.id, t.last_touch_at, false AS in_name, r.is_exact
        FROM ({source}) AS r JOIN people_person t ON t.id = r.person_id {words}
        WHERE t.deleted_at IS NULL{also} AND {rule} LIMIT {LOOKED_AT}"""
    return sql, [*params, *also_params, *rule_params]


def _reached(reach: Reach, most: int) -> Part:
    kinds = (
        list(NUMBERS)
        if reach.digits
        else [str(kind) for kind in IdentityKind.values if kind not in NUMBERS[:2]]
    )
    code = _country_code(Business.current().country) if reach.digits else ""
    parts, params = [], list[Any]()
    for value in reach.beginnings(code):
        for half in _HALVES:
            parts.append(_BEGINS.format(half=half))
            params += [value, kinds, value, value + LAST]
    if reach.ending:
        parts.append(_ENDS)
        params += [reach.ending, reach.ending + LAST]
    return " UNION ALL ".join(f"({part} LIMIT {most})" for part in parts), params


@lru_cache(maxsize=256)
def _country_code(country: str) -> str:
    import phonenumbers  # slow to load, needed for numbers alone

    return str(phonenumbers.country_code_for_region(country))
