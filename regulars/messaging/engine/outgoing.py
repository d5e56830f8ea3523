"""Letters that leave us, as bytes: every header that mail programs thread by, text and HTML side by side, files.

The headers are written here and not by the library's policies: those fold long ids into encoded words, which no program threads by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, quote
from html import escape

from regulars.messaging.engine.providers.values import Template

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
CONTENT_TYPE = re.compile(
    r"(?!message/|multipart/)[a-z0-9][a-z0-9.+_-]*/[a-z0-9][a-z0-9.+_-]*", re.IGNORECASE
)
END_OF_BODY = re.compile(r"</body\s*>", re.IGNORECASE)
PHRASE = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")
NOBODY_NAMED = "undisclosed-recipients:;"
MOST_REFERENCES = 100
OWN_MARK = "X-Regulars-Loop"


@dataclass(frozen=True)
class Recipient:
    """An address with the name that stands before it."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class OutgoingFile:
    """A file that goes with a letter."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class OutgoingLetter:
    """What somebody wrote. Without a subject it answers its thread, without recipients it goes to who wrote last."""

    text: str
    html: str = ""
    subject: str = ""
    to: tuple[Recipient, ...] = ()
    cc: tuple[Recipient, ...] = ()
    bcc: tuple[Recipient, ...] = ()
    files: tuple[OutgoingFile, ...] = ()
    is_automatic: bool = False
    template: Template | None = None


@dataclass(frozen=True)
class Footing:
    """What stands under a letter: links with their words."""

    words: str
    url: str


@dataclass(frozen=True)
class Written:
    """A letter ready to be sealed: all that its headers and its body say."""

    message_id: str
    sent_at: datetime
    sender: Recipient
    subject: str
    text: str
    html: str = ""
    signature: str = ""
    to: tuple[Recipient, ...] = ()
    cc: tuple[Recipient, ...] = ()
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[OutgoingFile, ...] = ()
    is_automatic: bool = False
    unsubscribe_url: str = ""
    footing: tuple[Footing, ...] = ()


def new_message_id(token: str, chance: str, domain: str) -> str:
    """Return a Message-ID that carries a thread's token, chosen before anything is sent."""
    return f"<{token}.{chance}@{ascii_domain(domain)}>"


def marked(address: str, token: str) -> str:
    """Return an address that carries a token, where answers find their thread even when ids were rewritten.

    >>> marked("care@example.com", "r1abc")
    'care+r1abc@example.com'
    """
    local, _at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}+{token}@{domain}"


def reference_chain(earlier: Iterable[str], answered: str) -> tuple[str, ...]:
    """Return what References says: every known id of the thread, oldest first, the answered one last, each once."""
    ids = [bracketed(one) for one in (*earlier, answered) if one.strip("<> ")]
    chain = list(dict.fromkeys(reversed(ids)))[::-1]
    if len(chain) > MOST_REFERENCES:
        # The first names the thread for programs that keep few; the newest are what it is looked up by.
        chain = chain[:1] + chain[1 - MOST_REFERENCES :]
    return tuple(chain)


def bracketed(message_id: str) -> str:
    """Return an id between its brackets, empty for no id."""
    bare = "".join(CONTROL.sub("", message_id).split()).strip("<>")
    return f"<{bare}>" if bare else ""


def ascii_domain(domain: str) -> str:
    """Return a domain as it travels; one that cannot be encoded stays as it is."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def ascii_address(email: str) -> str:
    """Return an address with its domain as it travels; what stands before the @ may stay international."""
    local, at, domain = plain_line(email).rpartition("@")
    return f"{local}{at}{ascii_domain(domain)}"


def plain_line(text: str) -> str:
    """Return text that cannot end a header: no line breaks, nothing but characters."""
    return CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def headers_of(written: Written) -> list[tuple[str, str]]:
    """Return the headers in their order, unfolded and not encoded."""
    pairs = [
        ("Date", format_datetime(written.sent_at.astimezone(UTC).replace(microsecond=0))),
        ("From", address_line([written.sender])),
        ("Reply-To", written.reply_to and ascii_address(written.reply_to)),
        ("To", address_line(written.to) or NOBODY_NAMED),
        ("Cc", address_line(written.cc)),
        ("Subject", plain_line(written.subject)),
        ("Message-ID", bracketed(written.message_id)),
        ("In-Reply-To", bracketed(written.in_reply_to)),
        ("References", " ".join(written.references)),
    ]
    if written.is_automatic:
        # Both, since some robots know only one of them (RFC 3834, and what Exchange listens to); the mark is for ourselves.
        pairs += [("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"), (OWN_MARK, "1")]
    if written.unsubscribe_url:
        pairs += [
            ("List-Unsubscribe", f"<{plain_line(written.unsubscribe_url)}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
    return [(name, value) for name, value in pairs if value]


def as_bytes(written: Written) -> bytes:
    """Return the letter as it goes over the wire (RFC 5322), with CRLF at every line's end."""
    head = "".join(f"{name}: {_folded(name, value)}\r\n" for name, value in headers_of(written))
    body = re.sub(rb"\r\n|\r|\n", b"\r\n", _body(written).as_bytes())
    return head.encode("utf-8") + body


