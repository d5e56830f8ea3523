"""Carriers hand one letter to one recipient's server or provider, and say exactly how far that came.

A carrier is opened before anything is marked as being sent, so that a server which cannot be reached leaves no doubt. Once the
letter's bytes are on their way, every silence is doubt: only then `Unknown` is raised.
"""

from __future__ import annotations

import logging
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.kit.refused import Refused
from regulars.kit.secrets import decrypt
from regulars.messaging.actions.mailboxes import sign_of
from regulars.messaging.engine.imap import Sign
from regulars.messaging.engine.oauth import NotGranted
from regulars.messaging.engine.outgoing import Written, as_bytes, ascii_address
from regulars.messaging.models import Outlet, Security, Sending, Via
from regulars.messaging.queries.outgoing import written_for
from regulars.messaging.queries.outlets import domain_of

log = logging.getLogger(__name__)
SECONDS = 30
# RFC 8058 wants the unsubscribe lines signed; what is not there yet is signed as absent.
SIGNED = b"from to cc subject date message-id reply-to in-reply-to references list-unsubscribe list-unsubscribe-post mime-version content-type"


class Trouble(Exception):
    """A letter was not handed over; says why, in the server's words where it has any."""


class Unreachable(Trouble):
    """Nothing was tried: there is no server, or it does not let us in."""


class TryLater(Trouble):
    """The server asks for another try, or went away before it had the letter."""


class Declined(Trouble):
    """The server will never take it; `is_address` when it knows no such recipient."""

    def __init__(self, words: str, *, is_address: bool = False) -> None:
        super().__init__(words)
        self.is_address = is_address


class Unready(Trouble):
    """The letter cannot be signed; nothing of it left."""


class Unknown(Trouble):
    """The letter was on its way when the answer failed to come: nobody knows whether it was taken."""


class Carrier(Protocol):
    """A way out that is open."""

    def prepare(self, sending: Sending, outlet: Outlet) -> Any:
        """Return what is to be handed over, as this recipient gets it."""

    def carry(self, letter: Any, email: str) -> str:
        """Hand a letter over for one recipient; return what the other side calls it."""

    def close(self) -> None:
        """Let the other side go."""


def open_carrier(outlet: Outlet, address: str) -> Carrier:
    """Open the way out of a channel, as the address it writes from."""
    if outlet.via == Via.PROVIDER:
        from regulars.messaging.actions.providers import ProviderCarrier

        return ProviderCarrier(outlet)
    return SmtpCarrier(outlet, address)


def installation_outlet() -> Outlet | None:
    """Return the way out that the installation's own settings describe, for channels without one; it is not stored."""
    if not settings.EMAIL_HOST:
        return None
    security = Security.STARTTLS if settings.EMAIL_USE_TLS else Security.NONE
    outlet = Outlet(host=settings.EMAIL_HOST, port=settings.EMAIL_PORT, security=security)
    outlet.username, outlet.sealed_password = settings.EMAIL_HOST_USER, ""
    outlet.known_password = settings.EMAIL_HOST_PASSWORD
    return outlet


