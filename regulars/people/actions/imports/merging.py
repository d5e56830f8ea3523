from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit.actor import Actor
from regulars.kit.events.rows import announce_rows
from regulars.people.actions.imports import sql, sql_known
from regulars.people.actions.search import learn_words, refresh_company_search, refresh_search
from regulars.people.engine.full_names import full_name
from regulars.people.engine.names import sort_key
from regulars.people.engine.people_rows import Chunk
from regulars.people.events import PersonCreated

# One import of people merges at a time: two could make the same company twice, and would only take turns anyway.
LOCK_NUMBER = 7_206_001


class Overtaken(Exception):
    """Somebody took one of the chunk's identities between our look and our writing; the chunk is merged again."""


@dataclass
class Outcome:
    """What became of the rows of a chunk."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    contradicting: list[int] = field(default_factory=list)


def begin_merging() -> None:
    """Forget whom the rows of an earlier file meant."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SEEN)


@dataclass(frozen=True)
class PeopleMerge:
    """How chunks of one import are merged.

    Of several rows about one person the first is believed and the later ones fill blanks, so that the same file again finds
    nothing to change. `begun` are the moments at which the run began, and went on after a crash: what it wrote bears one of them.
    """

    mode: str
    by: Actor
    at: datetime
    is_demo: bool = False
    begun: tuple[datetime, ...] = ()
    team_id: int | None = None

    @property
    def fills(self) -> bool:
        """Say whether only blanks of known people are filled."""
        return self.mode == "fill"

    def merge(self, chunk: Chunk) -> Outcome:
        """Merge a tidied chunk in the current transaction, one statement for each noun and round."""
        outcome = Outcome()
        with connection.cursor() as cursor:
            self._stage(cursor, chunk)
            names = _column(cursor, sql_known.TAG_NAMES)
            if names:
                cursor.execute(sql_known.NEW_TAGS, {"names": names, "at": self.at})
            turn = 0
            while turn <= _last_round(cursor):
                self._merge_round(cursor, turn, outcome)
                turn += 1
        return outcome

    def _stage(self, cursor: Any, chunk: Chunk) -> None:
        """Copy the chunk into the session's own tables."""
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_NUMBER])
        cursor.execute(sql.STAGING)
        for statement, text in ((sql.COPY_PEOPLE, chunk.people), (sql.COPY_IDENTITIES, chunk.identities)):
            with cursor.copy(statement) as copy:
                copy.write(text)
        cursor.execute(
            "ANALYZE import_people (row_number, round); ANALYZE import_identity (row_number, kind)"
        )

    def _merge_round(self, cursor: Any, turn: int, outcome: Outcome) -> None:
        """Merge the rows of one round: match, refuse, create, change."""
        values = {"round": turn, "at": self.at, "is_demo": self.is_demo, "team": self.team_id}
        cursor.execute(sql.CLEAR_ROUND)
        cursor.execute(sql.MATCH, values)
        later = _column(cursor, sql.LATER)
        if later:
            cursor.execute(sql.PUT_OFF, {"rows": later, "round": turn})
        self._refuse(cursor, values, outcome)
        if self.mode != "update":
            self._create(cursor, values, outcome)
        known = _one(cursor, "SELECT count(*) FROM import_match")
        if self.mode == "create" or not known:
            cursor.execute("TRUNCATE import_match")
        outcome.unchanged += known
        self._beside(cursor, values)
        if known and self.mode != "create":
            self._change(cursor, values, outcome)

    def _refuse(self, cursor: Any, values: dict[str, Any], outcome: Outcome) -> None:
        """Refuse the rows that mean several people, a deleted one, or nobody when only known ones are wanted."""
        cursor.execute(sql.CONFLICTS)
        for row, holders, is_deleted, names in cursor.fetchall():
            outcome.refused[row] = _conflict(holders, is_deleted, names)
        cursor.execute(sql.FORGET)
        cursor.execute("DELETE FROM import_people WHERE row_number = ANY(%s)", [list(outcome.refused)])
        if self.mode == "update":
            for row in _column(cursor, sql.UNKNOWN, values):
                outcome.refused[row] = _("Nobody is known by any address, number or id of this row.")

    def _create(self, cursor: Any, values: dict[str, Any], outcome: Outcome) -> None:
        """Create the people whom nobody knows yet."""
        cursor.execute(sql.NEW, values)
        if not cursor.rowcount:
            return
        outcome.created += cursor.rowcount
        cursor.execute(sql.NEW_PEOPLE, values)
        try:
            cursor.execute(sql.NEW_IDENTITIES, values)
        except IntegrityError as taken:
            raise Overtaken from taken
        for statement in (sql.NEW_TRACES, sql.NEW_DOCS, sql_known.NEW_ADDRESSES):
            cursor.execute(statement, values)
        announce_rows(PersonCreated, sql.CREATED_ROWS, [self.at], by=self.by)

    def _beside(self, cursor: Any, values: dict[str, Any]) -> None:
        """Write the companies, tags and notes of the people of this round, new and known."""
        said = _row(cursor, _SAID, values)
        if said[0]:
            refresh_company_search(_column(cursor, sql_known.NEW_COMPANIES, values))
            cursor.execute(sql_known.AFFILIATIONS, values)
        if said[1]:
            cursor.execute(sql_known.TAGS, values)
        if said[2]:
            author = {"author": self.by.member_id, "author_label": self.by.label[:200]}
            cursor.execute(sql_known.NOTES, values | author)

    def _change(self, cursor: Any, values: dict[str, Any], outcome: Outcome) -> None:
        """Change the people who are known already, where a row says something new."""
        cursor.execute(sql.LOCK)
        ways = [(False, self.fills)]
        if not self.fills and self._find_again(cursor, outcome):
            ways.append((True, True))
        for again, fill in ways:
            cursor.execute(sql_known.differing(fill=fill), {"again": again})
        wanted, written = _row(cursor, sql_known.KNOWN_IDENTITIES, values)
        if wanted != written:
            raise Overtaken
        for again, fill in ways:
            cursor.execute(sql_known.known_addresses(fill=fill), values | {"again": again})
        updated = _one(cursor, sql_known.COUNT_CHANGED)
        if not updated:
            return
        for again, fill in ways:
            cursor.execute(sql_known.changing(fill=fill), values | {"again": again})
        _repair_names(cursor)
        refresh_search(_column(cursor, sql_known.CHANGED_PEOPLE))
        outcome.updated += updated
        outcome.unchanged -= updated

    def _find_again(self, cursor: Any, outcome: Outcome) -> bool:
        """Mark the rows about people whom earlier rows of the file meant; say whether there are any."""
        cursor.execute(sql.AGAIN, {"begun": list(self.begun)})
        is_any = bool(cursor.rowcount)
        if is_any:
            outcome.contradicting += _column(cursor, sql_known.contradicting())
        cursor.execute(sql.NOTE_SEEN)
        return is_any


