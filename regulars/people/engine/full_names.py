"""First and last name out of a full one, whichever way round it is written."""

import re

from regulars.people.engine.names import fold
from regulars.people.engine.tidy import word_set
from regulars.people.engine.tidy.words import tidy_text

_TITLES = word_set(
    "mr mrs ms miss mx dr prof sir dame lady lord rev fr herr frau hr fru monsieur madame mme mlle sr sra srta don dona "
    "sig sigra dott ing dipl-ing mag mgr"
)
_SUFFIXES = word_set("jr sr ii iii iv phd md dds dvm esq mba cpa bsc msc ba ma")
_PARTICLES = word_set(
    "van von der den de del della di da do dos das du la le los las el al bin ibn ben ten ter te zu zum zur af av st mac "
    "y e"
)
_FAMILY_FIRST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TWO_LETTER_FAMILY = ("欧阳", "司马", "诸葛", "上官", "司徒", "남궁", "황보")


def split_full_name(full: str, *, family_first: bool = False) -> tuple[str, str]:
    """Return the first and last name of a full one.

    >>> split_full_name("Dr. Vincent van Gogh"), split_full_name("Lovelace, Ada"), split_full_name("山田太郎")
    (('Vincent', 'van Gogh'), ('Ada', 'Lovelace'), ('太郎', '山田'))
    """
    name = tidy_text(re.sub(r"\([^)]*\)|\"[^\"]*\"|“[^”]*”", " ", full))
    last, comma, first = name.partition(",")
    if comma and fold(first).strip(". ") not in _SUFFIXES:
        return _without_titles(first.split())[1], " ".join(last.split())
    parts = _without_titles((last if comma else name).split())[0]
    if len(parts) == 1:
        return _split_unspaced(parts[0])
    if not parts:
        return "", ""
    if family_first or (len(parts) == 2 and _FAMILY_FIRST.search(name)):
        return " ".join(parts[1:]), parts[0]
    return _split_spaced(parts)


def full_name(first: str, last: str) -> str:
    """Return both names as they are said together; family first where the script does so."""
    if first and last and _FAMILY_FIRST.search(last) and not re.search("[a-zA-Z]", first):
        return f"{last}{first}" if not re.search("[\uac00-\ud7af]", last) else f"{last} {first}"
    return f"{first} {last}".strip()


def _split_spaced(parts: list[str]) -> tuple[str, str]:
    """Return the last word and the particles before it as the last name."""
    start = len(parts) - 1
    while start > 1 and fold(parts[start - 1]).rstrip(".") in _PARTICLES:
        start -= 1
    return " ".join(parts[:start]), " ".join(parts[start:])


def _split_unspaced(word: str) -> tuple[str, str]:
    """Return the names of a word; in scripts without spaces the family's comes first."""
    if not _FAMILY_FIRST.search(word) or len(word) < 2:
        return word, ""
    size = 2 if len(word) > 3 or word.startswith(_TWO_LETTER_FAMILY) else 1
    return word[size:], word[:size]


def _without_titles(parts: list[str]) -> tuple[list[str], str]:
    """Return the words without titles before and letters after them."""
    while len(parts) > 1 and fold(parts[0]).rstrip(".") in _TITLES:
        parts = parts[1:]
    while len(parts) > 2 and fold(parts[-1]).replace(".", "").strip(",") in _SUFFIXES:
        parts = parts[:-1]
    return parts, " ".join(parts)
