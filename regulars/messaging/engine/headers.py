"""Header lines to values: encoded words (RFC 2047), parameters (RFC 2231), addresses, ids and dates, leniently."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from regulars.messaging.engine.charsets import decode
from regulars.messaging.engine.letters import Address

# Laxer than the standard: spaces inside words, a language suffix, and a missing end are met in real mail.
WORD = re.compile(r"=\?([^?\s]*?)(?:\*[^?]*)?\?([bBqQ])\?(.*?)\?=", re.DOTALL)
BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?[^?\s]+\?[bBqQ]\?)")
FOLD = re.compile(r"\r?\n[ \t]+|\r?\n|\r")
MESSAGE_ID = re.compile(r"<\s*([^<>]+?)\s*>")
# The bound keeps a line without any «@» from taking the square of its length.
MAILBOX = re.compile(r"[^\s<>()\[\],;:\"]{1,256}@[^\s<>()\[\],;\"]+")
COMMENT = re.compile(r"\(([^()\\]|\\.)*\)")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST = 100_000


def words(raw: str, hint: str = "") -> str:
    """Return a header's value as people read it: unfolded, encoded words decoded, bare 8-bit bytes in the hinted set or guessed."""
    text = FOLD.sub(lambda found: " " if found[0].strip("\r\n") else "", raw[:LONGEST]).strip()
    text = _from_bytes(text, hint)
    if "=?" in text:
        text = _decoded(BETWEEN_WORDS.sub(r"\1\2", text))
    return CONTROL.sub("", text)


def _from_bytes(text: str, hint: str = "") -> str:
    # The stdlib hands over undeclared 8-bit bytes as surrogates.
    if text.isascii():
        return text
    return decode(text.encode("utf-8", "surrogateescape"), hint)


def _decoded(text: str) -> str:
    pieces: list[str] = []
    at = 0
    run: list[tuple[str, bytes]] = []
    for found in WORD.finditer(text):
        if found.start() != at:
            pieces += [_joined(run), text[at : found.start()]]
            run = []
        run.append((found[1], _bytes_of(found[2], found[3])))
        at = found.end()
    return "".join([*pieces, _joined(run), text[at:]])


def _joined(run: list[tuple[str, bytes]]) -> str:
    # A letter of several bytes may be cut between two words of the same set, so neighbours are joined before decoding.
    text, pending, charset = "", b"", ""
    for name, raw in run:
        if name.lower() != charset.lower() and pending:
            text, pending = text + decode(pending, charset), b""
        charset, pending = name, pending + raw
    return text + decode(pending, charset) if pending else text


def _bytes_of(how: str, body: str) -> bytes:
    raw = body.encode("utf-8", "surrogateescape")
    if how in "qQ":
        return quopri.decodestring(raw.replace(b"_", b" "), header=False)
    return unbase64(raw)


def unbase64(raw: bytes) -> bytes:
    """Return what base64 stands for, forgiving stray letters, lost padding and a cut end."""
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    try:
        return base64.b64decode(clean + b"=" * (-len(clean) % 4))
    except (binascii.Error, ValueError):
        return raw


def addresses(values: Iterable[str]) -> tuple[Address, ...]:
    """Return everybody named in these raw header values, groups opened, whatever cannot be reached left out."""
    found = [
        address for value in values for piece in _mailboxes(_unfolded(value)) if (address := _address(piece))
    ]
    return tuple(dict.fromkeys(found))


def _unfolded(value: str) -> str:
    return FOLD.sub(" ", value[:LONGEST])


