"""Live updates, seen from a page: a ticket names the topics one browser may hear, `publish` says what changed.

A change travels by NOTIFY in the transaction that made it, so nothing is told that did not commit; the live process
numbers it and sends it on. This module is also what that process reads tickets with, so it imports nothing of Django.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CHANNEL = "regulars_live"
TTL_SECONDS = 3600
# NOTIFY carries less than 8000 bytes.
LARGEST_CHANGE = 4000


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


def publish(topic: str, change: dict[str, Any]) -> None:
    """Tell every window that hears `topic` what changed, once the current transaction commits.

    A change too large to travel is told without its values: the window then asks for them.
    """
    from django.db import connection

    message = json.dumps({"topic": topic, "change": change}, separators=(",", ":"), default=str)
    if len(message.encode()) > LARGEST_CHANGE:
        message = json.dumps({"topic": topic, "change": {"ask": True}}, separators=(",", ":"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, message])


def _seal(key: str, body: str) -> str:
    return _encode(hmac.new(f"live:{key}".encode(), body.encode("utf-8", "replace"), hashlib.sha256).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
