"""Mails that a service posts in pieces, put together again: the same post makes the same bytes, and nothing of it is left out."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, encodebytes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, quote

MOST_FIELDS = 5_000
HEADER_NAME = re.compile(r"[!-9;-~]{1,200}")
FOLD = re.compile(r"[\r\n\x00]+[ \t]*")
CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9.+_-]*/[a-z0-9][a-z0-9.+_-]*", re.IGNORECASE)
# They tell how the mail was put together before; it is put together anew.
OF_THE_WHOLE = (
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-length",
    "mime-version",
)


@dataclass(frozen=True)
class Field:
    """One field of a posted form; `file_name` is None for what is no file."""

    name: str
    content: bytes
    file_name: str | None = None
    content_type: str = ""

    @property
    def text(self) -> str:
        """Its content as text."""
        return self.content.decode("utf-8", "replace")


@dataclass(frozen=True)
class Piece:
    """A file of a mail."""

    content: bytes
    content_type: str = "application/octet-stream"
    name: str = ""
    content_id: str = ""


@dataclass(frozen=True)
class Pieces:
    """A mail in pieces: its headers in their order, text, HTML, files."""

    headers: Sequence[tuple[str, str]]
    text: str = ""
    html: str = ""
    files: Sequence[Piece] = ()


def form_fields(content_type: str, body: bytes) -> list[Field]:
    """Return every field of a posted form in its order, files without a name too, which web frameworks leave out."""
    kind = _typed(content_type)
    boundary = str(kind.get_param("boundary") or "")
    if kind.get_content_type() != "multipart/form-data" or not boundary:
        pairs = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        return [Field(name, value.encode("utf-8", "replace")) for name, value in pairs]
    # The line break before a boundary belongs to it; the first has none.
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1", "replace"))[1:]
    return [found for part in parts[:MOST_FIELDS] if (found := _field(part)) is not None]


def mailgun_pieces(fields: Iterable[Field]) -> Pieces:
    """Return a mail as Mailgun posts it "fully parsed" (Receive, HTTP: parsed messages parameters)."""
    known = list(fields)
    said = {one.name: one.text for one in reversed(known) if one.file_name is None}
    ids = _ids_by_field(said.get("content-id-map", ""))
    files = [
        Piece(one.content, one.content_type, one.file_name or "", ids.get(one.name, ""))
        for one in known
        if one.file_name is not None
    ]
    return Pieces(_mailgun_headers(said), said.get("body-plain", ""), said.get("body-html", ""), files)


def mailjet_pieces(said: Mapping[str, Any]) -> Pieces:
    """Return a mail as Mailjet's Parse API posts it; raises ValueError for what is none."""
    headers = _flat(said.get("Headers"))
    if not headers:
        headers = [(name, str(said[name])) for name in ("From", "Subject", "Date") if said.get(name)]
    if not headers:
        raise ValueError("There are no headers.")
    parts = [one for one in said.get("Parts") or () if isinstance(one, dict)]
    files = [_mailjet_file(one, said) for one in parts if "Attachment" in str(one.get("ContentRef", ""))]
    named = {str(one.get("ContentRef")) for one in parts}
    # What lies there without being announced is no less of the mail.
    files += [
        Piece(_decoded(value))
        for name, value in said.items()
        if re.fullmatch(r"(?:Inline)?Attachment\d+", name) and name not in named
    ]
    return Pieces(headers, str(said.get("Text-part") or ""), str(said.get("Html-part") or ""), files)


def rebuilt(pieces: Pieces) -> bytes:
    """Return the mail as bytes; made of the same pieces it is the same, so that a post told twice is one mail."""
    seed = hashlib.sha256(repr(pieces).encode("utf-8", "replace")).hexdigest()[:32]
    marks = (f"=_{seed}_{number}" for number in range(10))
    head = [_line(name, value) for name, value in pieces.headers if _is_kept(name)]
    whole = _body(pieces, marks)
    return b"".join(head) + b"MIME-Version: 1.0\r\n" + whole


def _body(pieces: Pieces, marks: Iterator[str]) -> bytes:
    inline = [one for one in pieces.files if one.content_id and pieces.html]
    others = [one for one in pieces.files if one not in inline]
    parts = [_text("plain", pieces.text)] if pieces.text or not pieces.html else []
    if pieces.html:
        html = _text("html", pieces.html)
        parts.append(_many("related", [html, *map(_file, inline)], next(marks)) if inline else html)
    words = parts[0] if len(parts) == 1 else _many("alternative", parts, next(marks))
    report = _report_of(pieces.headers)
    if not others and not report:
        return words
    return _many(report or "mixed", [words, *map(_file, others)], next(marks))


def _many(kind: str, parts: Sequence[bytes], mark: str) -> bytes:
    between = f"--{mark}".encode()
    inner = b"".join(between + b"\r\n" + one + b"\r\n" for one in parts)
    return f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n'.encode() + inner + between + b"--\r\n"


