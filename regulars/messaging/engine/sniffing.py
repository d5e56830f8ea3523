"""What a file that a stranger sends really is, by its first bytes; its name is only believed where it changes nothing."""

from __future__ import annotations

PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
OTHERS = {b"%PDF-": "application/pdf", b"ID3": "audio/mpeg", b"OggS": "audio/ogg"}
BOXES = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"avif": "image/avif",
    b"qt  ": "video/quicktime",
}
# What is packed as a ZIP file: the ending only chooses its name, and nothing of it is ever opened here.
PACKED = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
# Programs, whatever they are called, even where they could pass for text.
REFUSED_STARTS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"<?php")
REFUSED_WORDS = (b"<script", b"<html", b"<svg", b"<!doctype")
REFUSED_ENDINGS = frozenset(
    [
        "exe",
        "com",
        "scr",
        "pif",
        "bat",
        "cmd",
        "ps1",
        "vbs",
        "js",
        "mjs",
        "jse",
        "wsf",
        "hta",
        "msi",
        "jar",
        "lnk",
        "reg",
        "sh",
        "html",
        "htm",
        "xhtml",
        "svg",
        "svgz",
        "xml",
        "php",
        "apk",
        "dmg",
        "iso",
        "docm",
        "xlsm",
    ]
)
LOOKED_AT = 2048


def kind_of_file(name: str, content: bytes) -> str | None:
    """Return a file's type; None for what is not taken: programs, pages that could run, and what nobody knows.

    >>> kind_of_file("cat.png", b"MZ...") is None
    True
    """
    ending = name.rpartition(".")[2].lower()
    if ending in REFUSED_ENDINGS or content.startswith(REFUSED_STARTS):
        return None
    head = content[:LOOKED_AT]
    known = {**PICTURES, **OTHERS}
    found = next((kind for start, kind in known.items() if content.startswith(start)), None)
    return found or _boxed(head) or _packed(head, ending) or _plain(content, ending)


def is_picture(content_type: str) -> bool:
    """Tell whether a type is one that every browser can draw."""
    return content_type in {*PICTURES.values(), "image/webp"}


def _boxed(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return BOXES.get(head[8:12], "video/mp4")
    return None


def _packed(head: bytes, ending: str) -> str | None:
    return PACKED.get(ending, "application/zip") if head.startswith(b"PK\x03\x04") else None


def _plain(content: bytes, ending: str) -> str | None:
    if b"\0" in content or any(word in content[:LOOKED_AT].lower() for word in REFUSED_WORDS):
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "text/csv" if ending == "csv" else "text/plain"
