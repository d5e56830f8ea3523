"""What happened with a person or company, newest first, a page at a time; as fast for 100,000 touchpoints as for ten.

A page is cut by key (occurred_at, id). Several kinds, or a company and its people, are as many short reads of one index each,
merged: the planner would otherwise walk the whole history to find the rarest kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from regulars.kit.events import EVENTS
from regulars.kit.refused import require
from regulars.people.models import Company, Person
from regulars.team.rules import Seer, reaches
from regulars.timeline.models import Touchpoint

PAGE = 30
MOST_PEOPLE = 100
MOST_COUNTED = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ACTORS = {"customer": ["customer"], "team": ["member", "key"], "automatic": ["clock", "import"]}


@dataclass(frozen=True)
class Place:
    """A place in a feed: between what is newer and what is older."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}.{self.id}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """Return the place a cursor names, None when it is not one of ours."""
        micros, _dot, number = text.partition(".")
        try:
            return cls(EPOCH + timedelta(microseconds=int(micros)), int(number))
        except (ValueError, OverflowError):
            return None

    @classmethod
    def of(cls, touchpoint: Touchpoint) -> Place:
        """Return the place of a touchpoint."""
        return cls(touchpoint.occurred_at, touchpoint.pk)

    @classmethod
    def end_of(cls, at: datetime) -> Place:
        """Return the place before which everything until this moment lies."""
        return cls(at, 0)


@dataclass(frozen=True)
class Narrowing:
    """What of a feed is wanted; empty means everything."""

    kinds: tuple[str, ...] = ()
    channel: str = ""
    actor: str = ""


@dataclass(frozen=True)
class Feed:
    """One page: the touchpoints, newest first, and where to go on to either side."""

    touchpoints: list[Touchpoint]
    older: Place | None = None
    newer: Place | None = None


def feed(
    about: Person | Company,
    seer: Seer | None,
    *,
    narrowing: Narrowing = Narrowing(),
    before: Place | None = None,
    after: Place | None = None,
    limit: int = PAGE,
) -> Feed:
    """Return what happened before a place, or after it, newest first."""
    require(reaches(seer, "timeline.see", about))
    cut = _Cut(before, after)
    found = _read(_sources(about, seer), narrowing, cut, limit + 1)
    page, is_more = found[:limit], len(found) > limit
    if after is not None:
        page.reverse()
        return Feed(page, newer=Place.of(page[0]) if is_more else None)
    newer = Place.of(page[0]) if page and before else None
    return Feed(page, older=Place.of(page[-1]) if is_more else None, newer=newer)


@dataclass(frozen=True)
class _Cut:
    before: Place | None
    after: Place | None

    @property
    def order(self) -> str:
        return "occurred_at, id" if self.after else "occurred_at DESC, id DESC"

    def condition(self) -> tuple[str, list[Any]]:
        if self.after:
            return "AND (t.occurred_at, t.id) > (%s, %s)", [self.after.at, self.after.id]
        if self.before:
            return "AND (t.occurred_at, t.id) < (%s, %s)", [self.before.at, self.before.id]
        return "", []


@dataclass(frozen=True)
class _Source:
    """Whose touchpoints: one column, its ids, and a condition besides."""

    column: str
    ids: list[int]
    condition: str = "TRUE"
    params: tuple[Any, ...] = ()


def _sources(about: Person | Company, seer: Seer | None) -> list[_Source]:
    if isinstance(about, Person):
        return [_Source("person_id", [about.pk])]
    people = Person.objects.visible_to(seer, "timeline.see").filter(
        affiliations__company=about, affiliations__to_on=None
    )
    numbers = list(people.order_by("-last_touch_at").values_list("pk", flat=True).distinct()[:MOST_PEOPLE])
    company = _Source("company_id", [about.pk])
    if not numbers:
        return [company]
    return [company, _Source("person_id", numbers, "t.company_id IS DISTINCT FROM %s", (about.pk,))]


def _read(sources: Sequence[_Source], narrowing: Narrowing, cut: _Cut, limit: int) -> list[Touchpoint]:
    parts = [_part(source, narrowing, cut, limit) for source in sources]
    sql = " UNION ALL ".join(f"({part})" for part, _params in parts)
    params = [param for _part, part_params in parts for param in part_params]
    found = Touchpoint.objects.raw(
        f"SELECT * FROM ({sql}) AS t ORDER BY {cut.order} LIMIT %s", [*params, limit]
    )
    return list(found)


def _part(source: _Source, narrowing: Narrowing, cut: _Cut, limit: int) -> tuple[str, list[Any]]:
    """Return one read for each of the source's ids, and for each kind when kinds are wanted."""
    cut_sql, cut_params = cut.condition()
    narrow_sql, narrow_params = _narrow(narrowing)
    kinds = "CROSS JOIN unnest(%s::text[]) AS k(kind)" if narrowing.kinds else ""
    of_kind = "AND t.kind = k.kind" if narrowing.kinds else ""
    sql = f"""
        SELECT found.* FROM unnest(%s::bigint[]) AS who(id) {kinds} CROSS JOIN LATERAL (
            SELECT t.* FROM timeline_touchpoint t
            WHERE t.{source.column} = who.id {of_kind} AND {source.condition} {cut_sql} {narrow_sql}
            ORDER BY {cut.order} LIMIT %s) AS found"""
    kind_params = [list(narrowing.kinds)] if narrowing.kinds else []
    return sql, [source.ids, *kind_params, *source.params, *cut_params, *narrow_params, limit]


