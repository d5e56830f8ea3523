"""Outlook's winmail.dat (TNEF, MS-OXTNEF): the files inside it."""

from __future__ import annotations

import mimetypes
import struct

from regulars.messaging.engine.charsets import decode
from regulars.messaging.engine.letters import Attachment

SIGNATURE = 0x223E9F78
RENDERED, TITLE, DATA, PROPERTIES, BODY = 0x9002, 0x8010, 0x800F, 0x9005, 0x800C
LONG_NAME, SHORT_NAME, DATA_BINARY, MIME, CONTENT_ID = 0x3707, 0x3704, 0x3701, 0x370E, 0x3712
STRING8, UNICODE, BINARY, OBJECT = 0x1E, 0x1F, 0x102, 0x0D
FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
MULTIPLE = 0x1000


def open_tnef(raw: bytes) -> list[Attachment] | None:
    """Return the files in a winmail.dat, None when it is none; what comes after a break in it is lost to us, not to the caller."""
    if len(raw) < 6 or struct.unpack_from("<I", raw)[0] != SIGNATURE:
        return None
    files: list[dict[str, bytes | str]] = []
    at = 6
    while at + 9 <= len(raw):
        number, length = struct.unpack_from("<HxxI", raw, at + 1)
        content = raw[at + 9 : at + 9 + length]
        at += 9 + length + 2
        if number == RENDERED:
            files.append({})
        elif files and number == TITLE:
            files[-1].setdefault("name", decode(content.rstrip(b"\x00")))
        elif files and number == DATA:
            files[-1]["content"] = content
        elif files and number == PROPERTIES:
            files[-1].update(_properties(content))
    return [_attachment(found, place) for place, found in enumerate(files, 1) if "content" in found]


def _attachment(found: dict[str, bytes | str], place: int) -> Attachment:
    name = str(found.get("name") or f"attachment-{place}").replace("\x00", "")
    kind = str(found.get("type") or mimetypes.guess_type(name)[0] or "application/octet-stream")
    return Attachment(name, kind, bytes(found["content"]), str(found.get("cid", "")))  # type: ignore[arg-type]


def _properties(raw: bytes) -> dict[str, bytes | str]:
    """Return the few MAPI properties that matter; a property we cannot measure ends the reading."""
    found: dict[str, bytes | str] = {}
    try:
        (count,) = struct.unpack_from("<I", raw)
        at = 4
        for _ in range(min(count, 200)):
            kind, number = struct.unpack_from("<HH", raw, at)
            at += 4
            if number >= 0x8000:
                at = _past_name(raw, at)
            value, at = _value(raw, at, kind)
            _keep(found, number, kind, value)
    except (struct.error, KeyError):
        pass
    return found


def _past_name(raw: bytes, at: int) -> int:
    (how,) = struct.unpack_from("<I", raw, at + 16)
    if how == 0:
        return at + 24
    (length,) = struct.unpack_from("<I", raw, at + 20)
    return at + 24 + int(length) + (-int(length) % 4)


def _value(raw: bytes, at: int, kind: int) -> tuple[bytes, int]:
    plain = kind & ~MULTIPLE
    if plain in FIXED and not kind & MULTIPLE:
        return raw[at : at + FIXED[plain]], at + FIXED[plain] + (-FIXED[plain] % 4)
    (count,) = struct.unpack_from("<I", raw, at)
    at += 4
    if plain in FIXED:
        return b"", at + count * FIXED[plain]
    first = b""
    for place in range(min(count, 1000)):
        (length,) = struct.unpack_from("<I", raw, at)
        if place == 0:
            first = raw[at + 4 : at + 4 + length]
        at += 4 + length + (-length % 4)
    return first, at


def _keep(found: dict[str, bytes | str], number: int, kind: int, value: bytes) -> None:
    text = value.decode("utf-16-le", "replace") if kind & ~MULTIPLE == UNICODE else decode(value)
    text = text.rstrip("\x00")
    if number == LONG_NAME and text:
        found["name"] = text
    elif number == SHORT_NAME and text:
        found.setdefault("name", text)
    elif number == MIME:
        found["type"] = text
    elif number == CONTENT_ID:
        found["cid"] = text.strip("<>")
    elif number == DATA_BINARY and kind == BINARY:
        found.setdefault("content", value)
