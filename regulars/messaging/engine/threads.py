"""Which conversation a letter belongs to: what it carries of ours, in the order in which that can be trusted.

A thread's number alone opens nothing: it travels in a token that only we can make. Where a letter merely names an id that
anybody may have seen, its sender has to be one of those who take part.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from regulars.messaging.engine.letters import Letter

SEALED = 10
TOKEN = re.compile(r"(?<![a-z2-7])r1([a-z2-7]{16,40})(?![a-z2-7])")
RECIPIENTS = (
    "to",
    "cc",
    "delivered-to",
    "x-original-to",
    "x-forwarded-to",
    "envelope-to",
    "apparently-to",
    "resent-to",
)
REPLY = "re|r|rv|aw|antw|antwort|sv|vs|vast|vá|válasz|ats|atsakymas|odp|odpověď|res|rif|ref|réf|réponse|resp|ynt|yan|απ|σχετ|отв|на|回复|回覆|答复|返信|회신"
FORWARD = "fw|fwd|wg|tr|vl|vb|vidarebefordrat|vsf|i|enc|rv|továbbítás|továbbítva|persiųsta|pd|ilt|пересл|пер|转发|轉寄|転送|전달|doorst"
PREFIX = re.compile(
    rf"^\s*(?:(?P<reply>{REPLY})|(?P<forward>{FORWARD}))\s*(?:\[\d+\]|\(\d+\)|\^\d+|\d+)?\s*[:：]\s*",
    re.IGNORECASE,
)


class How(StrEnum):
    """By which sign a letter found its thread."""

    ADDRESS = "token_in_address"
    MESSAGE_ID = "token_in_message_id"
    IN_REPLY_TO = "in_reply_to"
    REFERENCES = "references"
    BODY = "token_in_body"
    SUBJECT = "subject"
    NONE = "new"


@dataclass(frozen=True)
class Clue:
    """One sign: a thread known by a token of ours, or the id of a letter that we may know."""

    how: How
    thread: int | None = None
    message_id: str = ""

    @property
    def is_proof(self) -> bool:
        """Tell whether only somebody whom we wrote to could have it."""
        return self.thread is not None


@dataclass(frozen=True)
class Subject:
    """A subject without the prefixes that programs put before it."""

    words: str
    is_reply: bool = False
    is_forward: bool = False


def token(thread: int, secret: bytes) -> str:
    """Return a thread's token: lower-case letters and digits that survive every mail program; it cannot be guessed."""
    number = thread.to_bytes((max(thread.bit_length(), 1) + 7) // 8, "big")
    packed = base64.b32encode(_seal(number, secret) + number).decode("ascii")
    return f"r1{packed.rstrip('=').lower()}"


def thread_of(said: str, secret: bytes) -> int | None:
    """Return which thread a token names, None when we did not make it."""
    found = TOKEN.fullmatch(said.lower())
    if found is None:
        return None
    packed = found[1].upper()
    try:
        raw = base64.b32decode(packed + "=" * (-len(packed) % 8))
    except ValueError:
        return None
    seal, number = raw[:SEALED], raw[SEALED:]
    if not number or not hmac.compare_digest(seal, _seal(number, secret)):
        return None
    return int.from_bytes(number, "big")


def _seal(number: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, b"thread:" + number, hashlib.sha256).digest()[:SEALED]


def reply_address(address: str, thread: int, secret: bytes) -> str:
    """Return the address under which answers to a thread come back: desk+token@example.com."""
    local, _at, domain = address.rpartition("@")
    return f"{local}+{token(thread, secret)}@{domain}"


def message_id(thread: int, secret: bytes, nonce: str, domain: str) -> str:
    """Return an id for a letter of ours, without brackets; `nonce` makes it one of a kind."""
    return f"{token(thread, secret)}.{nonce}@{domain}"


def clues(letter: Letter, secret: bytes) -> Iterator[Clue]:
    """Yield what ties a letter to a thread, the most trustworthy first."""
    for name in RECIPIENTS:
        for value in letter.headers.get(name, ()):
            yield from _tokens(value, How.ADDRESS, secret)
    nearest_first = (*letter.in_reply_to, *reversed(letter.references))
    # What a bounce returns of our letter names it, too.
    for said in (*nearest_first, *letter.returned_headers.get("message-id", ())):
        yield from _tokens(said, How.MESSAGE_ID, secret)
    for said in letter.in_reply_to:
        yield Clue(How.IN_REPLY_TO, message_id=said)
    for said in reversed(letter.references):
        if said not in letter.in_reply_to:
            yield Clue(How.REFERENCES, message_id=said)
    # Some relays give letters new ids; what we hid in the quoted text comes back all the same.
    yield from _tokens(letter.text, How.BODY, secret)


def _tokens(text: str, how: How, secret: bytes) -> Iterator[Clue]:
    for found in TOKEN.finditer(text.lower()):
        thread = thread_of(found[0], secret)
        if thread is not None:
            yield Clue(how, thread)


def subject_of(text: str) -> Subject:
    """Take off «Re:», «AW:», «WG:» and their like; marks of other desks such as [Ticket#1] stay."""
    is_reply = is_forward = False
    while found := PREFIX.match(text):
        is_reply = is_reply or bool(found["reply"])
        is_forward = is_forward or bool(found["forward"])
        text = text[found.end() :]
    return Subject(" ".join(text.split()), is_reply, is_forward)


def may_join(
    sender: str, participants: Collection[str], colleagues: Collection[str], shared_domains: Collection[str]
) -> bool:
    """Tell whether a sender belongs in a thread: one who takes part, a colleague of ours, or of the same house as one who does.

    All addresses in lower case; `shared_domains` are those of free mail, where the same domain means nothing.
    """
    if sender in participants or sender in colleagues:
        return True
    domain = sender.rpartition("@")[2]
    return (
        bool(domain)
        and domain not in shared_domains
        and any(known.endswith(f"@{domain}") for known in participants)
    )
