"""Searching many messages, newest first: each word is indexed under the stretch of numbers its message is in.

A message of number n stands in the small stretch n >> 14 and in the large one n >> 20, and its words are indexed as `s<small>:word` and
`l<large>:word`. A common word is then found in the newest small stretch without reading its millions of other places; a rare
one in a few large ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from regulars.people.engine.names import words

SMALL, LARGE = 14, 20
MOST_WORDS, LONGEST_WORD, LONGEST = 3_000, 40, 30_000
MOST_ASKED = 8
# How many small stretches are looked through before the large ones are: more for phrases, since messages with their words are far more than
# those where the words stand together, and a large stretch gives all of them at once.
SMALL_ONES, SMALL_ONES_OF_PHRASES = 7, 28
_PHRASE = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]")
_LETTERS = re.compile(r"\w+")
_LEXEME = re.compile(r"[\\']")


@dataclass(frozen=True)
class Sought:
    """What is looked for: every word, and every phrase as folded words in their order."""

    words: tuple[str, ...]
    phrases: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)


@dataclass(frozen=True)
class Stretch:
    """A stretch of message numbers from its lowest up to, not including, `below`, and how their words are marked."""

    mark: str
    lowest: int
    below: int


def searchable(*texts: str) -> str:
    """Return the folded words of a message, in their order, as they are kept beside it.

    >>> searchable("Re: Kávé", "Zwei Tüten, bitte!")
    're kave zwei tuten bitte'
    """
    found: list[str] = []
    for text in texts:
        found += [word[:LONGEST_WORD] for word in words(text[: LONGEST * 4])]
    return " ".join(found[:MOST_WORDS])[:LONGEST]


def sought(text: str) -> Sought:
    """Read what somebody typed; words in quotation marks belong together.

    >>> sought('oats "gift  card"')
    Sought(words=('oats', 'gift', 'card'), phrases=('gift card',))
    """
    phrases = [words(one) for one in _PHRASE.findall(text)]
    loose = words(_PHRASE.sub(" ", text))
    every = [word[:LONGEST_WORD] for word in (*loose, *(word for phrase in phrases for word in phrase))]
    kept = tuple(dict.fromkeys(every))[:MOST_ASKED]
    together = tuple(" ".join(phrase) for phrase in phrases if len(phrase) > 1)
    return Sought(kept, together[:MOST_ASKED])


def stretches(newest: int, small_ones: int = SMALL_ONES) -> list[Stretch]:
    """Return the stretches to look through, newest first: some small ones, then large ones for what lies below those.

    Each number up to the newest is in exactly one of them.

    >>> [one.mark for one in stretches(1)], [one.mark for one in stretches(2 << LARGE)][-2:]
    (['s0'], ['l1', 'l0'])
    """
    last = newest >> SMALL
    first = max(last - small_ones + 1, 0)
    edge = first << SMALL
    small = [_stretch("s", number, SMALL, newest + 1) for number in range(last, first - 1, -1)]
    return small + [_stretch("l", number, LARGE, edge) for number in range((edge - 1) >> LARGE, -1, -1)]


def _stretch(size: str, number: int, bits: int, edge: int) -> Stretch:
    return Stretch(f"{size}{number}", number << bits, min((number + 1) << bits, edge))


def query_of(wanted: Sought, stretch: Stretch) -> str:
    """Return a tsquery: all words in a stretch.

    >>> query_of(Sought(("oats", "milk")), stretches(1)[0])
    "'s0:oats' & 's0:milk'"
    """
    return _all(wanted.words, stretch.mark)


def _all(asked: tuple[str, ...], mark: str) -> str:
    return " & ".join("'" + _LEXEME.sub(r"\g<0>\g<0>", f"{mark}:{word}") + "'" for word in asked)


def shown_around(text: str, asked: tuple[str, ...], length: int = 160) -> list[tuple[str, bool]]:
    """Return a piece of a text around the first word sought, cut into pieces with whether each is one of them."""
    begin, end, hits = 0, length, list[tuple[str, int]]()
    for word, start in _places(text, asked):
        if hits and start >= end:
            break
        if not hits:
            begin = max(start - length // 4, 0)
            begin = (text.find(" ", begin) + 1 or begin) if begin else 0
            end = begin + length
        hits.append((word, start))
    shown: list[tuple[str, bool]] = [("…", False)] if begin else []
    at = begin
    for word, start in hits:
        if begin <= start and start + len(word) <= end:
            shown += [(text[at:start], False), (word, True)]
            at = start + len(word)
    shown.append((text[at:end], False))
    if end < len(text):
        shown.append(("…", False))
    return [(" ".join(piece.split("\n")), is_hit) for piece, is_hit in shown if piece]


def _places(text: str, asked: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Yield the words that are asked for, each with where it begins."""
    plain = _plain(asked) if text.isascii() and "_" not in text else None
    for found in (plain or _LETTERS).finditer(text):
        word = found.group()
        if plain or _is_asked(word, asked):
            yield word, found.start()


@lru_cache(maxsize=256)
def _plain(asked: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds these words in a text of plain letters, where no word has to be folded; None where that is not enough."""
    if not all(word.isascii() and word.isalnum() and len(word) < LONGEST_WORD for word in asked):
        return None
    return re.compile(rf"\b(?:{'|'.join(asked)})\b", re.IGNORECASE | re.ASCII)


def _is_asked(word: str, asked: tuple[str, ...]) -> bool:
    if word.isascii() and word.isalnum():
        return word.lower()[:LONGEST_WORD] in asked
    folded = words(word)
    return bool(folded) and folded[0][:LONGEST_WORD] in asked