class SmtpCarrier:
    """A session with a mail server; several letters go by one."""

    def __init__(self, outlet: Outlet, address: str) -> None:
        self.outlet, self.address = outlet, address
        self.session: smtplib.SMTP | None = _session(outlet, domain_of(address))

    def prepare(self, sending: Sending, outlet: Outlet) -> Written:
        """Return the letter as this recipient gets it."""
        return written_for(sending, outlet)

    def carry(self, letter: Written, email: str) -> str:
        """Hand a letter over for one recipient."""
        raw, session = signed(as_bytes(letter), self.outlet), self._ready()
        needs_utf8 = not f"{ascii_address(self.address)}{ascii_address(email)}".isascii()
        if needs_utf8 and not session.has_extn("smtputf8"):
            raise Declined(
                _("The mail server takes no addresses with such letters before the @."), is_address=True
            )
        with _before_the_letter():
            options = ["SMTPUTF8", "BODY=8BITMIME"] if needs_utf8 else []
            self._expect(session.mail(ascii_address(self.address), options), is_address=False)
            self._expect(session.rcpt(ascii_address(email)), is_address=True)
            code, words = session.docmd("DATA")
        if code != 354:
            self._expect((code, words), is_address=False)
        return self._finish(session, raw)

    def _finish(self, session: smtplib.SMTP, raw: bytes) -> str:
        try:
            session.send(_dotted(raw))
            code, words = session.getreply()
        except (smtplib.SMTPException, OSError) as problem:
            session.close()
            self.session = None
            raise Unknown(_words_of(problem)) from problem
        self._expect((code, words), is_address=False)
        return ""

    def _ready(self) -> smtplib.SMTP:
        """Return the session, opened anew when the last letter broke it."""
        if self.session is None or self.session.sock is None:
            try:
                self.session = _session(self.outlet, domain_of(self.address))
            except Unreachable as problem:
                raise TryLater(str(problem)) from problem
        return self.session

    def _expect(self, answer: tuple[int, bytes], *, is_address: bool) -> None:
        code, said = answer
        if 200 <= code < 300:
            return
        words = f"{code} {said.decode('utf-8', 'replace')}"[:1000]
        if code == 421:
            self.session = None
        elif self.session is not None:
            _quietly_reset(self.session)
        if code < 500:
            raise TryLater(words)
        raise Declined(words, is_address=is_address and _names_no_one(words))

    def close(self) -> None:
        """Say goodbye; a server that does not answer is no matter."""
        if self.session is not None:
            try:
                self.session.quit()
            except (smtplib.SMTPException, OSError):
                self.session.close()


def check_outlet(outlet: Outlet, address: str) -> str:
    """Try the way out without sending anything; return what is wrong, empty when it works."""
    try:
        carrier = open_carrier(outlet, address)
    except Unreachable as problem:
        return str(problem)
    try:
        check = getattr(carrier, "session", None)
        code, words = check.mail(ascii_address(address)) if check is not None else (250, b"")
        if code >= 400:
            said = f"{code} {words.decode('utf-8', 'replace')}"
            return _("The server does not let %(address)s send: %(words)s") % {
                "address": address,
                "words": said,
            }
    except (smtplib.SMTPException, OSError) as problem:
        return _words_of(problem)
    finally:
        carrier.close()
    return signing_problem(outlet)


def signed(raw: bytes, outlet: Outlet) -> bytes:
    """Return a letter with its DKIM signature before it, where the channel has a key."""
    if not outlet.signs:
        return raw
    import dkim

    private_key = decrypt(outlet.sealed_dkim_key).encode()
    present = {line.partition(b":")[0].lower() for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    try:
        seal: bytes = dkim.sign(
            raw,
            outlet.dkim_selector.encode(),
            outlet.dkim_domain.encode(),
            private_key,
            include_headers=[name for name in SIGNED.split() if name in present],
        )
    except Exception as problem:  # the library lets many kinds of errors through for keys that are none
        raise Unready(
            _("The DKIM key cannot be used: %(words)s") % {"words": str(problem)[:200]}
        ) from problem
    return seal + raw


def signing_problem(outlet: Outlet) -> str:
    """Return what is wrong with the signing key, empty when it signs."""
    try:
        signed(b"From: a@b.example\r\n\r\n", outlet)
    except (Unready, Refused) as problem:
        return str(problem)
    return ""


def _session(outlet: Outlet, own_name: str) -> smtplib.SMTP:
    try:
        session = _connected(outlet, own_name)
    except (OSError, smtplib.SMTPException) as problem:
        raise Unreachable(_why_not(outlet, problem)) from problem
    try:
        session.ehlo_or_helo_if_needed()
        if outlet.security == Security.STARTTLS:
            session.starttls(context=ssl.create_default_context())
        _sign_in(session, outlet)
    except (OSError, smtplib.SMTPException) as problem:
        session.close()
        raise Unreachable(_why_not(outlet, problem)) from problem
    except NotGranted as problem:
        session.close()
        raise Unreachable(_words_of_grant(problem)) from problem
    except Trouble:
        session.close()
        raise
    return session


def _sign_in(session: smtplib.SMTP, outlet: Outlet) -> None:
    if outlet.via == Via.MAILBOX:
        _sign_in_by_token(session, outlet)
    elif outlet.username:
        session.login(outlet.username, _password(outlet))


def _sign_in_by_token(session: smtplib.SMTP, outlet: Outlet) -> None:
    """Sign in as the mailbox does (SASL XOAUTH2); a token that is refused before its time is renewed once."""
    if outlet.mailbox is None:
        raise Unreachable(_("The mailbox it sends by is gone."))
    session.ehlo_or_helo_if_needed()
    if "XOAUTH2" not in session.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError("XOAUTH2")
    sign = sign_of(outlet.mailbox)
    try:
        _with_token(session, sign)
    except smtplib.SMTPAuthenticationError as refused:
        log.info("%s does not take the token of %s: %s", outlet.host, outlet.mailbox, refused.smtp_code)
        _with_token(session, sign_of(outlet.mailbox, refused=sign.token))


def _with_token(session: smtplib.SMTP, sign: Sign) -> None:
    said = f"user={sign.user}\x01auth=Bearer {sign.token}\x01\x01"
    # What the server tells of a refusal is answered by nothing, and only then it says its code.
    session.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "")


