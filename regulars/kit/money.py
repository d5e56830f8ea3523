"""Money is whole minor units (cents) and an ISO 4217 currency; never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.formats import number_format

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
    places = exponent(currency)
    value = Decimal(amount_minor).scaleb(-places)
    text = number_format(abs(value), decimal_pos=0 if whole else places, use_l10n=True, force_grouping=True)
    sign = "−" if amount_minor < 0 else ""
    symbol = SYMBOLS.get(currency, currency)
    if currency in BEFORE:
        return f"{sign}{symbol}{text}"
    return f"{sign}{text}\N{NO-BREAK SPACE}{symbol}"
