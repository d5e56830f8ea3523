"""The typefaces and colours of paper, and which face writes which letters.

Figtree writes Latin, as on the pages. What it lacks (Greek, Cyrillic, Vietnamese, signs) DejaVu Sans writes; both are embedded as far as
used. Chinese, Japanese and Korean are left to a face of the reader's own system: to bring one along would take megabytes. What no face has is said in words, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from unicodedata import category, normalize
from unicodedata import name as name_of

FOLDER = Path(__file__).parents[2] / "data"
TEXT, STRONG, WIDE, WIDE_STRONG = "Figtree", "Figtree-Strong", "DejaVu", "DejaVu-Strong"
FILES = {
    TEXT: "figtree-400.ttf", STRONG: "figtree-650.ttf", WIDE: "dejavu-400.ttf", WIDE_STRONG: "dejavu-700.ttf",
}  # fmt: skip
CHINESE, JAPANESE, KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF))
KANA = ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F))
HAN = (
    (0x3000, 0x303F),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFF65),
    *KANA,
    *HANGUL,
)
FLAGS = (0x1F1E6, 0x1F1FF)
# Colours as reportlab reads them; those of the light theme.
INK, QUIET, LINE, GREEN, PALE, MARIGOLD = "#1f1d1a", "#6d675f", "#e4dfd6", "#0b5c44", "#bcd6cb", "#f0a320"
# A word with the space after it.
WORDS = re.compile(r"\S+\s*|\s+")
OTHERWISE = str.maketrans({"\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}", "\t": " ", "\r": " "})
# They say how the sign before them looks, or which way to read; alone they show nothing.
SHOWS_NOTHING = ("Cf", "Mn", "Me", "Sk")


@dataclass(frozen=True)
class Run:
    """Letters that follow one another in one face."""

    text: str
    face: str


@lru_cache(maxsize=4096)
def runs(text: str, *, strong: bool = False) -> tuple[Run, ...]:
    """Return a text as it can be written, cut where the face changes; a word that one face can write is never cut."""
    found: list[Run] = []
    faces = [*((STRONG, WIDE_STRONG) if strong else (TEXT, WIDE)), _east(text)]
    for word in WORDS.findall(readable(text)):
        whole = next((face for face in faces if _has_all(face, word)), None)
        for part, face in [(word, whole)] if whole else [(one, _face(one, faces)) for one in word]:
            if found and (found[-1].face == face or part.isspace()):
                found[-1] = Run(found[-1].text + part, found[-1].face)
            else:
                found.append(Run(part, face))
    return tuple(Run(one.text, _known(one.face)) for one in found)


def width_of(text: str, size: float, *, strong: bool = False) -> float:
    """Return how wide a text is in points."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(sum(stringWidth(one.text, one.face, size) for one in runs(text, strong=strong)))


def readable(text: str) -> str:
    """Return a text with what no face has said in words: a bare letter, [Arabic], [party popper] or [U+E000]."""
    kept = normalize("NFC", text).translate(OTHERWISE)
    return "".join(
        "".join(group) if is_known else _in_words("".join(group))
        for is_known, group in groupby(kept, lambda one: one == "\n" or _is_written(one))
    )


@cache
def letters(face: str) -> frozenset[int]:
    """Make a face known, once, and return the letters it has."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(face, str(FOLDER / FILES[face]))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


@cache
def _eastern(face: str) -> str:
    """Make a face of the reader's own known, once, and return its name."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(face))
    return face


def _known(face: str) -> str:
    return face if face in FILES else _eastern(face)


def _face(one: str, faces: list[str]) -> str:
    return next((face for face in faces if _has_all(face, one)), faces[-1])


def _has_all(face: str, word: str) -> bool:
    if face in FILES:
        return all(ord(one) in letters(face) or one == "\n" for one in word.rstrip())
    return all(_is_in(one, HAN) or one.isascii() for one in word.rstrip())


def _is_written(one: str) -> bool:
    return ord(one) in letters(TEXT) or ord(one) in letters(WIDE) or _is_in(one, HAN)


def _east(text: str) -> str:
    """Return which face writes the signs of the East in this text."""
    if any(_is_in(one, HANGUL) for one in text):
        return KOREAN
    return JAPANESE if any(_is_in(one, KANA) for one in text) else CHINESE


def _is_in(one: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(one) <= last for first, last in ranges)


def _in_words(letters: str) -> str:
    """Say letters that no face has; what is said of several that follow one another is said once."""
    return "".join(said if said.startswith("[") else "".join(same) for said, same in groupby(_told(letters)))


def _told(letters: str) -> Iterator[str]:
    for one in letters:
        plain = normalize("NFKC", one)
        if plain != one and all(_is_written(part) for part in plain):
            yield plain
        elif _is_in(one, (FLAGS,)):
            yield chr(ord("A") + ord(one) - FLAGS[0])
        elif category(one)[0] == "L":
            yield f"[{name_of(one, 'Unknown').split()[0].title()}]"
        elif category(one) not in SHOWS_NOTHING:
            yield f"[{name_of(one, '').lower() or f'U+{ord(one):04X}'}]"