_SAID = """
SELECT count(company_key), count(tags), count(note) FROM import_people WHERE round = %(round)s
"""


def learn(chunk: Chunk, learned: set[str]) -> None:
    """Let the words of a chunk be found although mistyped; those learned before in this run are passed over."""
    fresh = chunk.known - learned
    if fresh:
        learn_words(fresh)


def _conflict(holders: int, is_deleted: bool, names: str) -> str:
    """Return why a row that matched somebody is refused."""
    if holders > 1:
        sentence = ngettext(
            "Its addresses, numbers and ids belong to %(count)s person: %(names)s.",
            "Its addresses, numbers and ids belong to %(count)s different people: %(names)s.",
            holders,
        )
        return (sentence % {"count": holders, "names": names})[:400]
    return (_("%(names)s was deleted. Bring them back first, or remove them for good.") % {"names": names})[
        :400
    ]


def _repair_names(cursor: Any) -> None:
    """Put whole names together anew where a row gave one part."""
    cursor.execute(sql_known.PARTIAL_NAMES)
    rows = cursor.fetchall()
    if rows:
        repaired = {
            "ids": [number for number, _first, _last in rows],
            "names": [full_name(first, last)[:300] for _number, first, last in rows],
            "keys": [sort_key(first, last)[:300] for _number, first, last in rows],
        }
        cursor.execute(sql_known.REPAIR_NAMES, repaired)


def _last_round(cursor: Any) -> int:
    """Return the number of the last round that has rows."""
    return _one(cursor, "SELECT coalesce(max(round), -1) FROM import_people")


def _column(cursor: Any, statement: str, values: dict[str, Any] | None = None) -> list[Any]:
    cursor.execute(statement, values)
    return [row[0] for row in cursor.fetchall()]


def _row(cursor: Any, statement: str, values: dict[str, Any] | None = None) -> tuple[Any, ...]:
    cursor.execute(statement, values)
    found: tuple[Any, ...] = cursor.fetchone()
    return found


def _one(cursor: Any, statement: str, values: dict[str, Any] | None = None) -> int:
    return int(_row(cursor, statement, values)[0])


Refuse = Callable[[int, str], None]
