"""Searching many messages, newest first: each word is indexed under the stretch of numbers its message is in.

A message of number n stands in the small stretch n >> 14 and in the large one n >> 20, and its words are indexed as `s<small>:word` and
`l<large>:word`. A common word is then found in the newest small stretch without reading its millions of other places; a rare
one in a few large ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from regulars.people.engine.names import words

SMALL, LARGE = 14, 20
MOST_WORDS, LONGEST_WORD, LONGEST = 3_000, 40, 30_000
MOST_ASKED = 8
# How many small stretches are looked through one after the other before the large ones are.
FIRST_STEPS = (1, 2, 4)
_PHRASE = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]")
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
    """Some neighbouring stretches of message numbers of one size: from the first to the last."""

    mark: str
    first: int
    last: int

    @property
    def lowest(self) -> int:
        """The lowest message number in it."""
        return self.first << (SMALL if self.mark == "s" else LARGE)


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


def stretches(newest: int) -> Iterator[Stretch]:
    """Yield the stretches to look through, newest first, each message number in exactly one of them.

    The caller asks only for numbers below the last stretch's lowest.
    """
    small = newest >> SMALL
    for step in FIRST_STEPS:
        first = max(small - step + 1, 0)
        yield Stretch("s", first, small)
        small = first - 1
        if small < 0:
            return
    large, step = ((small + 1 << SMALL) - 1) >> LARGE, 1
    while large >= 0:
        first = max(large - step + 1, 0)
        yield Stretch("l", first, large)
        large, step = first - 1, step * 2


def query_of(wanted: Sought, stretch: Stretch) -> str:
    """Return a tsquery: all words in one of the stretches.

    >>> query_of(Sought(("oats", "milk")), Stretch("s", 4, 5))
    "('s5:oats' & 's5:milk') | ('s4:oats' & 's4:milk')"
    """
    numbers = range(stretch.last, stretch.first - 1, -1)
    return " | ".join(f"({_all(wanted.words, f'{stretch.mark}{number}')})" for number in numbers)


def _all(asked: tuple[str, ...], mark: str) -> str:
    return " & ".join("'" + _LEXEME.sub(r"\g<0>\g<0>", f"{mark}:{word}") + "'" for word in asked)


def shown_around(text: str, asked: tuple[str, ...], length: int = 160) -> list[tuple[str, bool]]:
    """Return a piece of a text around the first word sought, cut into pieces with whether each is one of them."""
    pieces = [(found.group(), found.start()) for found in re.finditer(r"\w+", text)]
    hits = [(word, start) for word, start in pieces if _is_asked(word, asked)]
    begin = max(hits[0][1] - length // 4, 0) if hits else 0
    if begin:
        begin = text.find(" ", begin) + 1 or begin
    end = begin + length
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


def _is_asked(word: str, asked: tuple[str, ...]) -> bool:
    folded = words(word)
    return bool(folded) and folded[0][:LONGEST_WORD] in asked
