"""Turn a chunk of rows into what the staging tables take; runs in a process of its own, knows no database."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from regulars.people.engine.copying import NULL, copy_array, copy_text
from regulars.people.engine.names import sort_key, words
from regulars.people.engine.people_cells import Identity, Reader, Row
from regulars.people.engine.people_plan import PeoplePlan
from regulars.people.engine.sayings import Said, Unclear
from regulars.people.engine.search import identity_words, text_words, vector_text

PLAIN_COLUMNS = (
    "name", "first_name", "last_name", "sort_name", "job_title", "language", "time_zone", "country", "city", "birthday",
    "acquired_channel", "acquired_campaign", "created_at", "street", "region", "postcode", "company", "note",
)  # fmt: skip
PEOPLE_COLUMNS = (
    "row_number", "round", *PLAIN_COLUMNS, "company_key", "keeper_id", "tags", "custom", "trace", "words", "is_partial",
)  # fmt: skip
IDENTITY_COLUMNS = ("row_number", "kind", "value", "raw", "place", "label")


@dataclass(slots=True)
class Chunk:
    """A tidied chunk: two COPY texts, the rows refused with their reasons, and what was left out."""

    seen: int = 0
    people: bytes = b""
    identities: bytes = b""
    rounds: int = 0
    known: frozenset[str] = frozenset()
    refused: list[tuple[int, list[str], Said]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)


def tidy_people(numbered: tuple[int, Sequence[list[str]]], plan: PeoplePlan) -> Chunk:
    """Tidy rows, given with the number a spreadsheet shows beside the first; blank rows do not count."""
    first_row, rows = numbered
    filled = (
        (number, cells)
        for number, cells in enumerate(rows, first_row)
        if any(cells) and any(map(str.strip, cells))
    )
    return tidy_numbered(filled, plan)


def tidy_numbered(rows: Iterable[tuple[int, list[str]]], plan: PeoplePlan) -> Chunk:
    """Tidy rows that each come with their number."""
    chunk = Chunk()
    reader = Reader(plan, chunk.left_out)
    last_round: dict[tuple[str, ...], int] = {}
    people: list[str] = []
    identities: list[str] = []
    known: set[str] = set()
    for number, cells in rows:
        chunk.seen += 1
        try:
            row = reader.read(cells)
        except Unclear as reason:
            chunk.refused.append((number, cells, reason))
            continue
        trace = "" if row.identities else _trace(row)
        turn = _turn([one[:2] for one in row.identities] or [("", trace)], last_round)
        chunk.rounds = max(chunk.rounds, turn + 1)
        people.append(_person_line(number, turn, row, trace, _words(row, known)))
        for place, one in _placed(row.identities):
            identities.append(_identity_line(number, place, one))
    chunk.people, chunk.identities = "".join(people).encode(), "".join(identities).encode()
    chunk.known = frozenset(known)
    return chunk


def read_person(cells: list[str], plan: PeoplePlan) -> dict[str, object]:
    """Return one row as it will be read, for the preview; raises what is unclear about it."""
    row = Reader(plan, {}).read(cells)
    shown: dict[str, object] = dict(row.values)
    for kind, value, _raw, _label in row.identities:
        shown[kind] = f"{shown[kind]}, {value}" if kind in shown else value
    return shown | ({"tags": ", ".join(row.tags)} if row.tags else {}) | row.custom


def _turn(keys: Sequence[tuple[str, ...]], last_round: dict[tuple[str, ...], int]) -> int:
    """Return in which round a row is merged: after all earlier rows of the chunk that share an identity with it."""
    turn = max([last_round.get(key, -1) for key in keys]) + 1
    for key in keys:
        last_round[key] = turn
    return turn


def _trace(row: Row) -> str:
    """Return a fingerprint of a row without identities, so that the same row again changes nothing."""
    said = json.dumps(
        [sorted(row.values.items()), sorted(row.tags), row.notes, row.custom], default=str, sort_keys=True
    )
    return hashlib.sha256(said.encode()).hexdigest()[:40]


def _words(row: Row, known: set[str]) -> str:
    """Return the search document of a new person made of this row."""
    names = text_words(row.values.get("name", ""))
    companies = _company_words(row.values["company"]) if "company" in row.values else ()
    reached = [word for _kind, value, *_rest in row.identities for word in identity_words(value)]
    notes = text_words(*row.notes) if row.notes else ()
    known.update([word for word in (*names, *reached, *companies, *notes) if word[:1].isalpha()])
    return vector_text(names, reached, companies, notes)


def _person_line(number: int, turn: int, row: Row, trace: str, found: str) -> str:
    """Return one line of the people's staging table."""
    values = row.values
    values["sort_name"] = sort_key(
        values.get("first_name", ""), values.get("last_name", ""), values.get("name", "")
    )
    if row.notes:
        values["note"] = "\n\n".join(row.notes)
    company_key = _company_key(values["company"]) if "company" in values else ""
    said = map(values.get, PLAIN_COLUMNS)
    cells = [str(number), str(turn), *[copy_text(value) if value else NULL for value in said]]
    cells += [
        copy_text(company_key),
        str(row.keeper) if row.keeper else NULL,
        copy_array(row.tags) if row.tags else NULL,
        copy_text(json.dumps(row.custom, ensure_ascii=False)) if row.custom else NULL,
        copy_text(trace),
        copy_text(found),
        "t" if row.is_partial else "f",
    ]
    return "\t".join(cells) + "\n"


def _placed(identities: Sequence[Identity]) -> Iterator[tuple[int, Identity]]:
    """Return each identity with its place among those of its kind; the first of a kind becomes primary."""
    places: dict[str, int] = {}
    for one in identities:
        yield places.get(one[0], 0), one
        places[one[0]] = places.get(one[0], 0) + 1


def _identity_line(number: int, place: int, identity: Identity) -> str:
    """Return one line of the identities' staging table."""
    kind, value, raw, label = identity
    return f"{number}\t{kind}\t{copy_text(value)}\t{copy_text(raw)}\t{place}\t{copy_text(label)}\n"


@lru_cache(maxsize=4_096)
def _company_words(name: str) -> tuple[str, ...]:
    """Return by what a company is found; few companies have many people."""
    return tuple(text_words(name))


@lru_cache(maxsize=4_096)
def _company_key(name: str) -> str:
    """Return the form by which a company in a file is matched with one we know."""
    return " ".join(words(name))
