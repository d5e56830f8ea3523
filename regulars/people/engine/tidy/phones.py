"""Telephone numbers in their international form; well-formed ones are decided without the slow library."""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from regulars.people.engine.sayings import Unclear, gettext_noop

if TYPE_CHECKING:
    import phonenumbers

_ = gettext_noop
_EXTENSION = re.compile(r"\s*(?:;ext=|extension|extn\.?|ext\.?|e?xt?\.?|#)\s*:?(\d{1,7})\Z", re.IGNORECASE)
_SEPARATORS = str.maketrans("", "", " -.()/\u00a0\u2010\u2011\u2012\u2013\u202f")
_SEVERAL = re.compile(r"\s*[;|\n]\s*|\s+(?:/|or|,)\s+|,\s*(?=\+)")
_MAY_BE_SEVERAL = re.compile(r"[;|\n/o,]")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the numbering plan of a country says, ready to be asked a million times."""

    code: str
    lengths: frozenset[int]
    whole: re.Pattern[str]
    trunk: re.Pattern[str] | None
    abroad: re.Pattern[str] | None
    is_plain: bool


def tidy_phone(value: str, country: str = "") -> str:
    """Return the number in E.164, with its extension as RFC 3966 writes it.

    >>> tidy_phone("(0)20 7946 0018", "GB"), tidy_phone("+1 201-555-0123 x718")
    ('+442079460018', '+12015550123;ext=718')
    """
    text = value.strip()
    bare = text.translate(_SEPARATORS)
    number = _international(bare) if bare[:1] == "+" else _national(bare, country)
    return number or _by_library(text, country)


def several_phones(value: str, country: str = "") -> list[str]:
    """Return the numbers of a cell that may hold more than one."""
    if not _MAY_BE_SEVERAL.search(value):
        return [tidy_phone(value, country)]
    parts = [part for part in _SEVERAL.split(value.strip()) if part]
    if len(parts) < 2:
        return [tidy_phone(value, country)]
    return list(dict.fromkeys(tidy_phone(part, country) for part in parts))


# A number of one point only; 040.1234567 keeps its leading zero, which no number would.
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9]\d{0,2})[.,]\d+|[-+]?\d+[.,]\d{1,3}")


def looks_like_phone(value: str) -> bool:
    """Say whether a value is meant to be a telephone number, not just a number, a place on the map, a date or a stock number.

    >>> [looks_like_phone(one) for one in ("040 123 4567", "+1 (212) 555-0123", "229.077.5154", "40.1234567", "-95.3157", "1005-00-589-1271")]
    [True, True, True, False, False, False]
    """
    text = _EXTENSION.sub("", value.strip())
    digits = sum(map(str.isdigit, text))
    if re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", text) or _DECIMAL.fullmatch(text):
        return False  # an address on the internet, a place on the map
    most = 17 if text.startswith(("+", "00", "(+")) else 12
    if not 7 <= digits <= most or not re.fullmatch(r"\+?[\d\s().\-/\u00a0\u2010-\u2013]+", text):
        return False
    return text.startswith(("+", "0", "(")) or bool(re.search(r"\d[\s.\-/)]+\d", text))


def _international(bare: str) -> str:
    """Return a number that begins with its country code, when that alone decides it."""
    digits = bare[1:]
    if not (digits.isascii() and digits.isdigit()):
        return ""
    plan = _plan_of_code(digits[:1]) or _plan_of_code(digits[:2]) or _plan_of_code(digits[:3])
    if plan is None:
        return ""
    rest = digits[len(plan.code) :]
    is_clear = len(rest) in plan.lengths and not (plan.trunk and plan.trunk.match(rest))
    return bare if is_clear else ""


def _national(digits: str, country: str) -> str:
    """Return a number written as in its own country, when that country's plan alone decides it."""
    plan = _plan_of_country(country) if country and digits.isascii() and digits.isdigit() else None
    if plan is None or digits.startswith(plan.code) or (plan.abroad and plan.abroad.match(digits)):
        return ""
    found = plan.trunk.match(digits) if plan.trunk else None
    if found and not plan.is_plain:
        return ""
    shorter = digits[found.end() :] if found else digits
    if found and plan.whole.fullmatch(digits) and not plan.whole.fullmatch(shorter):
        shorter = digits
    return f"+{plan.code}{shorter}" if len(shorter) in plan.lengths else ""


def _by_library(text: str, country: str) -> str:
    """Return what the library makes of an unusual number."""
    import phonenumbers  # slow to load

    try:
        parsed = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException as error:
        raise _refusal(text, country, error.error_type) from error
    verdict = phonenumbers.is_possible_number_with_reason(parsed)
    if verdict == phonenumbers.ValidationResult.TOO_SHORT:
        raise Unclear(_("“%(value)s” is too short for a telephone number."), value=text)
    if verdict == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise Unclear(_("“%(value)s” lacks its area code."), value=text)
    if verdict != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise Unclear(_("“%(value)s” has the wrong length for a telephone number."), value=text)
    number = str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return f"{number};ext={parsed.extension}" if parsed.extension else number


def _refusal(text: str, country: str, kind: int) -> Unclear:
    """Return the sentence for a number that cannot be read at all."""
    import phonenumbers

    if kind == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
        if text.lstrip().startswith("+"):
            return Unclear(_("“%(value)s” begins with a country code that does not exist."), value=text)
        if not country:
            return Unclear(
                _("“%(value)s” has no country code, and no country is set to read it by."), value=text
            )
    return Unclear(_("“%(value)s” is not a telephone number."), value=text)


@cache
def _plan_of_code(code: str) -> _Plan | None:
    """Return the plan behind a country code, or nothing when there is no such code."""
    import phonenumbers

    if not code.isdigit() or code[0] == "0" or int(code) not in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        return None
    region = phonenumbers.region_code_for_country_code(int(code))
    return _plan(phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), region))


@cache
def _plan_of_country(country: str) -> _Plan | None:
    """Return the plan of a country, or nothing when it has none."""
    import phonenumbers

    plan = _plan(phonenumbers.PhoneMetadata.metadata_for_region(country.upper(), None))
    main = _plan_of_code(plan.code) if plan else None
    # Several countries share a code (Canada and the USA); the library judges the length by the main one.
    return replace(plan, lengths=plan.lengths & main.lengths) if plan and main else None


def _plan(metadata: "phonenumbers.PhoneMetadata | None") -> _Plan | None:
    """Return what we ask of the library's metadata, compiled."""
    if metadata is None or metadata.general_desc is None or not metadata.general_desc.national_number_pattern:
        return None
    trunk, abroad = metadata.national_prefix_for_parsing, metadata.international_prefix
    return _Plan(
        code=str(metadata.country_code),
        lengths=frozenset(metadata.general_desc.possible_length),
        whole=re.compile(metadata.general_desc.national_number_pattern),
        trunk=re.compile(trunk) if trunk else None,
        abroad=re.compile(abroad) if abroad else None,
        is_plain=not metadata.national_prefix_transform_rule and "(" not in (trunk or "").replace("(?:", ""),
    )
