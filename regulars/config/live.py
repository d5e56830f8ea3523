"""The live process: one small ASGI application outside Django that passes changes on as server-sent events.

Each change gets a number; a window that lost its stream comes back with the last number it saw and gets what it missed
from a ring of the last changes, or the event `gap`, which tells it to ask for everything again. Numbers begin anew with
every epoch, that is after a restart or when the database connection was lost and something may have been missed.
"""

import asyncio
import json
import logging
import secrets
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from regulars.kit.live import CHANNEL, ENDED, TTL_SECONDS, BadTicket, Ticket, read_ticket

log = logging.getLogger("regulars.live")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

RING = 10_000
HEARTBEAT_SECONDS = 15.0
SLOW_SECONDS = 10.0
LONGEST_QUEUE = 500
MOST_STREAMS = 5_000
RECONNECT_SECONDS = 1.0
CORS = (b"access-control-allow-origin", b"*")


@dataclass(frozen=True)
class Sent:
    """One numbered change, ready to be written to a stream."""

    number: int
    topic: str
    text: bytes


@dataclass(eq=False)
class Stream:
    """One browser's open stream."""

    topics: frozenset[str]
    member_id: int | None = None
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(LONGEST_QUEUE))

    def put(self, text: bytes | None) -> bool:
        """Queue a piece of text, or tell that the stream is too slow to take it."""
        try:
            self.waiting.put_nowait(text)
        except asyncio.QueueFull:
            return False
        return True


class Hub:
    """Number changes, remember the last ones, hand them to the streams that may hear them."""

    def __init__(self) -> None:
        self.epoch = ""
        self.number = 0
        self.ring: deque[Sent] = deque(maxlen=RING)
        self.by_topic: dict[str, set[Stream]] = defaultdict(set)
        self.streams: set[Stream] = set()
        self.ended: dict[int, int] = {}
        self.is_listening = False
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Start numbering anew and send every window back to ask: something may have been missed."""
        self.epoch = secrets.token_hex(4)
        self.number = 0
        self.ring.clear()
        for stream in list(self.streams):
            self._give(stream, self._gap())

    def pass_on(self, payload: str) -> None:
        """Number one change and give it to everybody who hears its topic."""
        told = json.loads(payload)
        if told["topic"] == ENDED:
            self.end_tickets(told["change"]["member"])
            return
        body = json.dumps({"topic": told["topic"], **told["change"]}, separators=(",", ":"))
        text = f"data: {body}\n\n".encode()
        # What somebody wrote is not kept: neither in memory, nor for who comes back and may ask for it.
        if told.get("kept", True):
            self.number += 1
            text = f"id: {self.epoch}-{self.number}\n".encode() + text
            self.ring.append(Sent(self.number, told["topic"], text))
        for stream in list(self.by_topic.get(told["topic"], ())):
            self._give(stream, text)

    def end_tickets(self, member_id: int) -> None:
        """End the streams of a member and refuse the tickets signed until now: what they may hear has changed."""
        self.ended[member_id] = int(time.time()) + TTL_SECONDS
        for stream in [one for one in self.streams if one.member_id == member_id]:
            self._let_go(stream)

    def is_ended(self, ticket: Ticket) -> bool:
        """Tell whether a ticket was signed before its member's rights changed."""
        return ticket.member_id is not None and ticket.ends_at <= self.ended.get(ticket.member_id, 0)

    def join(self, topics: Iterable[str], last_seen: str, member_id: int | None = None) -> Stream:
        """Open a stream, beginning with what it missed."""
        stream = Stream(frozenset(topics), member_id)
        self.streams.add(stream)
        for topic in stream.topics:
            self.by_topic[topic].add(stream)
        for text in self._missed(stream, last_seen):
            self._give(stream, text)
        return stream

    def leave(self, stream: Stream) -> None:
        """Forget a stream."""
        self.streams.discard(stream)
        for topic in stream.topics:
            self.by_topic[topic].discard(stream)
            if not self.by_topic[topic]:
                del self.by_topic[topic]

    def close(self) -> None:
        """End every stream."""
        for stream in list(self.streams):
            stream.put(None)

    def _missed(self, stream: Stream, last_seen: str) -> list[bytes]:
        hello = f"id: {self.epoch}-{self.number}\nevent: hello\ndata: {{}}\n\n".encode()
        if not last_seen:
            return [hello]
        epoch, _, number = last_seen.partition("-")
        is_known = epoch == self.epoch and number.isdigit() and int(number) <= self.number
        oldest = self.ring[0].number if self.ring else self.number + 1
        if not is_known or int(number) + 1 < oldest:
            return [self._gap()]
        missed = [
            sent.text for sent in self.ring if sent.number > int(number) and sent.topic in stream.topics
        ]
        return missed if len(missed) < LONGEST_QUEUE else [self._gap()]

    def _gap(self) -> bytes:
        return f"id: {self.epoch}-{self.number}\nevent: gap\ndata: {{}}\n\n".encode()

    def _give(self, stream: Stream, text: bytes) -> None:
        if not stream.put(text):
            # Too slow to keep up: it is let go, comes back by itself and then gets the gap.
            self._let_go(stream)

    def _let_go(self, stream: Stream) -> None:
        self.leave(stream)
        if stream.waiting.full():
            stream.waiting.get_nowait()
        stream.put(None)


