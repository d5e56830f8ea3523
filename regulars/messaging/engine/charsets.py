"""Bytes to text, however the sender lied about their encoding.

In this order: what was declared (through an alias table), what the bytes themselves say, a guess, and at last UTF-8 with
replacement characters. Nothing raises.
"""

from __future__ import annotations

import codecs
import re

# Names that mailers write and Python does not know, and names whose bytes are in truth those of a wider set.
ALIASES = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "x-sjis-jp": "cp932",
    "x-euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_2",
    "cp50220": "iso2022_jp_2",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "uft-8": "utf-8",
    "utf-8mb4": "utf-8",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-ce": "mac_latin2",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "windows-31j": "cp932",
    "cp-850": "cp850",
}
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a sender who names the first set often means, tried before guessing.
SIBLINGS = {
    "iso2022_jp_2": ("cp932", "euc_jp"),
    "cp932": ("euc_jp", "iso2022_jp_2"),
    "euc_jp": ("cp932",),
    "gb18030": ("big5hkscs",),
    "big5hkscs": ("gb18030",),
}
SAYS_NOTHING = (
    "",
    "utf-8",
    "unknown",
    "x-unknown",
    "unknown-8bit",
    "x-user-defined",
    "binary",
    "8bit",
    "default",
)
LEAST_SURE = 0.5
SAMPLE = 20_000


def decode(raw: bytes, declared: str = "") -> str:
    """Return the text of these bytes; `declared` is what the part or encoded word says of itself."""
    for mark, name in MARKS:
        if raw.startswith(mark):
            return raw.decode(name, "replace")
    name = known(declared)
    if name and (text := _strictly(raw, name)) is not None:
        return text
    for sibling in ("utf-8", *SIBLINGS.get(name, ())):
        if (text := _strictly(raw, sibling)) is not None:
            return text
    # A declared set that nearly fits is better than a guess: one broken letter must not change all the others.
    if name and declared.strip().lower() not in SAYS_NOTHING and name != "utf-8":
        loose = raw.decode(name, "replace")
        if loose.count("\ufffd") * 50 < len(loose):
            return loose
    return raw.decode(_guess(raw), "replace")


def known(declared: str) -> str:
    """Return Python's name of a declared character set, empty when it says nothing usable."""
    name = declared.strip().strip("\"'").lower()
    # Some write «charset=iso-8859-1" name=…» or put a comment behind.
    name = re.split(r"[\s;,\"'(]", name, maxsplit=1)[0]
    name = ALIASES.get(name, name)
    if name.startswith("cp-"):
        name = "cp" + name[3:]
    try:
        return codecs.lookup(name).name if name and codecs.lookup(name)._is_text_encoding else ""
    except (LookupError, ValueError):
        return ""


def _strictly(raw: bytes, name: str) -> str | None:
    try:
        return raw.decode(name)
    except (UnicodeError, LookupError):
        return None


def _guess(raw: bytes) -> str:
    # Loading the detector costs more than reading a thousand letters that tell the truth.
    import chardet

    found = chardet.detect(raw[:SAMPLE])
    name = known(str(found.get("encoding") or ""))
    return name if name and float(found.get("confidence") or 0) >= LEAST_SURE else "cp1252"