def whole_text(written: Written) -> str:
    """Return the plain text with its signature and footing."""
    pieces = [written.text.rstrip()]
    if written.signature.strip():
        pieces.append(f"-- \n{written.signature.strip()}")
    if written.footing:
        pieces.append("\n".join(f"{one.words}: {one.url}" for one in written.footing))
    return "\n\n".join(pieces).encode("utf-8", "replace").decode() + "\n"


def whole_html(written: Written) -> str:
    """Return the HTML with its signature and footing, empty when the letter has none."""
    if not written.html:
        return ""
    added = ""
    if written.signature.strip():
        added += f"<p>-- <br>{escape(written.signature.strip()).replace(chr(10), '<br>')}</p>"
    if written.footing:
        links = (f'<a href="{escape(one.url)}">{escape(one.words)}</a>' for one in written.footing)
        added += f'<p style="color:#666;font-size:12px">{" · ".join(links)}</p>'
    end = END_OF_BODY.search(written.html)
    place = end.start() if end else len(written.html)
    whole = written.html[:place] + added + written.html[place:]
    return whole.encode("utf-8", "replace").decode()


def address_line(recipients: Iterable[Recipient]) -> str:
    """Return addresses as a header names them, names in encoded words where they need it."""
    return ", ".join(_address(one) for one in recipients)


def _address(one: Recipient) -> str:
    name, email = plain_line(one.name), ascii_address(one.email)
    if not name:
        return email
    if not name.isascii():
        return f"{Header(name, 'utf-8').encode(linesep='').replace(chr(10), '')} <{email}>"
    return f"{name} <{email}>" if PHRASE.fullmatch(name) else f'"{quote(name)}" <{email}>'


def _folded(name: str, value: str) -> str:
    if name == "Subject":
        charset = "us-ascii" if value.isascii() else "utf-8"
        return Header(value, charset, header_name=name, maxlinelen=76).encode(linesep="\r\n")
    if name in ("References", "List-Unsubscribe"):
        return value.replace(" ", "\r\n ")
    return value.replace(", ", ",\r\n ") if name in ("To", "Cc") else value


def _body(written: Written) -> MIMEBase:
    text: MIMEBase = _text(whole_text(written), "plain")
    html = whole_html(written)
    if html:
        both = MIMEMultipart("alternative")
        both.attach(text)
        both.attach(_text(html, "html"))
        text = both
    if not written.files:
        return text
    mixed = MIMEMultipart("mixed")
    mixed.attach(text)
    for one in written.files:
        mixed.attach(_file(one))
    return mixed


def _text(text: str, kind: str) -> MIMEText:
    charset = Charset("utf-8")
    # Base64 would hide the words from filters that read mail, and from people who read its source.
    charset.body_encoding = QP
    return MIMEText(text.replace("\r\n", "\n").replace("\r", "\n"), kind, charset)  # type: ignore[arg-type]


def _file(one: OutgoingFile) -> MIMEBase:
    said = one.content_type.strip().lower()
    # A mail inside a mail may not be encoded, so it travels as plain bytes.
    kind = said if CONTENT_TYPE.fullmatch(said) else "application/octet-stream"
    main, _slash, sub = kind.partition("/")
    part = MIMEBase(main, sub)
    part.set_payload(one.content)
    encode_base64(part)
    name = plain_line(one.name) or "file"
    part.add_header(
        "Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name)
    )
    return part
