"""Finding people and companies by what is typed: whole words first, then beginnings, then words with a typo.

Words are looked up in the search documents, addresses and numbers in the identities' own index. Every look-up is bounded:
at most LOOKED_AT rows of a tier are ranked, however common its words are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.people.engine.asking import Asking, Reach, Token, read_asking
from regulars.people.engine.folding import sql_fold
from regulars.people.engine.search import COMPANY_MARK, deletions, is_one_typo_apart, quoted
from regulars.people.models import IdentityKind
from regulars.team.models import Business
from regulars.team.rules import row_sql

LOOKED_AT, SIFTED, MOST_MEANT, MOST_BEGUN = 300, 5_000, 20, 40
TABLES = {"person": ("people_person", "people.see"), "company": ("people_company", "companies.see")}
# Of each tier so many are ranked for each that is shown: a palette of twelve need not rank as many as a list.
LOOKED_AT_EACH = 10
# Marks that a stored name may carry as letters of their own.
LOOSE_MARKS = 6
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
    known: Known | None = None
    for tier in (WHOLE, BEGUN, MEANT):
        if tier == BEGUN:
            known = _known(asking)
        parts = _parts(seer, asking, _query(asking, tier, known, seer), tier, text, subjects, limit)
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


def _parts(
    seer: Any, asking: Asking, query: str, tier: int, text: str, subjects: Sequence[str], limit: int
) -> list[Part]:
    """Return the look-ups of one tier; none when it would ask nothing new."""
    if asking.reaches:
        is_new = bool(query) if asking.tokens else tier == BEGUN
        return [_by_reach(seer, asking.reaches, query)] if is_new and "person" in subjects else []
    parts = [_by_words(seer, subject, query, asking, text, limit) for subject in subjects] if query else []
    if asking.also and tier == BEGUN and "person" in subjects:
        parts.append(_by_reach(seer, (Reach(asking.also),), ""))
    return parts


@dataclass(frozen=True)
class Known:
    """What the table of words says to the words typed: how each may go on, commonest first, and what may have been meant."""

    begun: dict[str, list[tuple[str, int]]]
    meant: dict[str, list[str]]


def _query(asking: Asking, tier: int, known: Known | None, seer: Any) -> str:
    """Return the tier's question about words, or "" when it would ask nothing new."""
    if tier == WHOLE or known is None:
        return asking.whole
    begun = [_begun(token, known, is_alone=len(asking.tokens) == 1, seer=seer) for token in asking.tokens]
    if tier == BEGUN:
        return " & ".join(begun) if asking.begun != asking.whole else ""
    if not known.meant:
        return ""
    return " & ".join(
        "(" + " | ".join([one, *map(quoted, known.meant.get(token.word, ()))]) + ")"
        for token, one in zip(asking.tokens, begun, strict=True)
    )


def _begun(token: Token, known: Known, *, is_alone: bool, seer: Any) -> str:
    """Return a beginning as the words it stands for: the index collects every document for a beginning, few for a word.

    Where there are too many words, the commonest do if theirs are more documents than are looked at anyway.
    """
    words = known.begun.get(token.word, ())
    if not words or token.begun == token.whole:
        return token.begun
    is_ample = is_alone and sum(docs for _word, docs in words) > LOOKED_AT and sees_all(seer)
    if len(words) > MOST_BEGUN and not is_ample:
        return token.begun
    return "(" + " | ".join([token.whole, *(quoted(word) for word, _docs in words[:MOST_BEGUN])]) + ")"


def sees_all(seer: Any) -> bool:
    """Tell whether nobody is hidden from this asker."""
    return all(row_sql(seer, verb, alias="t")[0] == "TRUE" for _table, verb in TABLES.values())


_KNOWN = f"""{PLANNED_ONCE}
    SELECT 'begun', q.word, k.word, k.docs FROM unnest(%s::text[]) AS q(word) CROSS JOIN LATERAL (
        SELECT k.word, k.docs FROM people_word k WHERE k.word >= q.word AND k.word < q.word || %s::text
        ORDER BY k.docs DESC, length(k.word), k.word LIMIT %s) AS k
    UNION ALL SELECT 'meant', q.word, d.word, 0 FROM unnest(%s::text[], %s::text[]) AS q(word, shorter)
    JOIN people_worddeletion d ON d.deletion = q.shorter
    UNION ALL SELECT 'meant', q.word, k.word, 0 FROM unnest(%s::text[], %s::text[]) AS q(word, shorter)
    JOIN people_word k ON k.word = q.shorter"""


def _known(asking: Asking) -> Known:
    """Ask the table of words once: for beginnings, and for known words one typo away, a letter left out of either."""
    typed = [token.word for token in asking.tokens if token.word[:1].isalpha()]
    pairs = [
        (token.word, shorter)
        for token in asking.tokens
        if token.is_mistypeable
        for shorter in (token.word, *deletions(token.word))
    ]
    if not typed:
        return Known({}, {})
    near = [word for word, _shorter in pairs], [shorter for _word, shorter in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [typed, LAST, MOST_BEGUN + 1, *near, *near])
        rows = cursor.fetchall()
    begun: dict[str, list[tuple[str, int]]] = {}
    meant: dict[str, set[str]] = {}
    for what, word, other, docs in rows:
        if what == "begun":
            begun.setdefault(word, []).append((other, docs))
        elif is_one_typo_apart(word, other):
            meant.setdefault(word, set()).add(other)
    return Known(begun, {word: sorted(found)[:MOST_MEANT] for word, found in meant.items()})


def _ranked(parts: Sequence[Part], limit: int) -> list[tuple[str, int]]:
    if not parts:
        return []
    sql = f"""{PLANNED_ONCE}
        SELECT subject, id FROM ({" UNION ALL ".join(f"({part})" for part, _params in parts)}) AS found
        ORDER BY is_exact DESC, in_name DESC, last_touch_at DESC NULLS LAST, id DESC LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(value for _part, params in parts for value in params), limit])
        return cursor.fetchall()  # type: ignore[no-any-return]


def _by_words(seer: Any, subject: str, query: str, asking: Asking, text: str, limit: int) -> Part:
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
        SELECT h.subject_id, h.in_name FROM hits h {reach} LIMIT {min(LOOKED_AT, limit * LOOKED_AT_EACH)}"""
    # Folding takes long and keeps the number of letters, so it is spared where the length shows that it is another name.
    sql = f"""
        SELECT '{subject}' AS subject, t.id, t.last_touch_at, d.in_name,
            CASE WHEN length(t.name) BETWEEN %s AND %s THEN people_fold(t.name) = %s ELSE false END AS is_exact
        FROM ({looked_at}) AS d JOIN {table} t ON t.id = d.subject_id WHERE t.deleted_at IS NULL"""
    folded = sql_fold(" ".join(text.split()))
    exact = [len(folded), len(folded) + LOOSE_MARKS, folded]
    return sql, [*exact, *names, query, *hint_params, *rule_params]


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
