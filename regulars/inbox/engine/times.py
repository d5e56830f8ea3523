"""Times of a day as people write them: «09:00–12:00, 13:00–17:00», «24 h», «closed»."""

from __future__ import annotations

import re
from collections.abc import Iterable

from regulars.inbox.engine.hours import DAY_MINUTES

Pair = tuple[int, int]
MOST = 6
_TIME = r"(\d{1,2})(?:[:.](\d{2}))?"
_SPAN = re.compile(rf"\s*{_TIME}\s*(?:-|–|—|to|until)\s*{_TIME}\s*")
WHOLE = {"24", "24h", "24 h", "always"}
NOT_LIKE_THIS = "Times are written like 09:00–17:00, with commas between them; %(text)s is not."
TWICE = "%(text)s overlaps with another time of the same day."
NO_TIME = "%(text)s is not a time of the day."
SAME = "%(text)s opens and closes at the same time; the whole day is 00:00–24:00."
TOO_MANY = "At most %(most)d openings a day are possible."


class BadTimes(ValueError):
    """Times that cannot be read, with the sentence that says why."""

    def __init__(self, sentence: str, **words: object) -> None:
        self.sentence, self.words = sentence, words
        super().__init__(sentence % words)


def read_times(text: str) -> list[Pair]:
    """Return the openings of a day in minutes, in order; empty text is closed.

    >>> read_times("13-17, 9:00–12.30"), read_times("22:00–06:00"), read_times("24 h"), read_times("")
    ([(540, 750), (780, 1020)], [(1320, 360)], [(0, 1440)], [])
    """
    clean = text.strip().lower()
    if clean in WHOLE:
        return [(0, DAY_MINUTES)]
    pairs = sorted(_pair(part) for part in clean.split(",") if part.strip())
    if len(pairs) > MOST:
        raise BadTimes(TOO_MANY, most=MOST)
    for before, after in zip(pairs, pairs[1:], strict=False):
        if _end(before) > after[0]:
            raise BadTimes(TWICE, text=write_times([after]))
    return pairs


def write_times(pairs: Iterable[Pair]) -> str:
    """Return openings as people write them.

    >>> write_times([(540, 750), (780, 1440)])
    '09:00–12:30, 13:00–24:00'
    """
    return ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in pairs)


_LENGTH = re.compile(r"(\d{1,6}(?:[.,]\d{1,2})?)\s*(days?|d|hours?|hrs?|h|minutes?|mins?|m|)")
UNITS = {"d": 1440, "h": 60, "m": 1, "": 1}
NOT_A_LENGTH = "A length of time is written like 30 min, 4 h or 1 h 30 min; %(text)s is not."


def read_length(text: str) -> int | None:
    """Return how many minutes a text says; a bare number is minutes, empty text is none.

    >>> [read_length(text) for text in ("30", "4 h", "1h 30 min", "1.5 h", "2 d", " ")]
    [30, 240, 90, 90, 2880, None]
    """
    clean = text.strip().lower()
    if not clean:
        return None
    parts = _LENGTH.findall(clean)
    if not parts or _LENGTH.sub("", clean).strip():
        raise BadTimes(NOT_A_LENGTH, text=text.strip())
    return round(sum(float(number.replace(",", ".")) * UNITS[unit[:1]] for number, unit in parts))


def write_length(minutes: int | None) -> str:
    """Return minutes as people write them; hours are not made into days, as a working day is no day.

    >>> write_length(30), write_length(90), write_length(960), write_length(None)
    ('30 min', '1 h 30 min', '16 h', '')
    """
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    return " ".join(
        piece
        for piece in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")
        if piece
    )


def _pair(part: str) -> Pair:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise BadTimes(NOT_LIKE_THIS, text=part.strip())
    opens, closes = _minute(found[1], found[2]), _minute(found[3], found[4])
    if opens == DAY_MINUTES:
        raise BadTimes(NO_TIME, text=_clock(opens))
    if opens == closes:
        raise BadTimes(SAME, text=part.strip())
    return opens, closes


def _minute(hour: str, minute: str | None) -> int:
    total = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or total > DAY_MINUTES:
        raise BadTimes(NO_TIME, text=f"{hour}:{minute or '00'}")
    return total


def _end(pair: Pair) -> int:
    return pair[1] if pair[1] > pair[0] else pair[1] + DAY_MINUTES


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
