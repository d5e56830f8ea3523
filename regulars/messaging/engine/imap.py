"""A folder on an IMAP server, only ever read: numbers first, then sizes, then one mail at a time; nothing is marked seen."""

from __future__ import annotations

import contextlib
import imaplib
import re
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

SECONDS = 60.0
AT_A_TIME = 200
SLICE = 0.5
TLS, STARTTLS, PLAIN = "tls", "starttls", "none"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SIZES = re.compile(
    rb"(?=.*?\bUID (?P<uid>\d+))(?=.*?\bRFC822\.SIZE (?P<size>\d+))(?=.*?\bINTERNALDATE \"(?P<at>[^\"]+)\")",
    re.DOTALL,
)
NEWS = (b"EXISTS", b"EXPUNGE", b"RECENT", b"FETCH")


class Trouble(Exception):
    """Why a mailbox cannot be looked into: a code of ours, and what the server said."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(said or code)
        self.code = code
        self.said = said[:500]


@dataclass(frozen=True)
class Sign:
    """How to get into a mailbox: a password, or a token where the provider wants OAuth."""

    user: str
    password: str = ""
    token: str = ""


@dataclass(frozen=True)
class Lying:
    """A mail as it lies on the server, before any of it is fetched."""

    uid: int
    size: int
    came_at: datetime


class Folder:
    """An open folder: which mails lie in it, and their bytes."""

    def __init__(self, box: Any, name: str) -> None:
        self._box = box
        self._client: imaplib.IMAP4 = box.client
        with _plain_reasons("folder"):
            box.folder.set(name, readonly=True)
            # Nearly every server says both on opening; asking for them of an open folder is frowned upon.
            self.validity = (
                self._said("UIDVALIDITY") or box.folder.status(name, ("UIDVALIDITY",))["UIDVALIDITY"]
            )
            self.next_uid = self._said("UIDNEXT") or box.folder.status(name, ("UIDNEXT",))["UIDNEXT"]
        self.can_idle = "IDLE" in self._client.capabilities

    def _said(self, name: str) -> int:
        values: Any = self._client.untagged_responses.get(name) or [b"0"]
        return int(values[-1])

    def above(self, uid: int) -> list[int]:
        """Return the numbers above one; servers answer `n:*` with the last mail even when it lies below."""
        return [one for one in self._search("UID", f"{uid + 1}:*") if one > uid]

    def since(self, at: datetime) -> list[int]:
        """Return the numbers of all mails that came on the day of this moment or later, a day early for time zones."""
        day = at.astimezone(UTC) - timedelta(days=1)
        return self._search("SINCE", f"{day.day}-{MONTHS[day.month - 1]}-{day.year}")

    def _search(self, *criteria: str) -> list[int]:
        with _plain_reasons("lost"):
            answer, found = self._client.uid("SEARCH", *criteria)
            _expect(answer, found)
            return sorted({int(one) for line in found if line for one in line.split()})

    def lying(self, uids: Sequence[int]) -> Iterator[Lying]:
        """Yield size and moment of mails, in the order of their numbers; those deleted meanwhile are passed over."""
        for start in range(0, len(uids), AT_A_TIME):
            wanted = ",".join(map(str, uids[start : start + AT_A_TIME]))
            with _plain_reasons("lost"):
                answer, lines = self._client.uid("FETCH", wanted, "(UID RFC822.SIZE INTERNALDATE)")
                _expect(answer, lines)
            found = [SIZES.search(line) for line in lines if isinstance(line, bytes)]
            yield from sorted((_lying(one) for one in found if one), key=lambda one: one.uid)

    def mail(self, uid: int) -> bytes | None:
        """Return a mail's bytes without marking it seen; None when it was deleted meanwhile."""
        return self._part(uid, "BODY.PEEK[]")

    def head(self, uid: int) -> bytes | None:
        """Return a mail's headers alone."""
        return self._part(uid, "BODY.PEEK[HEADER]")

    def _part(self, uid: int, what: str) -> bytes | None:
        with _plain_reasons("lost"):
            answer, lines = self._client.uid("FETCH", str(uid), f"(UID {what})")
            if answer != "OK":
                raise Trouble("withheld", _text(lines))
        # A flag that changes elsewhere may stand between; the mail is the one literal.
        return next((line[1] for line in lines or () if isinstance(line, tuple) and len(line) > 1), None)

    def look_again(self) -> None:
        """Let the server tell what is new, on one that cannot do so by itself."""
        with _plain_reasons("lost"):
            _expect(*self._client.noop())

    def wait(self, seconds: float, is_enough: Callable[[], bool]) -> bool:
        """Wait until the server says that something changed, at most so long; only a hint, what is there must be asked for."""
        with _plain_reasons("lost"):
            return self._idle(seconds, is_enough)

    def _idle(self, seconds: float, is_enough: Callable[[], bool]) -> bool:
        client: Any = self._client
        until = time.monotonic() + seconds
        tag = client._command("IDLE")
        # What the server had to say before it began to wait counts, too.
        has_news = False
        while (line := client._get_response()) is not None:
            has_news = has_news or _is_news(line)
            if client.tagged_commands.get(tag):
                return self._resting(tag, until, is_enough)
        while not (has_news or is_enough() or time.monotonic() > until):
            has_news = self._hears(min(SLICE, max(0.0, until - time.monotonic())))
        client.send(b"DONE\r\n")
        self._box.consume_until_tagged_response(tag)
        return has_news

    def _resting(self, tag: bytes, until: float, is_enough: Callable[[], bool]) -> bool:
        # The server refused to wait with us.
        self._client.tagged_commands.pop(tag, None)
        self.can_idle = False
        while not is_enough() and time.monotonic() < until:
            time.sleep(SLICE)
        return False

    def _hears(self, seconds: float) -> bool:
        client: Any = self._client
        sock = client.sock
        before = sock.gettimeout()
        # A read that timed out would break the file for good; one that finds nothing does not.
        sock.settimeout(0)
        try:
            lines = self._lines(client)
            if not lines and select.select([sock], [], [], seconds)[0]:
                lines = self._lines(client, has_come=True)
            return any(map(_is_news, lines))
        finally:
            sock.settimeout(before)

    def _lines(self, client: Any, *, has_come: bool = False) -> list[bytes]:
        """Return what the server said so far; when something came and it was nothing, the connection has ended."""
        found: list[bytes] = []
        try:
            while True:
                found.append(client._get_line())
        except (BlockingIOError, ssl.SSLWantReadError):
            return found
        except imaplib.IMAP4.abort as problem:
            if "EOF" not in str(problem) or (has_come and not found):
                raise
            return found