def _mailboxes(value: str) -> list[str]:
    """Split at commas and semicolons that stand outside quotes, brackets and comments."""
    pieces, piece, quoted, angle, depth, escaped = [], "", False, False, 0, False
    for letter in value:
        if escaped or letter == "\\":
            escaped = not escaped
        elif letter == '"':
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")" and depth > 0)
            angle = letter == "<" or (angle and letter != ">")
            if letter in ",;" and not depth and not (angle and "@" not in piece.rpartition("<")[2]):
                pieces.append(piece)
                piece, angle = "", False
                continue
            if letter == ":" and not angle and not depth and "@" not in piece:
                piece = ""
                continue
        piece += letter
    return [found for found in [*pieces, piece] if found.strip()]


def _address(piece: str) -> Address | None:
    before, bracket, rest = piece.rpartition("<")
    inside = rest.split(">")[0].strip() if bracket else ""
    found = MAILBOX.search(_from_bytes(inside)) or MAILBOX.search(_from_bytes(COMMENT.sub(" ", piece)))
    if found is None:
        return None
    email = found[0].strip(".'").lower()
    name = before if bracket else _comment(piece) or ""
    return Address(_name(name, email), email)


def _comment(piece: str) -> str:
    found = COMMENT.search(piece)
    return found[0][1:-1] if found else ""


def _name(raw: str, email: str) -> str:
    text = words(raw).strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    text = re.sub(r"\\(.)", r"\1", text).replace('"', "").strip()
    return "" if text.lower() == email else " ".join(text.split())


def ids(values: Iterable[str]) -> tuple[str, ...]:
    """Return the message ids of these raw values without brackets, in their order, empty ones left out."""
    found: list[str] = []
    for value in values:
        line = _unfolded(value)
        found += MESSAGE_ID.findall(line) or [word for word in line.split() if "@" in word]
    return tuple(dict.fromkeys(word.replace(" ", "") for word in found if word.strip()))


def moment(value: str) -> datetime | None:
    """Return when a mail says it was sent, in UTC; None when it says nothing that is a moment."""
    text = COMMENT.sub("", _unfolded(value)).strip()
    try:
        said = parsedate_to_datetime(text)
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def parameters(raw: str, hint: str = "") -> tuple[str, dict[str, str]]:
    """Return a structured header's value in lower case and its parameters, continued and encoded ones put together."""
    pieces = _parameters(_unfolded(raw))
    value = pieces[0].strip().lower() if pieces else ""
    plain: dict[str, str] = {}
    parts: dict[str, dict[int, tuple[bool, str]]] = {}
    for piece in pieces[1:]:
        name, _equals, said = piece.partition("=")
        name, said = name.strip().lower(), _unquoted(said.strip())
        found = re.fullmatch(r"([^*]+)\*(?:(\d+)(\*)?)?", name)
        if found is None:
            plain.setdefault(name, words(said, hint))
        else:
            number = int(found[2] or 0)
            parts.setdefault(found[1], {})[number] = (found[2] is None or bool(found[3]), said)
    return value, {**plain, **{name: _put_together(found) for name, found in parts.items()}}


def _put_together(parts: dict[int, tuple[bool, str]]) -> str:
    charset, raw = "", b""
    for position, number in enumerate(sorted(parts)):
        is_encoded, said = parts[number]
        if is_encoded and position == 0 and said.count("'") >= 2:
            charset, _language, said = said.split("'", 2)
        plain = said.encode("utf-8", "surrogateescape")
        raw += unquote_to_bytes(plain) if is_encoded else plain
    return words(decode(raw, charset))


def _parameters(value: str) -> list[str]:
    pieces, piece, quoted, escaped = [], "", False, False
    for letter in value:
        if escaped:
            escaped = False
        elif letter == "\\" and quoted:
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif letter == ";" and not quoted:
            pieces.append(piece)
            piece = ""
            continue
        piece += letter
    return [*pieces, piece]


def _unquoted(value: str) -> str:
    if value.startswith('"'):
        value = value[1:].rpartition('"')[0] if value.endswith('"') and len(value) > 1 else value[1:]
        # Windows paths come unescaped, so a backslash only guards quotes and itself.
        return re.sub(r"\\([\"\\])", r"\1", value)
    return value
