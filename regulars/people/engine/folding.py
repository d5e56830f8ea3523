"""Text folded the same way in Python and in the database, letter by letter, for filters over names and words.

`names.fold` knows more (ß is ss, spaces are single), but only a table of single letters can be told to SQL exactly.
"""

from __future__ import annotations

import unicodedata

from regulars.people.engine.names import fold

_RANGES = ((0xC0, 0x24F), (0x370, 0x52F), (0x1E00, 0x1FFF))


def _plain(letter: str) -> str:
    folded = fold(letter)
    return folded if len(folded) == 1 else letter.lower() if len(letter.lower()) == 1 else letter


LETTERS = {
    chr(code): _plain(chr(code))
    for low, high in _RANGES
    for code in range(low, high + 1)
    if unicodedata.category(chr(code))[0] == "L" and _plain(chr(code)) != chr(code)
}
_TABLE = str.maketrans(LETTERS) | {code: code + 32 for code in range(65, 91)}


def sql_fold(text: str) -> str:
    """Return text as the database function `people_fold` does.

    >>> sql_fold("Äänekoski Łódź")
    'aanekoski lodz'
    """
    return unicodedata.normalize("NFC", text).translate(_TABLE)