def _text(kind: str, words: str) -> bytes:
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + _base64(words.encode("utf-8", "replace"))


def _file(one: Piece) -> bytes:
    kind = one.content_type.partition(";")[0].strip().lower()
    kind = (
        kind
        if CONTENT_TYPE.fullmatch(kind) and not kind.startswith("multipart/")
        else "application/octet-stream"
    )
    place = "inline" if one.content_id else "attachment"
    name = f"; filename*=UTF-8''{quote(one.name, safe='')}" if one.name else ""
    mark = f"Content-ID: <{FOLD.sub('', one.content_id).strip('<> ')}>\r\n" if one.content_id else ""
    head = f"Content-Type: {kind}\r\nContent-Disposition: {place}{name}\r\n{mark}"
    if kind.startswith("message/"):
        # A mail within a mail is not encoded (RFC 2046, 5.2.1), nor is a report.
        return head.encode("utf-8", "replace") + b"\r\n" + one.content
    return (
        head.encode("utf-8", "replace") + b"Content-Transfer-Encoding: base64\r\n\r\n" + _base64(one.content)
    )


def _base64(content: bytes) -> bytes:
    return encodebytes(content).replace(b"\n", b"\r\n").rstrip()


def _line(name: str, value: str) -> bytes:
    return f"{name}: {FOLD.sub(' ', value).strip()}\r\n".encode("utf-8", "replace")


def _is_kept(name: str) -> bool:
    return bool(HEADER_NAME.fullmatch(name)) and name.lower() not in OF_THE_WHOLE


def _report_of(headers: Sequence[tuple[str, str]]) -> str:
    """Return the kind of a report: bounces and complaints are known by it."""
    for name, value in headers:
        kind = _typed(value) if name.lower() == "content-type" else None
        if kind is not None and kind.get_content_type() == "multipart/report":
            said = re.sub(r"[^a-z0-9-]", "", str(kind.get_param("report-type") or "").lower())
            return f"report; report-type={said}" if said else "report"
    return ""


def _typed(content_type: str) -> Message:
    found = Message()
    found["Content-Type"] = FOLD.sub(" ", content_type)
    return found


def _field(part: bytes) -> Field | None:
    head, _break, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if part.startswith(b"--") or not head:
        return None
    said = {
        name.strip().lower(): value.strip()
        for name, _colon, value in (
            line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n")
        )
    }
    place = Message()
    place["Content-Disposition"] = said.get("content-disposition", "")
    name, file_name = (place.get_param(one, None, "content-disposition") for one in ("name", "filename"))
    if name is None:
        return None
    kind = said.get("content-type", "")
    # A file whose name is empty still has a type, which no plain field has.
    is_file = file_name is not None or (bool(kind) and not kind.lower().startswith("text/plain"))
    return Field(_plain(name), content, _plain(file_name or "") if is_file else None, kind)


def _plain(value: Any) -> str:
    """Return a parameter of a header; one in the longer form (RFC 2231) comes in three."""
    if isinstance(value, tuple):
        charset, _language, said = value
        return str(said).encode("latin-1", "replace").decode(charset or "utf-8", "replace")
    return str(value)


def _mailgun_headers(said: Mapping[str, str]) -> list[tuple[str, str]]:
    try:
        told = json.loads(said.get("message-headers") or "[]")
    except ValueError:
        told = []
    pairs = [(str(one[0]), str(one[1])) for one in told if isinstance(one, list) and len(one) == 2]
    if pairs:
        return pairs
    names = ("From", "To", "Cc", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "Reply-To")
    lower = {name.lower(): value for name, value in said.items()}
    found = [(name, lower[name.lower()]) for name in names if lower.get(name.lower())]
    if not found:
        raise ValueError("There are no headers.")
    return found


def _ids_by_field(said: str) -> dict[str, str]:
    try:
        told = json.loads(said or "{}")
    except ValueError:
        return {}
    return {str(place): str(name) for name, place in told.items()} if isinstance(told, dict) else {}


def _mailjet_file(part: Mapping[str, Any], said: Mapping[str, Any]) -> Piece:
    headers = {name.lower(): value for name, value in _flat(part.get("Headers"))}
    place = _typed(headers.get("content-type", ""))
    place["Content-Disposition"] = FOLD.sub(" ", headers.get("content-disposition", ""))
    content = _decoded(said.get(str(part["ContentRef"]), ""))
    return Piece(
        content, place.get_content_type(), place.get_filename("") or "", headers.get("content-id", "")
    )


def _decoded(value: Any) -> bytes:
    try:
        return b64decode("".join(str(value).split()), validate=True)
    except ValueError:
        # Not as documented: better as it stands than not at all.
        return str(value).encode("utf-8", "replace")


def _flat(headers: Any) -> list[tuple[str, str]]:
    """Return headers in pairs: Mailjet gathers those that stand there several times."""
    if not isinstance(headers, dict):
        return []
    return [
        (str(name), str(one))
        for name, value in headers.items()
        for one in (value if isinstance(value, list) else [value])
    ]
