"""What a user's JSON may hold as a value, read into Python values of known type, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.bad import BadFilter, Path, not_among
from regulars.kit.filters.operators import Operator
from regulars.kit.money import BadMoney, parse_currency, to_minor
from regulars.kit.traits import Trait

MAX_TEXT, MAX_VALUES, MAX_DAYS, MAX_DIGITS = 500, 500, 36_500, 30
MAX_ID = 2**63 - 1
ME = "me"


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money to compare with; without a currency the number alone is compared."""

    minor: int
    currency: str = ""


Value = Any
ReadOne = Callable[[Any, Trait, Asker, Path], Value]


def read_value(raw: object, trait: Trait, operator: Operator, asker: Asker, path: Path) -> Value:
    """Return the value or values an operator compares with: None, one value, or a tuple."""
    read = _READERS["days" if operator.value_type == "days" else trait.type]
    if operator.arity == "none":
        if raw is not None:
            raise BadFilter(path, _("This operator takes no value."))
        return None
    if operator.arity == "one":
        return read(raw, trait, asker, path)
    values = tuple(
        read(one, trait, asker, (*path, place)) for place, one in enumerate(_listed(raw, operator, path))
    )
    if operator.arity == "two":
        _in_order(values, path)
    return values


def _listed(raw: object, operator: Operator, path: Path) -> list[object]:
    if not isinstance(raw, list | tuple):
        raise BadFilter(path, _("A list of values is needed here."))
    if operator.arity == "two" and len(raw) != 2:
        raise BadFilter(path, _("Exactly two values are needed here: from and to."))
    if not 1 <= len(raw) <= MAX_VALUES:
        raise BadFilter(path, _("Between 1 and %(most)d values are needed here.") % {"most": MAX_VALUES})
    return list(raw)


def _in_order(values: tuple[Value, ...], path: Path) -> None:
    low, high = values
    if isinstance(low, Amount):
        if low.currency != high.currency:
            raise BadFilter(path, _("Both amounts must be in the same currency."))
        low, high = low.minor, high.minor
    if isinstance(low, datetime) != isinstance(high, datetime):
        low, high = (one.date() if isinstance(one, datetime) else one for one in (low, high))
    if low > high:
        raise BadFilter(path, _("The first value must not be above the second."))


def clean_text(raw: object, path: Path) -> str:
    """Return text that a database can hold and that says something."""
    if not isinstance(raw, str):
        raise BadFilter(path, _("Text is needed here."))
    if len(raw) > MAX_TEXT:
        raise BadFilter(path, _("At most %(most)d characters are possible here.") % {"most": MAX_TEXT})
    if "\x00" in raw or any("\ud800" <= letter <= "\udfff" for letter in raw):
        raise BadFilter(path, _("This text holds characters that can't be stored."))
    if not raw.strip():
        raise BadFilter(path, _("This can't be blank; to find what has no value use the operator “empty”."))
    return raw


def whole_number(raw: object, low: int, high: int, path: Path) -> int:
    """Return a whole number within bounds."""
    number = int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) < 20 else raw
    if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
        raise BadFilter(
            path, _("A whole number from %(low)d to %(high)d is needed here.") % {"low": low, "high": high}
        )
    return number


def read_day(raw: object, path: Path) -> date:
    """Return a calendar day written as 2024-05-31."""
    try:
        day = date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        day = None
    if day is None or not 2 <= day.year <= 9998:
        raise BadFilter(path, _("A date like 2024-05-31 is needed here."))
    return day


def _text(raw: object, trait: Trait, asker: Asker, path: Path) -> str:
    text = clean_text(raw, path)
    if trait.fold is not None and not trait.fold(text).strip():
        raise BadFilter(path, _("At least one letter or digit is needed here."))
    return text


