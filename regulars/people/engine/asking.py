"""What somebody typed into the search box, as questions: words for the search documents, the rest for the identities."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regulars.people.engine.search import PREFIX_LETTERS, is_typeable, quoted, text_words

MOST_TOKENS, NUMBER_DIGITS = 6, 4
_NUMBER = re.compile(r"(?<![\w@.])\+?\(?\d(?:[\d\s().\-/]*\d)?(?![\w@])")
_DOMAIN = re.compile(r"@?[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class Token:
    """A word to find: as it stands (`whole`), as a beginning (`begun`), and itself, if a typo in it may be forgiven."""

    whole: str
    begun: str
    word: str = ""

    @property
    def is_mistypeable(self) -> bool:
        return is_typeable(self.word)


@dataclass(frozen=True)
class Reach:
    """An address, number or id, or the beginning of one; of a number also the end."""

    text: str
    digits: str = ""

    def beginnings(self, code: str) -> list[str]:
        """Return how stored values may begin; `code` is the country code of numbers written without one.

        >>> Reach("040 123", "040123").beginnings("358"), Reach("00358 40", "35840").beginnings("358")
        (['040123', '+35840123', '+040123'], ['35840', '+35835840', '+35840'])
        """
        if not self.digits:
            return list(dict.fromkeys([self.text, self.text.lower()]))
        bare = self.digits.lstrip("0")
        return list(dict.fromkeys([self.digits, f"+{code}{bare}", f"+{self.digits}"]))

    @property
    def ending(self) -> str:
        """Return how a stored number may begin when read backwards, "" for what is not a number."""
        return self.digits.lstrip("0")[::-1]


@dataclass(frozen=True)
class Asking:
    """All of it must be found. `hint` is the beginning of a last word too short to look up; it only sifts.

    `also` is the whole text where it is one word with more than letters: perhaps the beginning of an address or id.
    """

    tokens: tuple[Token, ...] = ()
    reaches: tuple[Reach, ...] = ()
    hint: str = ""
    also: str = ""

    @property
    def whole(self) -> str:
        return " & ".join(token.whole for token in self.tokens)

    @property
    def begun(self) -> str:
        return " & ".join(token.begun for token in self.tokens)

    @property
    def names(self) -> str:
        """Return the words as parts of a name, to put names before notes."""
        words = [f"{quoted(token.word)}:A" for token in self.tokens if token.word]
        return " & ".join(words) if len(words) == len(self.tokens) else ""


def read_asking(text: str) -> Asking | None:
    """Return what a text asks for, or None when it asks for nothing.

    >>> asking = read_asking("Ada 040 123-4567")
    >>> asking.whole, asking.reaches
    ("'ada'", (Reach(text='040 123-4567', digits='0401234567'),))
    """
    reaches: list[Reach] = []
    rest = _NUMBER.sub(lambda found: _take_number(found.group(), reaches), text)
    tokens: list[Token] = []
    words: list[str] = []
    for chunk in rest.split():
        if "@" in chunk[1:]:
            reaches.append(Reach(chunk.lower().strip("<>,;")))
        elif _DOMAIN.fullmatch(chunk) and not chunk.replace(".", "").isdigit():
            tokens.append(_domain(chunk))
        else:
            words += text_words(chunk)
    words = list(dict.fromkeys(words))
    hint = _hint(words, text) if len(words) + len(tokens) + len(reaches) > 1 else ""
    is_alone = not hint and len(words) == 1 and not tokens and not reaches
    tokens = [_word(word, is_alone=is_alone) for word in words] + tokens
    alone = text.split()[0] if len(text.split()) == 1 and not reaches else ""
    also = "" if alone.isalpha() else alone
    found = Asking(tuple(tokens[:MOST_TOKENS]), tuple(reaches[:MOST_TOKENS]), hint, also)
    return found if found.tokens or found.reaches else None


def _hint(words: list[str], text: str) -> str:
    """Take the last word away when it was only just begun: it would match far too much to be looked up."""
    is_last = (
        bool(words) and bool(text_words(text.split()[-1])) and text_words(text.split()[-1])[-1] == words[-1]
    )
    return words.pop() if is_last and len(words[-1]) < PREFIX_LETTERS else ""


def _word(word: str, *, is_alone: bool) -> Token:
    whole = quoted(word)
    begun = f"{whole}:*" if is_alone or len(word) >= PREFIX_LETTERS else whole
    return Token(whole, begun, word)


def _take_number(text: str, reaches: list[Reach]) -> str:
    """Take a number of at least four digits out of the text, however it is punctuated."""
    digits = "".join(filter(str.isdigit, text.replace("(0)", "")))
    if len(digits) < NUMBER_DIGITS or not digits.strip("0"):
        return text
    reaches.append(Reach(text.strip(), digits.removeprefix("00")))
    return " "


def _domain(chunk: str) -> Token:
    """Find a domain with its last part, as companies have it, or without, as people's addresses are kept."""
    words = text_words(chunk.replace(".", " "))
    if not words:
        return Token("''", "''")
    whole = " & ".join(map(quoted, words))
    short = " & ".join(map(quoted, words[:-1])) or whole
    begun = " & ".join([*map(quoted, words[:-1]), f"{quoted(words[-1])}:*"])
    return Token(f"({whole} | {short})", f"({begun} | {short})")
