"""Dates and moments as people write them: 31/12/2012, 12/31/12, 4-Sep-12, 4. syyskuuta 2012, 20121231, 41274."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from regulars.people.engine.names import fold
from regulars.people.engine.sayings import Unclear, gettext_noop
from regulars.people.engine.tidy.month_names import MONTHS

_ = gettext_noop
_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
_YEAR_FIRST = re.compile(r"(\d{4})[./年-]\s?(\d\d?)[./月-]\s?(\d\d?)[日.]?")
_PARTS = re.compile(r"(\d\d?)[./ -]{1,2}(\d\d?)[./ -]{1,2}(\d{4}|\d\d)\.?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_DAY_NAMED = re.compile(
    r"(\d\d?)(?:st|nd|rd|th|er|\.|º|ª|de)?[\s,/-]*(?:de |d['’])?([^\W\d]+)\.?[\s,/-]*(?:de |del )?(\d{4}|\d\d)"
)
_NAMED_DAY = re.compile(r"([^\W\d]+)\.?[\s,/-]*(\d\d?)(?:st|nd|rd|th)?[\s,/-]+(\d{4}|\d\d)")
_YEAR_NAMED = re.compile(r"(\d{4})[\s.m,/-]*([^\W\d]+)\.?[\s,/-]*(\d\d?)[\s.d]*")
_MAIL = re.compile(r"[a-z]{3} ([a-z]{3}) (\d\d?) (\d\d:\d\d:\d\d) ([+-]\d{4}|utc|gmt) (\d{4})")
_TIME = re.compile(
    r"(?:^|[\sT,]+)(\d\d?)[:.h](\d\d)(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?)?\s*(z|utc|gmt|[+-]\d\d:?(?:\d\d)?)?$",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\s+(?=.*\d)")
_NUMBER = re.compile(r"\d{5}(?:\.\d+)?")
_SECONDS = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?")
_EXCEL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - a day on the wall, not a moment
_MONTH_FIRST_COUNTRIES = frozenset({"US", "PH", "BZ", "FM", "PW", "MH", "GU", "AS", "PR"})
EARLIEST, LATEST = 1850, 2200


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How days are written in a column ("dmy", "mdy" or "ymd"), and how we know."""

    order: str = "dmy"
    is_certain: bool = True


def date_style(values: Iterable[str], country: str = "", others: Iterable[DateStyle] = ()) -> DateStyle:
    """Tell the order of day and month from the values, from other date columns, or from the country.

    >>> date_style(["02/01/2014", "31/12/2012"])
    DateStyle(order='dmy', is_certain=True)
    >>> date_style(["02/01/2014"], "US")
    DateStyle(order='mdy', is_certain=False)
    """
    day_first = month_first = ambiguous = 0
    for value in values:
        first, second = _numbers(value)
        day_first += first > 12 >= second
        month_first += second > 12 >= first
        ambiguous += 0 < first <= 12 and 0 < second <= 12 and first != second
    if day_first != month_first:
        return DateStyle(
            "dmy" if day_first > month_first else "mdy", is_certain=not (day_first and month_first)
        )
    if not ambiguous and not day_first:
        return DateStyle("mdy" if country in _MONTH_FIRST_COUNTRIES else "dmy")
    known = next((style for style in others if style.is_certain), None)
    said = known.order if known else "mdy" if country in _MONTH_FIRST_COUNTRIES else "dmy"
    return DateStyle(said, is_certain=False)


@lru_cache(maxsize=65_536)
def tidy_date(value: str, order: str = "dmy") -> date:
    """Return the day, whatever time stands beside it.

    >>> tidy_date("4-Sep-12"), tidy_date("12/31/2012", "mdy"), tidy_date("41274")
    (datetime.date(2012, 9, 4), datetime.date(2012, 12, 31), datetime.date(2012, 12, 31))
    """
    return tidy_moment(value, order).date()


@lru_cache(maxsize=65_536)
def tidy_moment(value: str, order: str = "dmy") -> datetime:
    """Return the moment; without a zone in the text it has none, without a time it is midnight.

    >>> tidy_moment("31/12/2012 5:30 pm")
    datetime.datetime(2012, 12, 31, 17, 30)
    """
    try:
        found = _iso(value) or _read(value, order)
    except (ValueError, OverflowError) as error:
        raise Unclear(_("“%(value)s” is not a day in the calendar."), value=value) from error
    if found is None:
        raise Unclear(_("“%(value)s” is not a date we can read."), value=value)
    if not EARLIEST <= found.year <= LATEST:
        raise Unclear(_("The year in “%(value)s” cannot be right."), value=value)
    return found