def _number(raw: object, trait: Trait, asker: Asker, path: Path) -> int | Decimal:
    try:
        number = (
            Decimal(str(raw))
            if isinstance(raw, int | float | str | Decimal) and not isinstance(raw, bool)
            else None
        )
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or "_" in str(raw):
        raise BadFilter(path, _("A number is needed here."))
    if (
        number
        and not -MAX_DIGITS < number.adjusted() < MAX_DIGITS
        or len(number.as_tuple().digits) > 2 * MAX_DIGITS
    ):
        raise BadFilter(path, _("This number is too large or too fine."))
    return int(number) if number == number.to_integral_value() else number


def _money(raw: object, trait: Trait, asker: Asker, path: Path) -> Amount:
    if not isinstance(raw, Mapping):
        return Amount(_minor(raw, path))
    if unknown := set(raw) - {"amount", "currency"}:
        raise BadFilter(
            path, not_among(min(map(str, unknown)), ["amount", "currency"]), ["amount", "currency"]
        )
    kept_in = trait.currency() if trait.currency else ""
    try:
        currency = parse_currency(str(raw.get("currency") or kept_in))
        amount = _number(raw.get("amount"), trait, asker, (*path, "amount"))
        minor = to_minor(amount, currency)
    except BadMoney as error:
        raise BadFilter(path, str(error)) from error
    if kept_in and currency != kept_in:
        raise BadFilter(
            (*path, "currency"),
            _("These amounts are kept in %(currency)s.") % {"currency": kept_in},
            [kept_in],
        )
    return Amount(minor, currency)


def _minor(raw: object, path: Path) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) > MAX_ID:
        raise BadFilter(
            path, _('Money is needed here: {"amount": "12.30", "currency": "EUR"}, or whole minor units.')
        )
    return raw


def _day(raw: object, trait: Trait, asker: Asker, path: Path) -> date:
    return read_day(raw, path)


def _moment(raw: object, trait: Trait, asker: Asker, path: Path) -> date:
    if not isinstance(raw, str) or len(raw) <= 10:
        return read_day(raw, path)
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError as error:
        raise BadFilter(path, _("A date or time like 2024-05-31T14:00:00Z is needed here.")) from error
    if not 2 <= moment.year <= 9998:
        raise BadFilter(path, _("A date or time like 2024-05-31T14:00:00Z is needed here."))
    return moment if moment.tzinfo else moment.replace(tzinfo=asker.zone)


def _choice(raw: object, trait: Trait, asker: Asker, path: Path) -> str | int:
    """Return a choice by its value or, since people write those, by its label."""
    text = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else clean_text(raw, path)
    if trait.choices is not None:
        text = _among(text, trait, asker, path)
    return whole_number(text, 1, MAX_ID, path) if trait.array_of == "bigint" else text


def _among(text: str, trait: Trait, asker: Asker, path: Path) -> str:
    known = asker.choices(trait)
    if text in known:
        return text
    allowed = {value: str(label) for value, label in known.items()}
    by_label = next((value for value, label in allowed.items() if label.casefold() == text.casefold()), None)
    if by_label is None and not trait.open_choices:
        words = list(allowed.values() if trait.array_of == "bigint" else allowed)
        raise BadFilter(path, not_among(text, words), words)
    return by_label or text


def _bool(raw: object, trait: Trait, asker: Asker, path: Path) -> bool:
    if not isinstance(raw, bool):
        raise BadFilter(path, _("Yes or no is needed here: true or false."), ["true", "false"])
    return raw


def _ref(raw: object, trait: Trait, asker: Asker, path: Path) -> int | str:
    if raw == ME and trait.refers_to == "member":
        if asker.member_id is None:
            raise BadFilter(path, _("“me” needs a team member; a program names one by its number."))
        return ME
    return whole_number(raw, 1, MAX_ID, path)


def _days(raw: object, trait: Trait, asker: Asker, path: Path) -> int:
    return whole_number(raw, 0, MAX_DAYS, path)


_READERS: dict[str, ReadOne] = {
    "text": _text,
    "link": _text,
    "number": _number,
    "money": _money,
    "date": _day,
    "datetime": _moment,
    "choice": _choice,
    "choices": _choice,
    "tags": _choice,
    "bool": _bool,
    "ref": _ref,
    "days": _days,
}
