"""Bytes to a letter: the parts of a mail, its bodies, attachments and delivery reports, whatever is broken about them."""

from __future__ import annotations

import binascii
import email
import html
import mimetypes
import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.policy import compat32

from regulars.messaging.engine import headers, tnef
from regulars.messaging.engine.charsets import decode
from regulars.messaging.engine.html_text import text_of
from regulars.messaging.engine.letters import Attachment, Letter, Report

DEEPEST, MOST_PARTS = 20, 1000
UUENCODED = re.compile(r"^begin [0-7]{3,4} ([^\r\n]+)\r?\n(.*?)^end\s*?$", re.MULTILINE | re.DOTALL)
META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
NESTED = ("message/rfc822", "message/global", "message/external-body")
STATUS = ("message/delivery-status", "message/global-delivery-status")
RETURNED = ("text/rfc822-headers", "message/global-headers")


@dataclass
class Segment:
    """One stretch of the body, as plain text, as HTML, or as both."""

    text: str | None = None
    html: str | None = None


@dataclass
class Found:
    """What has been found so far."""

    attachments: list[Attachment] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    returned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)
    parts: int = 0
    hint: str = ""


def read_letter(raw: bytes) -> Letter:
    """Return what a mail says. It never raises: what cannot be read is named in `defects`, and the bytes are the caller's to keep."""
    message = email.message_from_bytes(raw.lstrip(b"\r\n\x00 "), policy=compat32)
    raw_lines = _raw_headers(message)
    content_type, options = headers.parameters(_raw(message, "content-type") or "text/plain")
    found = Found(hint=_hint(message))
    segments = _segments(message, found, 0)
    if not found.attachments and not any((one.text or one.html or "").strip() for one in segments):
        segments += _outside_the_parts(message, found)
    known = {
        name: tuple(headers.words(value, found.hint) for value in values)
        for name, values in raw_lines.items()
    }
    senders = headers.addresses(raw_lines.get("from", ())) or headers.addresses(raw_lines.get("sender", ()))
    markup = _html(segments)
    return Letter(
        subject=next(iter(known.get("subject", ())), ""),
        sender=next(iter(senders), None),
        reply_to=headers.addresses(raw_lines.get("reply-to", ())),
        to=headers.addresses(raw_lines.get("to", ())),
        cc=headers.addresses(raw_lines.get("cc", ())),
        sent_at=headers.moment(next(iter(raw_lines.get("date", ())), "")),
        message_id=next(iter(headers.ids(raw_lines.get("message-id", ()))), ""),
        in_reply_to=headers.ids(raw_lines.get("in-reply-to", ())),
        references=headers.ids(raw_lines.get("references", ())),
        text=_text(segments),
        html=markup,
        has_own_text=any((one.text or "").strip() for one in segments),
        attachments=tuple(_shown(found.attachments, markup)),
        reports=tuple(found.reports),
        returned_headers=found.returned,
        headers=known,
        content_type=content_type,
        report_type=options.get("report-type", "").lower(),
        defects=tuple(dict.fromkeys(found.defects)),
    )


def _raw(part: Message, name: str) -> str:
    # The usual access turns undeclared 8-bit bytes into question marks; these still are the bytes.
    return next((str(value) for key, value in part.raw_items() if key.lower() == name), "")


def _hint(message: Message) -> str:
    """Return the character set that the mail's first text names, in which its undeclared headers are probably written."""
    for part in message.walk():
        _kind, options = headers.parameters(_raw(part, "content-type"))
        if options.get("charset"):
            return options["charset"]
    return ""


def _outside_the_parts(message: Message, found: Found) -> list[Segment]:
    """Return what stands around the parts when nothing stands in them: nothing may be lost to a broken boundary."""
    around = [
        text for part in message.walk() for text in (part.preamble, part.epilogue) if text and text.strip()
    ]
    if not around:
        return []
    found.defects.append("no readable part")
    raw = "\n".join(around).encode("utf-8", "surrogateescape")
    return [Segment(text=_clean(decode(raw, found.hint)))]


def _raw_headers(message: Message) -> dict[str, tuple[str, ...]]:
    lines: dict[str, tuple[str, ...]] = {}
    for name, value in message.raw_items():
        lines[name.lower()] = (*lines.get(name.lower(), ()), str(value))
    return lines


