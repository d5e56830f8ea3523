"""Live updates, seen from a page: a ticket names the topics one browser may hear, `publish` says what changed.

A change travels by NOTIFY in the transaction that made it, so nothing is told that did not commit; the live process
numbers it and sends it on. This module is also what that process reads tickets with, so it imports nothing of Django.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

CHANNEL = "regulars_live"
# On this topic the live process itself is told whose tickets are over.
ENDED = "tickets"
TTL_SECONDS = 3600
# NOTIFY carries less than 8000 bytes.
LARGEST_CHANGE = 4000


_may_hear: dict[str, Callable[[Any], bool]] = {}
_families: dict[str, Callable[[Any], Collection[str]]] = {}


class BadTicket(Exception):
    """A ticket that was not signed here, or whose time is over."""


@dataclass(frozen=True)
class Ticket:
    """What one stream may hear, for whom and until when."""

    topics: tuple[str, ...]
    member_id: int | None
    ends_at: int


def sign_ticket(
    key: str,
    topics: Sequence[str],
    *,
    member_id: int | None = None,
    ttl: int = TTL_SECONDS,
    now: float | None = None,
) -> str:
    """Return a ticket for these topics, to be checked without the database.

    >>> read_ticket("key", sign_ticket("key", ["person:7"], member_id=1, now=0), now=5).topics
    ('person:7',)
    """
    ends_at = int(time.time() if now is None else now) + ttl
    body = _encode(json.dumps([list(topics), member_id, ends_at], separators=(",", ":")).encode())
    return f"{body}.{_seal(key, body)}"


def read_ticket(key: str, text: str, *, now: float | None = None) -> Ticket:
    """Return what a ticket allows, or raise BadTicket."""
    body, _, seal = text.partition(".")
    if not hmac.compare_digest(_seal(key, body).encode(), seal.encode("utf-8", "replace")):
        raise BadTicket("not signed here")
    topics, member_id, ends_at = json.loads(_decode(body))
    if (time.time() if now is None else now) > ends_at:
        raise BadTicket("too old")
    return Ticket(tuple(topics), member_id, ends_at)


def let_hear(topic: str, may: Callable[[Any], bool]) -> None:
    """Let a topic be heard by those members alone for whom `may` says yes, asked whenever a ticket is signed."""
    _may_hear[topic] = may


def let_hear_of(prefix: str, topics_of: Callable[[Any], Collection[str]]) -> None:
    """Let topics that begin with a prefix be heard by those members alone of whom `topics_of` names them, asked in the same way."""
    _families[prefix] = topics_of


def heard_by(member: Any, topics: Iterable[str]) -> list[str]:
    """Return those of the topics that this member may hear now."""
    wanted = [topic for topic in topics if topic not in _may_hear or _may_hear[topic](member)]
    for prefix, topics_of in _families.items():
        if any(topic.startswith(prefix) for topic in wanted):
            theirs = topics_of(member)
            wanted = [topic for topic in wanted if not topic.startswith(prefix) or topic in theirs]
    return wanted


def end_tickets(member_id: int) -> None:
    """End a member's streams once the current transaction commits: what they may hear is decided anew."""
    publish(ENDED, {"member": member_id}, is_kept=False)


def publish(topics: str | Sequence[str], change: dict[str, Any], *, is_kept: bool = True) -> None:
    """Tell every window that hears a topic, or one of several, what changed, once the current transaction commits.

    A change too large to travel is told without its values: the window then asks for them. One that is not kept is forgotten
    at once: who was away does not get it later.
    """
    from django.db import connection

    messages = []
    for topic in [topics] if isinstance(topics, str) else topics:
        message = _written(topic, change, is_kept=is_kept)
        is_too_large = len(message) > LARGEST_CHANGE
        messages.append(_written(topic, {"ask": True}, is_kept=is_kept) if is_too_large else message)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, told) FROM unnest(%s::text[]) AS told", [CHANNEL, messages])


def room_beside(topic: str, change: dict[str, Any]) -> int:
    """Return how many bytes more a change may grow before it is too large to travel; below zero when it is so already."""
    return LARGEST_CHANGE - len(_written(topic, change, is_kept=False))


def _written(topic: str, change: dict[str, Any], *, is_kept: bool) -> str:
    # All of it is ASCII, so its length is its bytes.
    told = {"topic": topic, "change": change, **({} if is_kept else {"kept": False})}
    return json.dumps(told, separators=(",", ":"), default=str)


def _seal(key: str, body: str) -> str:
    return _encode(hmac.new(f"live:{key}".encode(), body.encode("utf-8", "replace"), hashlib.sha256).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
