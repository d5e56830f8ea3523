"""All that is known of a mail from its bytes alone: what it says, who or what wrote it, what of it is new, and its key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass

from regulars.messaging.engine.folding import Folded, fold
from regulars.messaging.engine.html_folding import fold_html
from regulars.messaging.engine.html_text import text_of
from regulars.messaging.engine.kinds import HUMAN, Kind, form_author, kind_of
from regulars.messaging.engine.letters import Address, Letter
from regulars.messaging.engine.mime import read_letter

# The headers no relay on the way adds to or rewrites.
STABLE = ("from", "to", "cc", "subject", "date", "in-reply-to")
BODY = re.compile(rb"\r?\n\r?\n|\r\r")


@dataclass(frozen=True)
class Read:
    """A mail, read."""

    letter: Letter
    kind: Kind
    folded: Folded
    key: str
    # Who filled in the form that wrote the mail.
    form_author: Address | None = None

    @property
    def author(self) -> Address | None:
        """Who wrote: of a form's mail whoever filled it in, else who it is from."""
        return self.form_author or self.letter.sender

    @property
    def sender(self) -> str:
        """The author's address, empty when the mail names none."""
        return self.author.email if self.author else ""


def read_mail(raw: bytes, own_addresses: Collection[str] = ()) -> Read:
    """Return what a mail's bytes tell; like everything here it never raises."""
    letter = read_letter(raw)
    kind = kind_of(letter, own_addresses)
    author = form_author(letter, own_addresses) if kind.name == HUMAN else None
    return Read(letter, kind, fold_letter(letter), content_key(letter, raw), author)


def fold_letter(letter: Letter) -> Folded:
    """Cut a mail into new text, signature and history; where there is only HTML, along its containers."""
    if letter.has_own_text or not letter.html:
        return fold(letter.text)
    cut = fold_html(letter.html)
    if not cut.quoted:
        return fold(letter.text)
    folded = fold(text_of(cut.new).strip("\n"))
    quoted = "\n".join(piece for piece in (folded.quoted, text_of(cut.quoted).strip("\n")) if piece)
    return Folded(folded.new, folded.signature, quoted)


def content_key(letter: Letter, raw: bytes) -> str:
    """Return by what the same mail is known again, whichever way it comes: its id, or what no relay changes.

    Sender and date stand beside the id: some programs give every mail the same id, and nothing may be lost to them.
    """
    if letter.message_id:
        sent = letter.sent_at.isoformat() if letter.sent_at else ""
        sender = letter.sender.email if letter.sender else ""
        said = "\n".join(("id", normal_id(letter.message_id), sender, sent))
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
    lines = [
        f"{name}: {' '.join(value.split())}" for name in STABLE for value in letter.headers.get(name, ())
    ]
    body = b"".join(BODY.split(raw.lstrip(b"\r\n\x00 "), maxsplit=1)[1:])
    text = b"\n".join(line.rstrip() for line in body.splitlines()).rstrip()
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace") + b"\n\n" + text).hexdigest()


def normal_id(said: str) -> str:
    """Return a Message-ID as it is stored and looked up: without spaces, its domain in lower case.

    >>> normal_id("Ab.1@Mail.Example.COM")
    'Ab.1@mail.example.com'
    """
    local, sign, domain = "".join(said.split()).rpartition("@")
    return f"{local}{sign}{domain.lower()}"[:500]