def _connected(outlet: Outlet, own_name: str) -> smtplib.SMTP:
    if outlet.security == Security.TLS:
        return smtplib.SMTP_SSL(
            outlet.host, outlet.port, own_name, timeout=SECONDS, context=ssl.create_default_context()
        )
    return smtplib.SMTP(outlet.host, outlet.port, own_name, timeout=SECONDS)


def _password(outlet: Outlet) -> str:
    return decrypt(outlet.sealed_password) if outlet.sealed_password else outlet.known_password


def _words_of_grant(problem: NotGranted) -> str:
    if problem.is_final:
        return _("The provider no longer lets us in: connect the mailbox again. (%(words)s)") % {
            "words": problem
        }
    return _("The provider gives no access right now: %(words)s") % {"words": problem}


def _why_not(outlet: Outlet, problem: Exception) -> str:
    place = {"host": outlet.host, "port": outlet.port, "words": _words_of(problem)}
    if isinstance(problem, socket.gaierror):
        return _("There is no server called %(host)s.") % place
    if isinstance(problem, ssl.SSLCertVerificationError):
        return _("The certificate of %(host)s is not valid: %(words)s") % place
    if isinstance(problem, ssl.SSLError):
        return _("%(host)s does not speak this encryption on port %(port)s.") % place
    if isinstance(problem, ConnectionRefusedError):
        return _("Nothing answers at %(host)s on port %(port)s.") % place
    if isinstance(problem, TimeoutError):
        return _("%(host)s did not answer in time on port %(port)s.") % place
    if isinstance(problem, smtplib.SMTPAuthenticationError) and outlet.via == Via.MAILBOX:
        return (
            _("%(host)s does not let this mailbox send. Connect it again, and allow sending: %(words)s")
            % place
        )
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return _("%(host)s does not accept this user and password: %(words)s") % place
    if isinstance(problem, smtplib.SMTPNotSupportedError):
        return _("%(host)s does not offer what is set here: %(words)s") % place
    return _("%(host)s on port %(port)s: %(words)s") % place


def _words_of(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        said = problem.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{problem.smtp_code} {words}"[:1000]
    return (str(problem) or type(problem).__name__)[:1000]


@contextmanager
def _before_the_letter() -> Iterator[None]:
    """Turn a broken line into another try: the server does not have the letter yet."""
    try:
        yield
    except (smtplib.SMTPException, OSError) as problem:
        raise TryLater(_words_of(problem)) from problem


def _quietly_reset(session: smtplib.SMTP) -> None:
    try:
        session.rset()
    except (smtplib.SMTPException, OSError):
        session.close()


def _names_no_one(words: str) -> bool:
    """Tell whether a refusal is about the address itself (RFC 3463: 5.1.x) and not about us."""
    return bool(re.search(r"\b5\.1\.(?:1|2|3|6|10)\b", words)) or bool(
        re.search(
            r"(?:no such|unknown|unknown local|invalid) (?:user|recipient|mailbox)|user unknown",
            words,
            re.IGNORECASE,
        )
    )


def _dotted(raw: bytes) -> bytes:
    # A dot that begins a line is doubled on the wire (RFC 5321, 4.5.2).
    whole = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole) + b".\r\n"
