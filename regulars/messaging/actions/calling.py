"""Makes the calls that a provider asks for: no redirects, bounded in time and size, and honest about what is not known."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Generator
from typing import TypeVar
from urllib.parse import urlsplit

from regulars.messaging.engine.providers.values import Answer, Call, NotAccepted, TryLater

SECONDS = 20
Result = TypeVar("Result")


class OutcomeUnknown(Exception):
    """The call was made and no answer came: it may have been done."""


def carry(asking: Generator[Call, Answer, Result], *, seconds: float = SECONDS) -> Result:
    """Make a provider's calls one by one and return what it made of the answers."""
    try:
        call = next(asking)
        while True:
            call = asking.send(make(call, seconds))
    except StopIteration as over:
        result: Result = over.value
        return result


def make(call: Call, seconds: float = SECONDS) -> Answer:
    """Make one call. Raises TryLater when it surely was not made, OutcomeUnknown when it may have been."""
    parts = urlsplit(call.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotAccepted("The address of the provider has to begin with https:// or http://.")
    connection = _connection(parts.scheme, parts.hostname, parts.port, seconds)
    try:
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as problem:
            raise TryLater(f"{parts.hostname} cannot be reached.") from problem
        return _answer(connection, call, parts.path or "/", parts.query)
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _answer(connection: http.client.HTTPConnection, call: Call, path: str, query: str) -> Answer:
    try:
        connection.request(
            call.method, f"{path}?{query}" if query else path, call.body or None, dict(call.headers)
        )
        response = connection.getresponse()
        body = response.read(call.largest_answer + 1)
    except (OSError, http.client.HTTPException) as problem:
        raise OutcomeUnknown("The connection broke before an answer came.") from problem
    except ValueError as problem:
        raise NotAccepted(
            "The address or a header of the provider has characters that cannot be sent."
        ) from problem
    if len(body) > call.largest_answer:
        raise NotAccepted("The answer is larger than is taken.")
    return Answer(response.status, body, {name.lower(): value for name, value in response.getheaders()})
