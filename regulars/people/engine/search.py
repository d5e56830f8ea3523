"""What is written into a search document, and what of it a query may ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from regulars.people.engine.free_mail import company_domain
from regulars.people.engine.names import words

MAX_WORD, MAX_WORDS = 60, 1_000
TYPO_LETTERS, PREFIX_LETTERS = 4, 3
# Every company's document carries this, so that a search among companies alone never reads people's.
COMPANY_MARK = "=company"
_TRAILING_DIGITS = re.compile(r"\d+$")
_NUMBER_STARTS = frozenset("+0123456789")


def text_words(*texts: str) -> list[str]:
    """Return the different words of some texts, in their order, none longer than the word table holds.

    >>> text_words("Zoë van Dijk", "Zoë")
    ['zoe', 'van', 'dijk']
    """
    found = dict.fromkeys([word[:MAX_WORD] for text in texts for word in words(text)])
    return list(found)[:MAX_WORDS]


def identity_words(value: str) -> list[str]:
    """Return the words in an address or handle; numbers and whole addresses are found by their own index instead.

    >>> identity_words("ada.lovelace99@aalto.example"), identity_words("+358401234567")
    (['ada', 'lovelace', 'aalto'], [])
    """
    local, at, domain = value.rpartition("@")
    if not at:
        if not value or value[0] in _NUMBER_STARTS:
            return []
        local, domain = value, ""
    if not local:
        return []
    stems = [*_stems(local), *(_domain_stems(domain) if domain else ())]
    return list(dict.fromkeys(stems))[:MAX_WORDS]


@lru_cache(maxsize=8_192)
def _domain_stems(domain: str) -> tuple[str, ...]:
    """Return by what an address's domain is found; many people share one."""
    return tuple(_stems(company_domain(f"@{domain}").rsplit(".", 1)[0].removesuffix(".co")))


def _stems(text: str) -> list[str]:
    stems = [_TRAILING_DIGITS.sub("", word) for word in text_words(text)]
    return [stem for stem in stems if len(stem) >= PREFIX_LETTERS]


def vector_text(
    names: Iterable[str],
    identities: Iterable[str] = (),
    companies: Iterable[str] = (),
    notes: Iterable[str] = (),
) -> str:
    """Return a tsvector as text; a word that stands in several places counts where it matters most.

    >>> vector_text(["ada"], ["ada", "aalto"])
    "'ada':1A 'aalto':1B"
    """
    kept: dict[str, str] = {}
    for letter, group in (("A", names), ("B", identities), ("C", companies), ("D", notes)):
        for word in group:
            if word and word not in kept and len(kept) < MAX_WORDS:
                kept[word] = letter
    # Most words are of letters and digits alone: nothing in them is to be escaped.
    return " ".join(
        [
            f"'{word}':1{letter}" if word.isalnum() else f"{quoted(word)}:1{letter}"
            for word, letter in kept.items()
        ]
    )


def quoted(word: str) -> str:
    """Return a word as tsvector and tsquery read it literally."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def is_typeable(word: str) -> bool:
    """Say whether a word belongs in the table that forgives typos: of letters, and long enough."""
    return TYPO_LETTERS <= len(word) <= MAX_WORD and word.isalpha()


@lru_cache(maxsize=65_536)
def deletions(word: str) -> tuple[str, ...]:
    """Return every way to leave one letter out.

    >>> deletions("anna")
    ('ana', 'ann', 'nna')
    """
    return tuple(sorted({word[:place] + word[place + 1 :] for place in range(len(word))}))


def is_one_typo_apart(one: str, other: str) -> bool:
    """Say whether one letter too many, too few, wrong, or swapped with its neighbour explains the difference.

    >>> is_one_typo_apart("virtanen", "virtanne"), is_one_typo_apart("anna", "hannu")
    (True, False)
    """
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    if len(one) > len(other):
        one, other = other, one
    start = next((place for place in range(len(one)) if one[place] != other[place]), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    is_swapped = one[start : start + 2] == other[start : start + 2][::-1]
    return one[start + 1 :] == other[start + 1 :] or (is_swapped and one[start + 2 :] == other[start + 2 :])
