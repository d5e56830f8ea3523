"""Pictures of other servers, fetched for a reader who stays unknown: only from public addresses, only what is a picture.

The name is looked up once and the connection goes to the address that was checked, so that a name that changes its address in
between leads nowhere; each redirect is checked anew.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

LARGEST = 5_000_000
SECONDS, WAIT_SECONDS = 10.0, 4.0
MOST_REDIRECTS = 4
PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
# By their first bytes, whatever the server calls them. SVG is a program and never among them.
KINDS = {b"\x89PNG\r\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}
HEADERS = {
    "User-Agent": "Mozilla/5.0 (mail picture proxy)",
    "Accept": "image/*",
    "Accept-Encoding": "identity",
}
Judge = Callable[[str, int], bool]


class NoPicture(Exception):
    """What is there is no picture, or it is somewhere we do not go."""


@dataclass(frozen=True)
class Picture:
    """A picture's bytes and their true type."""

    content: bytes
    content_type: str


def kind_of_picture(content: bytes) -> str:
    """Return the type of a picture by its first bytes, empty when it is none."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for start, kind in KINDS.items() if content.startswith(start)), "")


def is_public(ip: str, port: int) -> bool:
    """Tell whether an address lies in the open internet, at a port where pictures are served.

    >>> [is_public(ip, 443) for ip in ("93.184.216.34", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1")]
    [True, False, False, False, False, False]
    """
    found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(ip.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    found = inner or found
    return found.is_global and not found.is_multicast and port in PORTS.values()


def fetch_picture(url: str, is_allowed: Judge = is_public) -> Picture:
    """Return the picture at an address; raise NoPicture for everything else."""
    until = time.monotonic() + SECONDS
    for _hop in range(MOST_REDIRECTS + 1):
        try:
            found = _fetch(url, is_allowed, until)
        except (OSError, http.client.HTTPException, ValueError, UnicodeError) as problem:
            raise NoPicture(str(problem)) from problem
        if isinstance(found, Picture):
            return found
        url = urljoin(url, found)
    raise NoPicture("It leads on and on.")


def _fetch(url: str, is_allowed: Judge, until: float) -> Picture | str:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        raise NoPicture("It is no address of the web.")
    port = parts.port or PORTS[parts.scheme]
    with contextlib.closing(
        _connected(parts, port, _checked(parts.hostname, port, is_allowed))
    ) as connection:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", _quoted(target), headers=HEADERS)
        answer = connection.getresponse()
        if answer.status in REDIRECTS:
            return answer.getheader("Location") or ""
        if answer.status != 200:
            raise NoPicture(f"The server answers {answer.status}.")
        return _read(answer, until)


def _checked(host: str, port: int, is_allowed: Judge) -> str:
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    # One private address among public ones is a trap as well.
    if not found or not all(is_allowed(ip, port) for ip in found):
        raise NoPicture("It is not in the open internet.")
    return found[0]


def _connected(parts: SplitResult, port: int, ip: str) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    connection = http.client.HTTPConnection(host, port, timeout=WAIT_SECONDS)
    plain = socket.create_connection((ip, port), WAIT_SECONDS)
    try:
        is_safe = parts.scheme == "https"
        connection.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_safe else plain
        )
    except BaseException:
        plain.close()
        raise
    return connection


def _read(answer: http.client.HTTPResponse, until: float) -> Picture:
    content = b""
    while piece := answer.read1(65_536):
        content += piece
        if len(content) > LARGEST or time.monotonic() > until:
            raise NoPicture("It is too large, or too slow.")
        if len(content) >= 16 and not kind_of_picture(content):
            break
    kind = kind_of_picture(content)
    if not kind:
        raise NoPicture("It is no picture.")
    return Picture(content, f"image/{kind}")


def _quoted(target: str) -> str:
    from urllib.parse import quote

    return quote(target, safe="/%:=&?~#+!$,;'@()*[]")
