"""Whether whoever asked is still there, so that long work for a page that was closed can stop.

The interface between web server and application says nothing of this, but the operating system does. Our server answers one request at a
time in each process, and requests wait in the order they came: so the request being answered came by that connection, of all that
received something since they last sent something, which has waited longest. Where this cannot be known (another server, another
system), everybody counts as being there, and only time limits hold.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

DESCRIPTORS = Path("/proc/self/fd")
ESTABLISHED = 1
# Where Linux's tcp_info tells the state, milliseconds since something was sent and received, and how many bytes of both.
STATE, SENT, RECEIVED, BYTES_SENT, BYTES_RECEIVED, SIZE = 0, 44, 52, 120, 128, 136
# Requests that came so close together cannot be told apart.
TOGETHER_MS = 5

IsGone = Callable[[], bool]
_one_at_a_time = False


def answer_one_at_a_time() -> None:
    """Say that this process answers one request at a time, in the order they come."""
    global _one_at_a_time
    _one_at_a_time = True


@contextmanager
def whoever_asked() -> Iterator[IsGone]:
    """Watch the connection of the request being answered; gives a function that tells whether its other end has gone."""
    with ExitStack() as held:
        connections = [held.enter_context(one) for one in _waiting()] if _one_at_a_time else []
        yield lambda: bool(connections) and all(_is_closed(one) for one in connections)


def _waiting() -> list[socket.socket]:
    """Return the connection that has waited longest for an answer, with those that cannot be told from it."""
    accepted = _accepted()
    waits = {one: wait for one in accepted if (wait := _waits_ms(one)) is not None}
    longest = max(waits.values(), default=0)
    found = [one for one, wait in waits.items() if wait >= longest - TOGETHER_MS]
    for one in set(accepted) - set(found):
        one.close()
    return found


def _accepted() -> list[socket.socket]:
    """Return the connections that others opened to us, each as a copy of our own to be closed."""
    copies = [copy for name in _descriptors() if (copy := _copy(int(name))) is not None]
    doors = {
        one.getsockname()[1] for one in copies if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    }
    inbound = [one for one in copies if one.getsockname()[1] in doors and _is_connected(one)]
    for one in set(copies) - set(inbound):
        one.close()
    return inbound


def _descriptors() -> list[str]:
    try:
        return os.listdir(DESCRIPTORS)
    except OSError:
        return []


def _copy(number: int) -> socket.socket | None:
    try:
        if not os.readlink(DESCRIPTORS / str(number)).startswith("socket:"):
            return None
        copy = socket.socket(fileno=os.dup(number))
    except OSError:
        # It was closed since we looked.
        return None
    if copy.family in (socket.AF_INET, socket.AF_INET6) and copy.type == socket.SOCK_STREAM:
        return copy
    copy.close()
    return None


def _is_connected(one: socket.socket) -> bool:
    try:
        return bool(one.getpeername())
    except OSError:
        return False


def _waits_ms(one: socket.socket) -> int | None:
    """Return how long a connection has waited for an answer, None where it waits for none."""
    told = _told(one)
    if len(told) < SIZE:
        return None
    sent, received = (int(struct.unpack_from("=I", told, place)[0]) for place in (SENT, RECEIVED))
    given, taken = (int(struct.unpack_from("=Q", told, place)[0]) for place in (BYTES_SENT, BYTES_RECEIVED))
    # Opening a connection may count as one byte.
    return received if taken > 0 and (given <= 1 or received < sent) else None


def _is_closed(one: socket.socket) -> bool:
    return _told(one)[STATE] != ESTABLISHED


def _told(one: socket.socket) -> bytes:
    return one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, SIZE)
