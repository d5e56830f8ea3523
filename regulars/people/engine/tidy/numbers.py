"""Numbers as people write them: 1,234.56 and 1.234,56 and 1 234,56 and (12) and £3."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from regulars.people.engine.sayings import Unclear, gettext_noop
from regulars.people.engine.tidy import word_set

_ = gettext_noop
_SPACES = re.compile(r"[\s\u00a0\u2007\u202f'’_]")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2012": "-"})
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
_NUMBER = re.compile(r"[-+]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][-+]?\d{1,3})?")
_GROUPED = {
    ".": re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?|\d*(?:\.\d*)?"),
    ",": re.compile(r"\d{1,3}(?:\.\d{2,3})*\.\d{3}(?:,\d*)?|\d*(?:,\d*)?"),
}
CURRENCY_SIGNS = {
    "€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₹": "INR", "zł": "PLN", "Kč": "CZK", "₺": "TRY",
    "₽": "RUB", "₴": "UAH", "₩": "KRW", "Ft": "HUF", "lei": "RON", "R$": "BRL", "₪": "ILS", "₫": "VND",
}  # fmt: skip
_MONEY_WORDS = re.compile(
    r"\A([-+(]?)\s*(R\$|[€£$¥₹₺₽₴₩₪₫]|[A-Z]{3})\s*|\s*(zł|Kč|Ft|lei|kr\.?|[€£$¥₹₺₽₴₩₪₫]|[A-Z]{3})(\)?)\Z"
)
# Countries whose numbers have a decimal comma, for columns that do not tell.
COMMA_COUNTRIES = word_set(
    "AD AL AR AT AZ BA BE BG BO BR BY CL CO CZ DE DK EC EE ES FI FR GE GR HR HU ID IS IT KZ LT LU LV MD "
    "ME MK NL NO PL PT PY RO RS RU SE SI SK TR UA UY VE VN"
)


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How numbers are written in a column, and how we know."""

    decimal: str = "."
    is_certain: bool = True


def number_style(values: Iterable[str], country: str = "") -> NumberStyle:
    """Tell the decimal sign of a column from its values, or from the country where they do not say.

    >>> number_style(["1,7", "200.000.000"])
    NumberStyle(decimal=',', is_certain=True)
    >>> number_style(["1,234"]).is_certain
    False
    """
    votes = {".": 0, ",": 0}
    is_doubtful = False
    for value in values:
        said = _says(_bare(value))
        is_doubtful = is_doubtful or said == "?"
        if said in votes:
            votes[said] += 1
    if votes["."] != votes[","]:
        return NumberStyle(
            "." if votes["."] > votes[","] else ",", is_certain=not (votes["."] and votes[","])
        )
    return NumberStyle("," if country in COMMA_COUNTRIES else ".", is_certain=not is_doubtful)


def tidy_number(value: str, style: NumberStyle | None = None) -> Decimal:
    """Return the number written in the style.

    >>> tidy_number("(1.234,50)", NumberStyle(","))
    Decimal('-1234.50')
    """
    if _PLAIN.fullmatch(value) and (style is None or style.decimal == "." or "." not in value):
        return Decimal(value)
    bare = _bare(value)
    negative = value.strip().startswith("(") and value.strip().endswith(")")
    if bare.endswith("-"):
        bare, negative = bare[:-1], True
    decimal = style.decimal if style else "."
    if not _NUMBER.fullmatch(bare):
        raise Unclear(_("“%(value)s” is not a number."), value=value)
    mantissa = re.split("[eE]", bare.lstrip("+-"))[0]
    if not _GROUPED[decimal].fullmatch(mantissa):
        raise Unclear(
            _("“%(value)s” is not a number with “%(sign)s” as its decimal sign."), value=value, sign=decimal
        )
    group = "," if decimal == "." else "."
    number = Decimal(bare.replace(group, "").replace(",", "."))
    return -abs(number) if negative else number


def tidy_money(value: str, style: NumberStyle | None = None) -> tuple[Decimal, str]:
    """Return the amount and the currency that stands with it ("" when none does).

    >>> tidy_money("€ 1.234,50", NumberStyle(","))
    (Decimal('1234.50'), 'EUR')
    """
    text, currency = value.strip(), ""
    for found in _MONEY_WORDS.finditer(text):
        word = found.group(2) or found.group(3)
        currency = CURRENCY_SIGNS.get(word, word if len(word) == 3 and word.isupper() else "")
    bare = _MONEY_WORDS.sub(lambda found: (found.group(1) or "") + (found.group(4) or ""), text)
    return tidy_number(bare, style), currency


def tidy_whole(value: str, style: NumberStyle | None = None) -> int:
    """Return a number that must be whole; spreadsheets like to write 17850.0."""
    number = tidy_number(value, style)
    if number != number.to_integral_value():
        raise Unclear(_("“%(value)s” is not a whole number."), value=value)
    return int(number)


def looks_like_number(value: str) -> bool:
    """Say whether a value is a number in any style, money signs allowed."""
    text = _MONEY_WORDS.sub(lambda found: (found.group(1) or "") + (found.group(4) or ""), value.strip())
    bare = _bare(text).removesuffix("-").removesuffix("%")
    return bool(_NUMBER.fullmatch(bare)) and not (bare.startswith("0") and bare.isdigit() and len(bare) > 1)


def _bare(value: str) -> str:
    """Return the value without spaces, brackets and typographic minus signs."""
    text = value.strip().translate(_MINUS)
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    return _SPACES.sub("", text)


def _says(bare: str) -> str:
    """Return the decimal sign a number shows, "?" where it could be either, "" where it has none."""
    dots, commas = bare.count("."), bare.count(",")
    if dots and commas:
        return "." if bare.rfind(".") > bare.rfind(",") else ","
    if dots + commas == 0:
        return ""
    sign = "." if dots else ","
    if max(dots, commas) > 1:
        return "," if sign == "." else "."
    before, after = bare.lstrip("+-").split(sign)
    digits = re.split(r"\D", after)[0]
    return "?" if len(digits) == 3 and 1 <= len(before) <= 3 and before != "0" else sign
