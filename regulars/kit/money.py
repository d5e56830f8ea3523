"""Money is whole minor units (cents) and an ISO 4217 currency; never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

from django.utils.formats import get_format, number_format
from django.utils.translation import get_language

GROUP = 3

# Currencies whose minor unit is not a hundredth (ISO 4217, 2024 amendment list).
EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
SYMBOLS = {
    "EUR": "€",
    "GBP": "£",
    "USD": "$",
    "JPY": "¥",
    "NOK": "kr",
    "SEK": "kr",
    "DKK": "kr",
    "PLN": "zł",
    "HUF": "Ft",
    "CZK": "Kč",
}
BEFORE = {"GBP", "USD", "JPY"}
MAX_MINOR = 2**63 - 1


class BadMoney(ValueError):
    """Say which amount or currency could not be read."""


@dataclass(frozen=True, order=True)
class Money:
    """An amount in minor units of one currency."""

    amount_minor: int
    currency: str

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.amount_minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return format_money(self.amount_minor, self.currency)


def exponent(currency: str) -> int:
    """Return how many decimals a currency has; two unless ISO 4217 says otherwise."""
    return EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal | int | str, currency: str) -> int:
    """Turn a decimal amount into minor units, half up.

    >>> to_minor("12.345", "EUR"), to_minor("12.5", "JPY"), to_minor("1.2345", "KWD")
    (1235, 13, 1235)
    """
    try:
        scaled = Decimal(amount).scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    except InvalidOperation as error:
        raise BadMoney(f"“{amount}” is not an amount of money.") from error
    minor = int(scaled)
    if abs(minor) > MAX_MINOR:
        raise BadMoney(f"“{amount}” is too large.")
    return minor


def parse_currency(text: str) -> str:
    """Return a currency code in capitals, refusing what does not look like one."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadMoney(f"“{text}” is not a currency; use three letters such as EUR.")
    return code


def format_money(amount_minor: int | None, currency: str, *, whole: bool = False) -> str:
    """Write money the way the active language writes numbers, always with its currency."""
    if amount_minor is None:
        return "–"
    text = _written(abs(amount_minor), exponent(currency), whole)
    sign = "−" if amount_minor < 0 else ""
    symbol = SYMBOLS.get(currency, currency)
    if currency in BEFORE:
        return f"{sign}{symbol}{text}"
    return f"{sign}{text}\N{NO-BREAK SPACE}{symbol}"


def write_number(number: int, decimals: str = "") -> str:
    """Write a whole number the way the active language groups it, with these decimals after its sign for them.

    >>> write_number(1234567)
    '1,234,567'
    """
    point, gap, size = _signs(get_language())
    text = f"{number:,}".replace(",", gap) if size == GROUP else number_format(number, 0, force_grouping=True)
    return f"{text}{point}{decimals}" if decimals else text


def _written(minor: int, places: int, whole: bool) -> str:
    if whole and places:
        value = Decimal(minor).scaleb(-places)
        return number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True)
    units, rest = divmod(minor, 10**places)
    return write_number(units, f"{rest:0{places}d}" if places else "")


@cache
def _signs(language: str | None) -> tuple[str, str, object]:
    return (
        get_format("DECIMAL_SEPARATOR"),
        get_format("THOUSAND_SEPARATOR"),
        get_format("NUMBER_GROUPING"),
    )