def tidy_birthday(value: str, order: str, today: date) -> date:
    """Return a day of birth: a year of two digits never lies ahead.

    >>> tidy_birthday("4-Sep-45", "dmy", date(2024, 1, 1))
    datetime.date(1945, 9, 4)
    """
    day = tidy_date(value, order)
    if day > today and re.search(r"(?<!\d)\d\d\W*$", value):
        day = day.replace(year=day.year - 100)
    if day > today:
        raise Unclear(_("“%(value)s” lies ahead, so nobody was born on it."), value=value)
    return day


def looks_like_date(value: str) -> bool:
    """Say whether a value can be read as a date, plain numbers left aside."""
    if not any(sign in value for sign in "-/. :年") or len(value) > 40 or not any(map(str.isdigit, value)):
        return bool(_COMPACT.fullmatch(value)) and _is_day(value)
    return not re.fullmatch(r"[-+]?[\d ]*[.,]?\d*", value) and _is_day(value)


def _is_day(value: str) -> bool:
    """Say whether a value is a day in either order."""
    for order in ("dmy", "mdy"):
        try:
            return bool(tidy_moment(value, order))
        except Unclear:
            continue
    return False


def _iso(value: str) -> datetime | None:
    """Return the moment of the form that computers write."""
    try:
        return datetime.fromisoformat(value) if value[4:5] == "-" else None
    except ValueError:
        return None


def _read(value: str, order: str) -> datetime | None:
    """Return the moment of any other form."""
    text = fold(value)
    mail = _MAIL.fullmatch(text)
    if mail:
        month, day, clock, zone, year = mail.groups()
        text = f"{day} {month} {year} {clock} {zone}"
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(float(text) / (1000 if len(text.split(".")[0]) == 13 else 1), UTC)
    if _NUMBER.fullmatch(text):
        return _EXCEL_START + timedelta(seconds=round(float(text) * 86_400))
    text, clock_time, zone_ = _clock(_WEEKDAY.sub("", text))
    day_ = _day(text.strip(" ,t"), order)
    return None if day_ is None else datetime.combine(day_, clock_time, zone_)


def _clock(text: str) -> tuple[str, time, timezone | None]:
    """Take the time of day and the zone off the end."""
    found = _TIME.search(text)
    if not found or (":" not in found.group(0) and not found.group(5) and "h" not in found.group(0)):
        return text, time(), None
    hour, minute, second, part, half, zone = found.groups()
    hours = int(hour)
    if half:
        hours = hours % 12 + (12 if half.lower().startswith("p") else 0)
    micro = int((part or "0").ljust(6, "0")[:6])
    return text[: found.start()], time(hours, int(minute), int(second or 0), micro), _zone(zone)


def _zone(zone: str | None) -> timezone | None:
    """Return the zone written as an offset."""
    if not zone:
        return None
    if zone.lower() in {"z", "utc", "gmt"}:
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if zone[0] == "-" else offset)


def _day(text: str, order: str) -> date | None:
    """Return the day without its time."""
    for form in (_ISO, _YEAR_FIRST, _COMPACT):
        if found := form.fullmatch(text):
            year, month, day = map(int, found.groups())
            return date(year, month, day)
    if found := _PARTS.fullmatch(text):
        first, second, last = found.groups()
        on_day, in_month = (first, second) if order != "mdy" else (second, first)
        return date(_full_year(last), int(in_month), int(on_day))
    return _named_day(text)


def _named_day(text: str) -> date | None:
    """Return the day of a text that names the month."""
    for form, places in ((_DAY_NAMED, (3, 2, 1)), (_NAMED_DAY, (3, 1, 2)), (_YEAR_NAMED, (1, 2, 3))):
        found = form.fullmatch(text)
        month = found and MONTHS.get(found.group(places[1]))
        if found and month:
            return date(_full_year(found.group(places[0])), month, int(found.group(places[2])))
    return None


def _full_year(year: str) -> int:
    """Return a year of two digits in full, as POSIX reads it: 69 to 99 are the last century."""
    number = int(year)
    return number if len(year) == 4 else number + (1900 if number >= 69 else 2000)


def _numbers(value: str) -> tuple[int, int]:
    """Return the first two numbers of a date written in numbers with the year last."""
    found = re.match(r"\s*(\d\d?)[./ -]{1,2}(\d\d?)[./ -]{1,2}(?:\d{4}|\d\d)\b", value)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)