def _is_news(line: bytes | None) -> bool:
    return line is not None and any(word in line.upper() for word in NEWS)


@contextlib.contextmanager
def open_folder(
    host: str, port: int, security: str, sign: Sign, name: str = "INBOX", seconds: float = SECONDS
) -> Iterator[Folder]:
    """Open a folder for reading; whatever is in the way is a Trouble with a code."""
    box = _connected(host, port, security, seconds)
    try:
        with _plain_reasons("refused"):
            _sign_in(box, sign)
        yield Folder(box, name)
    finally:
        _leave(box)


def _connected(host: str, port: int, security: str, seconds: float) -> Any:
    import imap_tools

    # The library's own context believes any certificate.
    trusted = ssl.create_default_context()
    with _plain_reasons("unreachable"):
        if security == TLS:
            return imap_tools.MailBox(host, port, timeout=seconds, ssl_context=trusted)
        if security == STARTTLS:
            return imap_tools.MailBoxStartTls(host, port, timeout=seconds, ssl_context=trusted)
        return imap_tools.MailBoxUnencrypted(host, port, timeout=seconds)


def _sign_in(box: Any, sign: Sign) -> None:
    if sign.token:
        box.xoauth2(sign.user, sign.token, initial_folder=None)
    elif f"{sign.user}{sign.password}".isascii():
        box.login(sign.user, sign.password, initial_folder=None)
    else:
        box.login_utf8(sign.user, sign.password, initial_folder=None)


def _leave(box: Any) -> None:
    # A connection that is broken cannot be left politely.
    with contextlib.suppress(Exception):
        box.client.sock.settimeout(5)
        box.logout()
    with contextlib.suppress(Exception):
        box.client.shutdown()


@contextlib.contextmanager
def _plain_reasons(otherwise: str) -> Iterator[None]:
    from imap_tools.errors import ImapToolsError

    try:
        yield
    except Trouble:
        raise
    except ssl.SSLCertVerificationError as problem:
        raise Trouble("certificate", str(problem)) from problem
    except ssl.SSLError as problem:
        raise Trouble("tls", str(problem)) from problem
    except socket.gaierror as problem:
        raise Trouble("no_such_host", str(problem)) from problem
    except ConnectionRefusedError as problem:
        raise Trouble("no_server", str(problem)) from problem
    except TimeoutError as problem:
        raise Trouble("silent", str(problem)) from problem
    except imaplib.IMAP4.abort as problem:
        raise Trouble("lost" if otherwise != "unreachable" else "unreachable", str(problem)) from problem
    except (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError) as problem:
        raise Trouble(otherwise, str(problem)) from problem


def _expect(answer: str, lines: Any) -> None:
    if answer != "OK":
        raise Trouble("lost", _text(lines))


def _text(lines: Any) -> str:
    return " ".join(line.decode("utf-8", "replace") for line in lines or () if isinstance(line, bytes))


def _lying(found: re.Match[bytes]) -> Lying:
    # "17-Jul-1996 02:44:25 -0700", the day with a blank before it when it is short.
    said = found["at"].decode("ascii", "replace").strip()
    try:
        came_at = datetime.strptime(said, "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        came_at = datetime.now(UTC)
    return Lying(int(found["uid"]), int(found["size"]), came_at)
