import re
import unicodedata
from functools import lru_cache

# Letters that Unicode does not take apart, but that people leave out when they type.
_PLAIN_LETTERS = {
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
    "ı": "i",
    "ĸ": "k",
    "ə": "e",
    "ƒ": "f",
    "ɖ": "d",
    "ɓ": "b",
    "ɗ": "d",
    "ƙ": "k",
    "ɨ": "i",
    "ʉ": "u",
}
# Accents of alphabets where a reader still knows the word without them; vowel signs of Indian and Thai
# scripts and the voicing marks of kana change the word, so they stay.
_ACCENT_RANGES = (
    (0x0300, 0x036F),
    (0x0591, 0x05C7),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
_DROPPED: dict[int, str] = {code: "" for low, high in _ACCENT_RANGES for code in range(low, high + 1)}
_SIMPLIFIED: dict[int, str] = {ord(letter): plain for letter, plain in _PLAIN_LETTERS.items()} | _DROPPED
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_APOSTROPHES = re.compile("['’‘ʼ`´ʹʻ]")
_WORD = re.compile(r"[^\W_]+")
_NOT_IN_A_NAME = re.compile(r"\([^)]*\)|\"[^\"]*\"")
NAMELESS = "\U0010fffd"
# Names come again and again in a file of people; longer texts do not, and would only fill the memory.
_NAME_LETTERS = 60


def fold(text: str) -> str:
    """Return the text as people compare it: no case, no accents, no doubled or invisible space.

    >>> fold("  Łukasz  GRÜẞE, İzmir ")
    'lukasz grusse, izmir'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text)).casefold()
    return " ".join(unicodedata.normalize("NFC", apart.translate(_SIMPLIFIED)).split())


def words(text: str) -> list[str]:
    """Return the folded words of a text, in their order.

    >>> words("Anne-Marie O’Brien (Søborg)")
    ['anne', 'marie', 'obrien', 'soborg']
    """
    return list(_words_of_name(text)) if len(text) <= _NAME_LETTERS else _words(text)


@lru_cache(maxsize=8_192)
def _words_of_name(text: str) -> tuple[str, ...]:
    return tuple(_words(text))


def _words(text: str) -> list[str]:
    folded = _APOSTROPHES.sub("", fold(text))
    # Where every mark carries meaning (Indian scripts) \w stops in mid-word, so letters there are split by spaces alone.
    if folded.isascii() or not any(unicodedata.category(letter)[0] == "M" for letter in folded):
        return _WORD.findall(folded)
    return [word for word in (_strip_punctuation(part) for part in folded.split()) if word]


@lru_cache(maxsize=8_192)
def sort_key(first_name: str, last_name: str, otherwise: str = "") -> str:
    """Return a key that sorts by last, then first name, byte by byte; the nameless come last.

    >>> sort_key("Zoë", "van Dijk")
    'van dijk  zoe'
    """
    last, first = " ".join(words(last_name)), " ".join(words(first_name))
    # Two spaces sort before any letter, so all of "Berg" come before "Berg Olsen".
    return "  ".join(part for part in (last, first) if part) or " ".join(words(otherwise)) or NAMELESS


def initials(name: str) -> str:
    """Return the one or two letters shown in place of a picture.

    >>> initials("Ada de Lovelace"), initials("ada@example.org"), initials("山田太郎")
    ('AL', 'A', '山')
    """
    said = _NOT_IN_A_NAME.sub(" ", name).split("@")[0] if "@" in name else _NOT_IN_A_NAME.sub(" ", name)
    letters: list[str] = [
        part[0] for part in re.findall(r"[^\W_]+", unicodedata.normalize("NFC", said).replace("'", ""))
    ]
    if not letters or "@" in name:
        return "".join(letters[:1]).upper()
    return (letters[0] + letters[-1] if len(letters) > 1 else letters[0]).upper()


def _strip_punctuation(word: str) -> str:
    """Return the word without punctuation at its ends."""
    return word.strip("".join({letter for letter in word if unicodedata.category(letter)[0] in "PS"}))
