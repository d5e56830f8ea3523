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
# So many of a stretch are looked at first: who may see them is asked of the table itself.
SLICE = 100


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
    for numbers in _candidates(wanted, below, most + 1):
        rows: Any = Message.objects.all()
        seen = rows.visible_to(seer).filter(pk__in=numbers, erased_at__isnull=True, **conditions)
        page = seen.select_related("thread", "person", "channel").defer("html", "quoted", "words")
        found += page.order_by("-pk")[: most + 1 - len(found)]
        if len(found) > most:
            return Found(found[:most], found[most - 1].pk, wanted)
    return Found(found, None, wanted)


def _candidates(wanted: Sought, below: int | None, enough: int) -> Iterator[list[int]]:
    """Yield numbers of messages with the words, newest first, enough of them at a time where there are so many."""
    newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
    edge = min(below, newest + 1) if below is not None else newest + 1
    if edge <= 0:
        return
    waiting: list[int] = []
    for stretch in stretches(edge - 1):
        most = SLICE
        while True:
            numbers = _in(stretch, wanted, edge, most)
            waiting += numbers
            if len(waiting) >= enough:
                yield waiting
                waiting = []
            if len(numbers) < most:
                break
            # Few of these may be seen: look at more of the stretch at once.
            edge, most = numbers[-1], most * 4
        edge = min(edge, stretch.lowest)
    if waiting:
        yield waiting


# The words are looked up before anything is sorted, so that the planner never walks the table instead.
_STRETCH = """
WITH found AS MATERIALIZED (
    SELECT id, words FROM messaging_message WHERE messaging_keys(id, words) @@ %(query)s::tsquery)
SELECT id FROM found WHERE id < %(edge)s {phrases} ORDER BY id DESC LIMIT %(most)s
"""


def _in(stretch: Stretch, wanted: Sought, edge: int, most: int) -> list[int]:
    params: dict[str, Any] = {"query": query_of(wanted, stretch), "edge": edge, "most": most}
    tests = []
    for place, phrase in enumerate(wanted.phrases):
        params[f"phrase{place}"] = f" {phrase} "
        tests.append(f"AND position(%(phrase{place})s IN ' ' || words || ' ') > 0")
    with connection.cursor() as cursor:
        cursor.execute(_STRETCH.format(phrases=" ".join(tests)), params)
        return [row[0] for row in cursor.fetchall()]
