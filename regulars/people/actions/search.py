"""Keeping search documents and the table of words right, in the transaction of whatever changed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, transaction

from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.people.engine.search import (
    COMPANY_MARK,
    deletions,
    identity_words,
    is_typeable,
    text_words,
    vector_text,
)
from regulars.people.models import Word

Row = tuple[int, Sequence[str], Sequence[str], Sequence[str]]
Doc = tuple[int, str]
BATCH, BULK = 5_000, 50_000
# For so few words one plan fits all; for many the planner should see how many.
FEW = 200

_PEOPLE = """
    SELECT p.id, ARRAY[p.name, p.first_name, p.last_name],
        ARRAY(SELECT i.value::text FROM people_identity i WHERE i.person_id = p.id AND i.ended_at IS NULL),
        ARRAY(SELECT c.name::text FROM people_affiliation a JOIN people_company c ON c.id = a.company_id
              WHERE a.person_id = p.id AND a.to_on IS NULL AND c.deleted_at IS NULL),
        ARRAY(SELECT left(n.body, 4000) FROM people_note n
              WHERE n.person_id = p.id AND n.deleted_at IS NULL ORDER BY n.id DESC LIMIT 20)
        || ARRAY(SELECT m.text::text FROM people_memo m WHERE m.person_id = p.id ORDER BY m.id DESC LIMIT 50)
    FROM people_person p WHERE p.id = ANY(%s) AND p.deleted_at IS NULL"""
_COMPANIES = """
    SELECT c.id, ARRAY[c.name],
        ARRAY(SELECT d.domain::text FROM people_companydomain d WHERE d.company_id = c.id) || ARRAY[c.external_id, c.website],
        '{}'::text[], ARRAY(SELECT left(n.body, 4000) FROM people_note n
              WHERE n.company_id = c.id AND n.deleted_at IS NULL ORDER BY n.id DESC LIMIT 20)
    FROM people_company c WHERE c.id = ANY(%s) AND c.deleted_at IS NULL"""
_READ = {"person": _PEOPLE, "company": _COMPANIES}

# New words alone are written: those already there are left out first, so that nobody waits for another's commit over them.
_WRITE = """
    WITH docs AS (
        INSERT INTO people_searchdoc (subject, subject_id, words)
        SELECT %s, d.id, d.words::tsvector FROM unnest(%s::bigint[], %s::text[]) AS d(id, words) ORDER BY d.id
        ON CONFLICT (subject, subject_id) DO UPDATE SET words = EXCLUDED.words
        WHERE people_searchdoc.words IS DISTINCT FROM EXCLUDED.words),
    fresh AS (
        INSERT INTO people_word (word, docs)
        SELECT w.word, 1 FROM unnest(%s::text[]) AS w(word)
        WHERE NOT EXISTS (SELECT FROM people_word k WHERE k.word = w.word) ORDER BY w.word
        ON CONFLICT DO NOTHING RETURNING word)
    INSERT INTO people_worddeletion (deletion, word)
    SELECT x.deletion, x.word FROM unnest(%s::text[], %s::text[]) AS x(deletion, word)
    JOIN fresh ON fresh.word = x.word ORDER BY x.word, x.deletion ON CONFLICT DO NOTHING"""


def refresh_search(person_ids: Iterable[int]) -> None:
    """Write the search documents of these people anew from what the tables say, and drop those of the deleted."""
    _refresh("person", person_ids)


def refresh_company_search(company_ids: Iterable[int]) -> None:
    """Write the search documents of these companies anew, and drop those of the deleted."""
    _refresh("company", company_ids)


def forget_search(subject: str, ids: Iterable[int]) -> None:
    """Let nobody find these people or companies any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM people_searchdoc WHERE subject = %s AND subject_id = ANY(%s)", [subject, list(ids)]
        )


def write_person_doc(
    person_id: int, names: Iterable[str], identities: Iterable[str], companies: Iterable[str] = ()
) -> None:
    """Write the search document of one new person from values at hand, without reading the tables."""
    found = [word for value in identities for word in identity_words(value)]
    groups = (text_words(*names), found, text_words(*companies))
    _write("person", [(person_id, vector_text(*groups))], {word for group in groups for word in group})