def _headers(message: Message) -> dict[str, tuple[str, ...]]:
    return {name: tuple(map(headers.words, values)) for name, values in _raw_headers(message).items()}


def _segments(part: Message, found: Found, depth: int) -> list[Segment]:
    """Return the body's stretches below a part, putting everything else aside."""
    found.parts += 1
    if depth > DEEPEST or found.parts > MOST_PARTS:
        found.defects.append("too many nested parts")
        return []
    kind, options = headers.parameters(_raw(part, "content-type") or "text/plain", found.hint)
    if kind in STATUS:
        found.reports += _reports(part)
        return []
    if kind in NESTED:
        return _nested(part, kind, found, depth)
    if part.is_multipart():
        below = [
            _segments(child, found, depth + 1) for child in part.get_payload() if isinstance(child, Message)
        ]
        return _merged(below) if kind == "multipart/alternative" else [one for many in below for one in many]
    if kind.startswith("multipart/"):
        found.defects.append("a part without parts")
        kind = "text/plain"
    return _leaf(part, kind if "/" in kind else "text/plain", options, found)


def _merged(below: list[list[Segment]]) -> list[Segment]:
    """Return one stretch said in several ways: the first plain one, the last HTML one."""
    texts = [_text(segments) for segments in below if any(one.text is not None for one in segments)]
    markups = [markup for segments in below if (markup := _html(segments))]
    return [Segment(next((text for text in texts if text.strip()), None), markups[-1] if markups else None)]


def _nested(part: Message, kind: str, found: Found, depth: int) -> list[Segment]:
    children = part.get_payload()
    child = children[0] if isinstance(children, list) and children else None
    if not isinstance(child, Message):
        return _leaf(part, "text/plain", {}, found)
    if not found.returned:
        found.returned = _headers(child)
    subject = headers.words(_raw(child, "subject"), found.hint).strip() or "message"
    found.attachments.append(Attachment(_safe_name(f"{subject[:80]}.eml"), kind, _whole(child), _cid(part)))
    # The reports of a bounce that somebody forwarded are still worth knowing.
    if depth <= DEEPEST:
        for below in child.walk():
            if below.get_content_type() in STATUS:
                found.reports += _reports(below)
    return []


