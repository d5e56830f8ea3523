"""Finds messages by their words, newest first, among those the seer may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from regulars.messaging.engine.searching import Sought, Stretch, query_of, sought, stretches
from regulars.messaging.models import Message

PAGE = 20
# Of what a stretch holds so many are looked at together: who may see them is asked of the table itself.
SLICE = 200


@dataclass(frozen=True)
class Narrowed:
    """What else a message has to be."""

    direction: str = ""
    channel: int | None = None
    person: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def values(self) -> dict[str, Any]:
        """Return it as conditions of the table."""
        said = {
            "direction": self.direction or None, "channel": self.channel, "person": self.person,
            "sent_at__gte": self.since, "sent_at__lt": self.until,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True)
class Found:
    """A page of messages, and where the next one begins."""

    messages: list[Message]
    next_below: int | None
    sought: Sought


def search_messages(
    seer: Any, text: str, narrowed: Narrowed | None = None, *, below: int | None = None, most: int = PAGE
) -> Found:
    """Return the newest messages with all of these words, numbered lower than `below`."""
    wanted = sought(text)
    if not wanted:
        return Found([], None, wanted)
    found: list[Message] = []
    conditions = (narrowed or Narrowed()).values()
    for numbers in _candidates(wanted, below):
        rows: Any = Message.objects.all()
        seen = rows.visible_to(seer).filter(pk__in=numbers, erased_at__isnull=True, **conditions)
        page = seen.select_related("thread", "person", "channel").defer("html", "quoted", "words")
        found += page.order_by("-pk")[: most + 1 - len(found)]
        if len(found) > most:
            return Found(found[:most], found[most - 1].pk, wanted)
    return Found(found, None, wanted)


def _candidates(wanted: Sought, below: int | None) -> Iterator[list[int]]:
    """Yield numbers of messages with the words, newest first, some at a time."""
    newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
    edge = min(below, newest + 1) if below is not None else newest + 1
    if edge <= 0:
        return
    for stretch in stretches(edge - 1):
        numbers = _in(stretch, wanted, edge)
        for place in range(0, len(numbers), SLICE):
            yield numbers[place : place + SLICE]
        edge = min(edge, stretch.lowest)


# The words are looked up before anything is sorted, so that the planner never walks the table instead.
_STRETCH = """
WITH found AS MATERIALIZED (
    SELECT id, words FROM messaging_message WHERE messaging_keys(id, words) @@ %(query)s::tsquery)
SELECT id FROM found WHERE id < %(edge)s {phrases} ORDER BY id DESC
"""


def _in(stretch: Stretch, wanted: Sought, edge: int) -> list[int]:
    params: dict[str, Any] = {"query": query_of(wanted, stretch), "edge": edge}
    tests = []
    for place, phrase in enumerate(wanted.phrases):
        params[f"phrase{place}"] = f" {phrase} "
        tests.append(f"AND position(%(phrase{place})s IN ' ' || words || ' ') > 0")
    with connection.cursor() as cursor:
        cursor.execute(_STRETCH.format(phrases=" ".join(tests)), params)
        return [row[0] for row in cursor.fetchall()]
