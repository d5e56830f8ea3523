"""What is written into a search document, and what of it a query may ask for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from regulars.people.engine.free_mail import company_domain
from regulars.people.engine.names import words

MAX_WORD, MAX_WORDS = 60, 1_000
TYPO_LETTERS, PREFIX_LETTERS = 4, 3
# Every company's document carries this, so that a search among companies alone never reads people's.
COMPANY_MARK = "=company"
# A number is written a second time back to front behind this, so that its end can be found as a prefix.
BACKWARDS = "<"
_TWO_DIGITS = frozenset(
    [
        "20",
        "27",
        "30",
        "31",
        "32",
        "33",
        "34",
        "36",
        "39",
        "40",
        "41",
        "43",
        "44",
        "45",
        "46",
        "47",
        "48",
        "49",
        "51",
        "52",
        "53",
        "54",
        "55",
        "56",
        "57",
        "58",
        "60",
        "61",
        "62",
        "63",
        "64",
        "65",
        "66",
        "81",
        "82",
        "84",
        "86",
        "90",
        "91",
        "92",
        "93",
        "94",
        "95",
        "98",
    ]
)


def text_words(*texts: str) -> list[str]:
    """Return the different words of some texts, in their order, none longer than the word table holds.

    >>> text_words("Zoë van Dijk", "Zoë")
    ['zoe', 'van', 'dijk']
    """
    found = dict.fromkeys(word[:MAX_WORD] for text in texts for word in words(text))
    return list(found)[:MAX_WORDS]


def identity_words(value: str) -> list[str]:
    """Return by what an address, number or handle is found.

    >>> identity_words("ada.l@aalto.example")
    ['ada.l@aalto.example', 'ada', 'l', 'aalto']
    >>> identity_words("+358401234567")
    ['358401234567', '401234567', '<765432104853']
    """
    if "@" in value[1:]:
        return _mail_words(value)
    digits = "".join(filter(str.isdigit, value.partition(";")[0]))
    if value.startswith("+") and len(digits) >= 6:
        national = digits[code_length(digits) :]
        return [digits, national, BACKWARDS + digits[::-1]]
    return text_words(value)


def _mail_words(address: str) -> list[str]:
    local, _at, _domain = address.rpartition("@")
    said = company_domain(address).rsplit(".", 1)[0].removesuffix(".co")
    return list(dict.fromkeys([address.lower()[:MAX_WORD], *text_words(local, said)]))


def code_length(digits: str) -> int:
    """Return how many digits of an international number are its country's.

    >>> code_length("12015550123"), code_length("447911123456"), code_length("358401234567")
    (1, 2, 3)
    """
    if digits[:1] in ("1", "7"):
        return 1
    return 2 if digits[:2] in _TWO_DIGITS else 3


def vector_text(
    names: Iterable[str],
    identities: Iterable[str] = (),
    companies: Iterable[str] = (),
    notes: Iterable[str] = (),
) -> str:
    """Return a tsvector as text; a word that stands in several places counts where it matters most.

    >>> vector_text(["ada"], ["ada@aalto.example"])
    "'ada':1A 'ada@aalto.example':1B"
    """
    kept: dict[str, str] = {}
    for letter, group in (("A", names), ("B", identities), ("C", companies), ("D", notes)):
        for word in group:
            if word and len(kept) < MAX_WORDS:
                kept.setdefault(word, letter)
    return " ".join(f"{quoted(word)}:1{letter}" for word, letter in kept.items())


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
