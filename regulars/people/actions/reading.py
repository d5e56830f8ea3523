"""What people type or programs send, read into clean column values; every problem is named by its field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.clock import today
from regulars.kit.money import BadMoney, parse_currency, to_minor
from regulars.kit.refused import Invalid, Text
from regulars.people.engine.sayings import Said
from regulars.people.engine.tidy.countries import tidy_country
from regulars.people.engine.tidy.dates import tidy_birthday, tidy_date
from regulars.people.engine.tidy.numbers import number_style, tidy_number
from regulars.people.engine.tidy.words import is_blank, tidy_language, tidy_lines, tidy_text, tidy_zone
from regulars.team.models import Business, Member, Team

MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW"})


def said(problem: Said) -> str:
    """Return what the engine says, in the active language."""
    sentence = _(problem.sentence)
    return sentence % problem.words if problem.words else sentence


class Reading:
    """One reading of values: collects the problems, and refuses at the end if there are any."""

    def __init__(self, country: str = "") -> None:
        self.problems: dict[str, Text] = {}
        self._country = country

    @cached_property
    def business(self) -> Business:
        return Business.current()

    @property
    def country(self) -> str:
        """Return the country by which local numbers and dates are read."""
        return self._country or self.business.country

    @contextmanager
    def of(self, field: str) -> Iterator[None]:
        """Note what goes wrong inside as a problem of this field."""
        try:
            yield
        except Said as problem:
            self.problems[field] = said(problem)
        except BadMoney as problem:
            self.problems[field] = str(problem)
        except Invalid as problem:
            self.problems |= {f"{field}.{name}": reason for name, reason in problem.fields.items()}

    def refuse(self, field: str, reason: Text) -> None:
        """Note a problem."""
        self.problems.setdefault(field, reason)

    def finish(self) -> None:
        """Raise Invalid if anything was wrong."""
        if self.problems:
            raise Invalid(self.problems)

    def text(self, field: str, raw: object, most: int, *, lines: bool = False) -> str:
        """Return text that fits, tidied."""
        if raw is None:
            return ""
        if not isinstance(raw, str | int | float | Decimal):
            self.refuse(field, _("Text is needed here."))
            return ""
        clean = tidy_lines(str(raw)) if lines else tidy_text(str(raw))
        if len(clean) > most:
            self.refuse(field, _("At most %(most)d characters are possible here.") % {"most": most})
        return clean[:most]

    def tidied(self, field: str, raw: object, tidy: Callable[[str], str]) -> str:
        """Return what one of the engine's readers makes of it; blank stays blank."""
        if raw is None or is_blank(str(raw)):
            return ""
        with self.of(field):
            return tidy(str(raw))
        return ""

    def day(self, field: str, raw: object) -> date | None:
        """Return a day, from a date or from text."""
        if raw is None or isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        if isinstance(raw, datetime):
            return raw.date()
        with self.of(field):
            return tidy_date(str(raw), self.date_order) if str(raw).strip() else None
        return None

    @property
    def date_order(self) -> str:
        return "mdy" if self.country in MONTH_FIRST else "dmy"

    def moment(self, field: str, raw: object) -> datetime | None:
        """Return a moment with its zone; text without a zone is read in the business's."""
        from zoneinfo import ZoneInfo

        from regulars.people.engine.tidy.dates import tidy_moment

        if raw is None or raw == "":
            return None
        found = raw if isinstance(raw, datetime) else None
        with self.of(field):
            found = found or tidy_moment(str(raw), self.date_order)
        if found is not None and found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(self.business.time_zone))
        return self._in_utc(field, found)

    def _in_utc(self, field: str, at: datetime | None) -> datetime | None:
        """Return the same moment in UTC; PostgreSQL takes no offset of sixteen hours and more."""
        try:
            return at.astimezone(UTC) if at is not None else None
        except OverflowError:
            self.refuse(field, _("This moment is too far away."))
            return None

    def minor(self, field: str, raw: object, currency: str) -> int | None:
        """Return an amount in minor units; text and decimals are whole units."""
        if raw is None or raw == "":
            return None
        with self.of(field):
            amount = raw if isinstance(raw, int | Decimal) else self._number(str(raw))
            return to_minor(amount, parse_currency(currency))
        return None

    def _number(self, text: str) -> Decimal:
        return tidy_number(text, number_style([text], self.country))

    def number(self, field: str, raw: object) -> int | float | None:
        """Return a number as JSON keeps it."""
        if raw is None or raw == "":
            return None
        with self.of(field):
            number = self._number(str(raw)) if not isinstance(raw, Decimal) else raw
            whole = number == number.to_integral_value() and abs(number) < 2**53
            return int(number) if whole else float(number)
        return None

    def hour(self, field: str, raw: object) -> int | None:
        """Return an hour of the day."""
        if raw is None or raw == "":
            return None
        text = str(raw).strip()
        if not text.isdigit() or int(text) > 23:
            self.refuse(field, _("An hour from 0 to 23 is needed here."))
            return None
        return int(text)

    def ref(self, field: str, raw: object, model: type[Member] | type[Team]) -> int | None:
        """Return the id of a member or team, which must exist."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, model):
            return raw.pk
        found = model.objects.filter(pk=int(str(raw))).first() if str(raw).isdigit() else None
        if found is None or (isinstance(found, Member) and not found.is_active):
            self.refuse(field, _("It is not here any more; choose another."))
            return None
        return found.pk


_LENGTHS = {
    "name": 300, "first_name": 150, "last_name": 150, "job_title": 150, "city": 120, "acquired_channel": 60,
    "acquired_campaign": 120, "preferred_channel": 30,
}  # fmt: skip
_TIDY: dict[str, Callable[[str], str]] = {
    "language": tidy_language,
    "time_zone": tidy_zone,
    "country": tidy_country,
}
PERSON_FIELDS = frozenset(
    {
        *_LENGTHS,
        *_TIDY,
        "birthday",
        "keeper",
        "team",
        "preferred_hour",
        "acquired_cost",
        "acquired_cost_minor",
        "acquired_currency",
    }
)


def read_person(values: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """Return the columns of a person that these values set; names are not joined yet."""
    columns: dict[str, Any] = {}
    for field, raw in values.items():
        if field in _LENGTHS:
            columns[field] = reading.text(field, raw, _LENGTHS[field])
        elif field in _TIDY:
            columns[field] = reading.tidied(field, raw, _TIDY[field])
        elif field == "preferred_hour":
            columns[field] = reading.hour(field, raw)
        elif field == "birthday":
            columns[field] = _birthday(raw, reading)
    columns |= _refs(values, reading) | _cost(values, reading)
    for field in values.keys() - PERSON_FIELDS:
        reading.refuse(field, _("There is no such field."))
    return columns


def _birthday(raw: object, reading: Reading) -> date | None:
    if raw is None or raw == "":
        return None
    text = raw.isoformat()[:10] if isinstance(raw, date) else str(raw)
    with reading.of("birthday"):
        return tidy_birthday(text, reading.date_order, today())
    return None


def _refs(values: Mapping[str, Any], reading: Reading) -> dict[str, int | None]:
    refs: dict[str, int | None] = {}
    if "keeper" in values:
        refs["keeper_id"] = reading.ref("keeper", values["keeper"], Member)
    if "team" in values:
        refs["team_id"] = reading.ref("team", values["team"], Team)
    return refs


def _cost(values: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    currency = ""
    if values.get("acquired_currency"):
        with reading.of("acquired_currency"):
            currency = columns["acquired_currency"] = parse_currency(str(values["acquired_currency"]))
    if "acquired_cost" in values:
        currency = currency or reading.business.currency
        columns["acquired_cost_minor"] = reading.minor("acquired_cost", values["acquired_cost"], currency)
    elif "acquired_cost_minor" in values:
        currency = currency or reading.business.currency
        columns["acquired_cost_minor"] = values["acquired_cost_minor"]
    if "acquired_cost_minor" in columns:
        columns["acquired_currency"] = currency if columns["acquired_cost_minor"] is not None else ""
    return columns