def _whole(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except (UnicodeError, LookupError, ValueError, TypeError, AttributeError):
        return str(message.get_payload()).encode("utf-8", "replace")


def _leaf(part: Message, kind: str, options: dict[str, str], found: Found) -> list[Segment]:
    content = _content(part, found)
    disposition, more = headers.parameters(_raw(part, "content-disposition"), found.hint)
    name = more.get("filename") or options.get("name") or ""
    if kind in RETURNED and not found.returned:
        found.returned = _headers(email.message_from_bytes(content, policy=compat32))
    is_body = (
        kind in ("text/plain", "text/html") and disposition != "attachment" and not (name and disposition)
    )
    if not is_body:
        _put_aside(part, kind, content, name, disposition, found)
        return []
    declared = options.get("charset", "")
    if kind == "text/html":
        meta = META_CHARSET.search(content[:4000])
        return [Segment(html=_clean(decode(content, declared or (meta[1].decode("ascii") if meta else ""))))]
    text, files = _without_uuencoded(_clean(decode(content, declared)))
    found.attachments += files
    return [Segment(text=_unflowed(text, options))]


def _content(part: Message, found: Found) -> bytes:
    # The public access decodes 8-bit bytes by the declared set and loses what does not fit.
    payload = part.__dict__.get("_payload")
    raw = payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""
    how = headers.COMMENT.sub("", _raw(part, "content-transfer-encoding")).strip().lower().strip("\"';")
    if how == "base64":
        return headers.unbase64(raw)
    if how in ("quoted-printable", "quoted_printable"):
        return quopri.decodestring(raw)
    if how in ("x-uuencode", "uuencode", "uue", "x-uue"):
        inside = UUENCODED.search(raw.decode("latin-1"))
        return _unuuencode(inside[2]) if inside else raw
    if how.rstrip("s").replace("-", "") not in ("", "7bit", "8bit", "binary", "none"):
        found.defects.append(f"unknown transfer encoding {how[:40]}")
    return raw


def _put_aside(part: Message, kind: str, content: bytes, name: str, disposition: str, found: Found) -> None:
    if kind in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() == "winmail.dat":
        inside = tnef.open_tnef(content)
        if inside is not None:
            found.attachments += inside
            return
        found.defects.append("an unreadable winmail.dat")
    number = len(found.attachments) + 1
    ending = mimetypes.guess_extension(kind) or ".bin"
    found.attachments.append(
        Attachment(
            _safe_name(name) or f"attachment-{number}{ending}",
            kind,
            content,
            _cid(part),
            disposition == "inline",
        )
    )


def _cid(part: Message) -> str:
    return (_raw(part, "content-id") or _raw(part, "content-location")).strip().strip("<>").strip()


def _safe_name(name: str) -> str:
    """Return a file name without folders, control letters and what Windows refuses."""
    last = re.split(r"[/\\]", name.strip())[-1]
    return re.sub(r'[\x00-\x1f\x7f<>:"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]', "_", last).strip(". ")[
        -200:
    ]


def _without_uuencoded(text: str) -> tuple[str, list[Attachment]]:
    if "\nbegin " not in f"\n{text}":
        return text, []
    # Looking for an end that is not there, from every beginning, would take the square of the length.
    last = text.rfind("\nend")
    if last < 0:
        return text, []
    cut = text.find("\n", last + 1)
    text, rest = (text, "") if cut < 0 else (text[:cut], text[cut:])
    files = []
    for name, body in UUENCODED.findall(text):
        content = _unuuencode(body)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        files.append(Attachment(_safe_name(name), kind, content))
    return UUENCODED.sub("", text) + rest, files


def _unuuencode(body: str) -> bytes:
    content = b""
    for line in body.splitlines():
        raw = line.encode("latin-1", "replace")
        try:
            content += binascii.a2b_uu(raw)
        except binascii.Error:
            # Some encoders pad the last line; its first letter says how much of it counts.
            length = (((raw[0] - 32) & 63) * 4 + 5) // 3 if raw else 0
            try:
                content += binascii.a2b_uu(raw[:length])
            except binascii.Error:
                continue
    return content


def _unflowed(text: str, options: dict[str, str]) -> str:
    """Put the lines of format=flowed (RFC 3676) together again."""
    if options.get("format", "").lower() != "flowed":
        return text
    gap = "" if options.get("delsp", "").lower() == "yes" else " "
    lines: list[str] = []
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        before = lines[-1] if lines else ""
        flows = before.endswith(" ") and before.rstrip("> ") != "" and before != "-- "
        if flows and depth == len(before) - len(before.lstrip(">")):
            lines[-1] = before[:-1] + gap + line[depth:].removeprefix(" ")
        else:
            lines.append(line)
    return "\n".join(lines)


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _text(segments: Iterable[Segment]) -> str:
    pieces = [one.text if one.text is not None else text_of(one.html or "") for one in segments]
    return "\n".join(piece.rstrip() for piece in pieces if piece.strip())


def _html(segments: list[Segment]) -> str:
    if not any(one.html for one in segments):
        return ""
    return "\n".join(
        one.html if one.html is not None else f"<pre>{html.escape(one.text or '')}</pre>"
        for one in segments
        if (one.html or one.text or "").strip()
    )


def _shown(attachments: list[Attachment], markup: str) -> Iterator[Attachment]:
    """Yield each attachment, saying whether the HTML body shows it."""
    for one in attachments:
        is_shown = bool(one.cid) and (f"cid:{one.cid}" in markup or f"cid:&lt;{one.cid}" in markup)
        yield Attachment(one.name, one.content_type, one.content, one.cid, is_shown)


def _reports(part: Message) -> list[Report]:
    blocks = part.get_payload()
    if isinstance(blocks, str):
        blocks = [email.message_from_string(block, policy=compat32) for block in re.split(r"\n\s*\n", blocks)]
    found = []
    for block in blocks:
        if isinstance(block, Message) and (recipient := _recipient(block)):
            status = re.search(r"[245]\.\d{1,3}\.\d{1,3}", str(block.get("status", "")))
            found.append(
                Report(
                    recipient,
                    str(block.get("action", "")).split("(")[0].strip().lower(),
                    status[0] if status else "",
                    headers.words(str(block.get("diagnostic-code", "")).partition(";")[2])[:1000],
                )
            )
    return found


def _recipient(block: Message) -> str:
    said = str(block.get("final-recipient", "") or block.get("original-recipient", ""))
    found = headers.addresses([said.rpartition(";")[2]])
    return found[0].email if found else ""