def _narrow(narrowing: Narrowing) -> tuple[str, list[Any]]:
    sql: str = ""
    params: list[Any] = []
    if narrowing.channel:
        # Said so that the index on (person, channel) is used, which leaves out what has no channel.
        sql, params = sql + " AND t.channel = %s AND t.channel <> ''", [*params, narrowing.channel]
    if narrowing.actor in ACTORS:
        sql, params = sql + " AND t.actor_kind = ANY(%s)", [*params, ACTORS[narrowing.actor]]
    if not narrowing.kinds and (hidden := hidden_kinds()):
        sql, params = sql + " AND t.kind <> ALL(%s)", [*params, hidden]
    return sql, params


def hidden_kinds() -> list[str]:
    """Return the kinds that are heard but not shown."""
    return sorted(kind for kind, event in EVENTS.items() if not event.on_timeline)


# Walks the index from one kind to the next, and counts no further than a reader wants to know. Without the order of the index
# the planner counts by reading the whole table.
KINDS = """
    WITH RECURSIVE found AS (
        (SELECT t.{column} AS value FROM timeline_touchpoint t WHERE t.person_id = %s AND {condition} ORDER BY 1 LIMIT 1)
        UNION ALL
        SELECT (SELECT t.{column} FROM timeline_touchpoint t
                WHERE t.person_id = %s AND {condition} AND t.{column} > found.value ORDER BY 1 LIMIT 1)
        FROM found WHERE found.value IS NOT NULL
    )
    SELECT value, (SELECT count(*) FROM (
        SELECT FROM timeline_touchpoint t WHERE t.person_id = %s AND {condition} AND t.{column} = found.value
        ORDER BY t.occurred_at DESC, t.id DESC LIMIT %s) AS few)
    FROM found WHERE value IS NOT NULL"""
RECENT = """
    SELECT {column}, count(*) FROM (
        SELECT t.{column} FROM timeline_touchpoint t WHERE t.company_id = %s ORDER BY t.occurred_at DESC, t.id DESC LIMIT %s) AS t
    WHERE {condition} GROUP BY 1 ORDER BY 1"""


def kinds_of(about: Person | Company) -> dict[str, int]:
    """Return the kinds of what happened and how often, counted up to 100; of a company among its newest thousand."""
    counted = _counted(about, "kind", "TRUE")
    hidden = set(hidden_kinds())
    return {kind: count for kind, count in counted.items() if kind not in hidden}


def channels_of(about: Person | Company) -> dict[str, int]:
    """Return the channels on which something happened and how often, counted up to 100."""
    return _counted(about, "channel", "t.channel <> ''")


def _counted(about: Person | Company, column: str, condition: str) -> dict[str, int]:
    if isinstance(about, Person):
        sql, params = KINDS, [about.pk, about.pk, about.pk, MOST_COUNTED]
    else:
        sql, params = RECENT, [about.pk, 1000]
    with connection.cursor() as cursor:
        cursor.execute(sql.format(column=column, condition=condition), params)
        return dict(cursor.fetchall())


def newest_place(touchpoints: Sequence[Touchpoint]) -> Place:
    """Return the place of the newest, or the beginning of time."""
    return max(
        (Place.of(one) for one in touchpoints),
        key=lambda place: (place.at, place.id),
        default=Place(EPOCH, 0),
    )
