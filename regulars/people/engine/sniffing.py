"""What a file is, told from its first bytes."""

from __future__ import annotations

import mimetypes

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"\x1f\x8b", "application/gzip"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
)
_IN_ZIP = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_IN_OLE = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
_PLAIN = {
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".vcf": "text/vcard",
    ".ics": "text/calendar",
    ".json": "application/json",
}
# May be shown in the browser; everything else is only ever offered for saving.
SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"})


def content_type(content: bytes, name: str) -> str:
    """Return the type of a file; the name only chooses among what the bytes allow, so HTML never passes for an image.

    >>> content_type(b"%PDF-1.7", "photo.png"), content_type(b"<script>", "a.html"), content_type(b"a,b", "a.csv")
    ('application/pdf', 'text/plain', 'text/csv')
    """
    ending = "." + name.rpartition(".")[2].lower()
    found = next((kind for magic, kind in _MAGIC if content.startswith(magic)), "") or _by_place(content)
    if found == "application/zip":
        return _IN_ZIP.get(ending, found)
    if found == "application/x-ole-storage":
        return _IN_OLE.get(ending, "application/octet-stream")
    if found:
        return found
    if _is_text(content):
        return _PLAIN.get(ending, "text/plain")
    guessed = mimetypes.guess_type(name)[0] or ""
    return guessed if guessed.startswith(("audio/", "video/")) else "application/octet-stream"


def _by_place(content: bytes) -> str:
    if content[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(content[8:12], "")
    if content[4:8] == b"ftyp":
        return "image/heic" if content[8:12] in (b"heic", b"heix", b"mif1") else "video/mp4"
    return ""


def _is_text(content: bytes) -> bool:
    head = content[:4096]
    if b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as problem:
        return problem.start >= len(head) - 4
    return True