class Live:
    """The ASGI application."""

    def __init__(self, key: str, hub: Hub) -> None:
        self.key = key
        self.hub = hub

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer /live with a stream and /healthz with one word."""
        if scope["type"] != "http":
            return
        if scope["path"] == "/healthz":
            status = 200 if self.hub.is_listening else 503
            await _answer(send, status, b"ok" if status == 200 else b"no database")
        elif scope["path"] == "/live" and scope["method"] == "GET":
            await self._stream(scope, receive, send)
        else:
            await _answer(send, 404, b"Live updates are at /live.")

    async def _stream(self, scope: Message, receive: Receive, send: Send) -> None:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        try:
            ticket = read_ticket(self.key, asked.get("ticket", [""])[0])
        except (BadTicket, ValueError):
            # 204 makes an EventSource give up instead of coming back every few seconds.
            await _answer(send, 204, b"")
            return
        if self.hub.is_ended(ticket):
            await _answer(send, 204, b"")
            return
        if len(self.hub.streams) >= MOST_STREAMS:
            await _answer(send, 503, b"Too many streams.")
            return
        await self._serve(ticket, _last_seen(scope, asked), receive, send)

    async def _serve(self, ticket: Ticket, last_seen: str, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            CORS,
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        stream = self.hub.join(ticket.topics, last_seen, ticket.member_id)
        gone = asyncio.ensure_future(_until_gone(receive, stream))
        try:
            async for text in _texts(stream, ticket.ends_at):
                # Not wait_for: that makes a task of every write, and a thousand streams hear at once.
                async with asyncio.timeout(SLOW_SECONDS):
                    await _write(send, text)
        except (TimeoutError, OSError, RuntimeError):
            log.info("A stream was too slow or went away.")
        finally:
            gone.cancel()
            self.hub.leave(stream)
        await _finish(send)


async def _texts(stream: Stream, ends_at: int) -> AsyncIterator[bytes]:
    yield b"retry: 3000\n\n"
    while time.time() < ends_at:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                text = await stream.waiting.get()
        except TimeoutError:
            text = b": beat\n\n"
        if text is None:
            return
        yield text
    # The window fetches a fresh ticket, so what its member may hear is decided anew, and comes back with its last number.
    yield b"event: ticket\ndata: {}\n\n"


async def _until_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.put(None)


async def _write(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


async def _finish(send: Send) -> None:
    try:
        await asyncio.wait_for(send({"type": "http.response.body", "body": b"", "more_body": False}), 1)
    except (TimeoutError, OSError, RuntimeError):
        log.debug("The stream was closed already.")


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), CORS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _last_seen(scope: Message, asked: dict[str, list[str]]) -> str:
    sent = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    return str(sent or asked.get("last", [""])[0])


async def listen(hub: Hub, database_url: str) -> None:
    """Hear every change from the database for ever; after a lost connection begin a new epoch."""
    while True:
        try:
            await _listen_once(hub, database_url)
        except Exception as problem:  # noqa: BLE001 -- whatever broke the connection, the answer is to connect again
            log.warning("Live updates lost the database and connect again: %s", problem)
        hub.is_listening = False
        await asyncio.sleep(RECONNECT_SECONDS)


async def _listen_once(hub: Hub, database_url: str) -> None:
    import psycopg

    async with await psycopg.AsyncConnection.connect(
        database_url, autocommit=True, keepalives_idle=30, application_name="regulars live"
    ) as connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        hub.begin_epoch()
        hub.is_listening = True
        async for notice in connection.notifies():
            hub.pass_on(notice.payload)