def index_people(rows: Iterable[Row]) -> None:
    """Write many search documents quickly, by COPY: rows of (id, name words, identity words, company words).

    The words are those `engine.search.text_words` and `identity_words` return. What the people's notes say is not kept,
    so this is for people just created; for changed ones call `refresh_search` with their ids.
    """
    source = iter(rows)
    while batch := list(islice(source, BULK)):
        _index("person", batch)


def learn_words(words: Iterable[str]) -> None:
    """Let these words be found although mistyped; for documents that an import wrote by itself."""
    _write("person", [], words)


_COUNT = """
    CREATE TEMP TABLE counted_words ON COMMIT DROP AS
    SELECT word, ndoc FROM ts_stat('SELECT words FROM people_searchdoc')"""
_RECOUNT = """
    UPDATE people_word w SET docs = c.ndoc FROM counted_words c WHERE c.word = w.word AND w.docs <> c.ndoc"""
_GONE = "DELETE FROM {table} w WHERE NOT EXISTS (SELECT FROM counted_words c WHERE c.word = w.word)"
_UNKNOWN = (
    "SELECT word FROM counted_words c WHERE NOT EXISTS (SELECT FROM people_word w WHERE w.word = c.word)"
)


@transaction.atomic
def recount_words() -> int:
    """Count in how many documents each word stands, forget those that stand in none, learn what was missed; return how many."""
    with connection.cursor() as cursor:
        for sql in (
            _COUNT,
            _RECOUNT,
            _GONE.format(table="people_worddeletion"),
            _GONE.format(table="people_word"),
        ):
            cursor.execute(sql)
        # Forgotten while a document that was not to be seen yet relied on it.
        cursor.execute(_UNKNOWN)
        unknown = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE counted_words")
    learn_words(unknown)
    return Word.objects.count()


def _index(subject: str, batch: list[Row]) -> None:
    known: set[str] = set()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE staged_docs (id bigint, words text) ON COMMIT DROP")
        with cursor.copy("COPY staged_docs (id, words) FROM STDIN") as copy:
            for number, *groups in batch:
                copy.write_row((number, vector_text(*groups)))
                known.update(*groups)
        cursor.execute(
            "INSERT INTO people_searchdoc (subject, subject_id, words) SELECT %s, id, words::tsvector FROM staged_docs "
            "ON CONFLICT (subject, subject_id) DO UPDATE SET words = EXCLUDED.words",
            [subject],
        )
        cursor.execute("DROP TABLE staged_docs")
        _write(subject, [], known)


def _refresh(subject: str, ids: Iterable[int]) -> None:
    source = iter(sorted(set(ids)))
    while batch := list(islice(source, BATCH)):
        docs, known = _read_docs(subject, batch)
        gone = set(batch) - {number for number, _words in docs}
        if gone:
            forget_search(subject, gone)
        if docs:
            _write(subject, docs, known)


def _read_docs(subject: str, ids: list[int]) -> tuple[list[Doc], set[str]]:
    docs: list[Doc] = []
    known: set[str] = set()
    with connection.cursor() as cursor:
        cursor.execute(_READ[subject], [ids])
        rows = cursor.fetchall()
    for number, names, identities, companies, notes in rows:
        found = [word for value in identities if value for word in identity_words(value)]
        groups = [text_words(*names), found, text_words(*companies), text_words(*notes)]
        if subject == "company":
            groups[0].append(COMPANY_MARK)
        docs.append((number, vector_text(*groups)))
        known.update(*groups)
    return docs, known


def _write(subject: str, docs: list[Doc], known: Iterable[str]) -> None:
    # Whatever begins with a letter may be typed by its beginning.
    words = sorted(word for word in known if word[:1].isalpha())
    pairs = list(_pairs(words))
    params: list[Any] = [
        subject, [number for number, _text in docs], [text for _number, text in docs],
        words, [deletion for deletion, _word in pairs], [word for _deletion, word in pairs],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"{PLANNED_ONCE}{_WRITE}" if len(words) <= FEW else _WRITE, params)


def _pairs(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((deletion, word) for word in words if is_typeable(word) for deletion in deletions(word))
