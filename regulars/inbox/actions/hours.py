from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.inbox.engine.times import BadTimes, read_times
from regulars.inbox.events import BusinessHoursChanged
from regulars.inbox.models.hours import BusinessHours, Holiday
from regulars.kit.actor import Actor
from regulars.kit.countries import countries
from regulars.kit.events import announce, changed
from regulars.kit.refused import Invalid, Refused
from regulars.people.actions.reading import Reading

# Public holidays are kept for these years around the present one, and looked up again every night.
YEARS_BACK, YEARS_AHEAD = 1, 2
_TOLD = ("name", "time_zone", "week", "country", "is_default")


class HoursInUse(Refused):
    """Business hours that a response target reckons with cannot be thrown away."""

    code = "hours_in_use"
    default = gettext_lazy("A response target reckons with these hours. Give it others first.")


@transaction.atomic
def create_hours(values: Mapping[str, Any], *, by: Actor, at: datetime) -> BusinessHours:
    """Make business hours: name, time_zone, week (seven texts such as «09:00–17:00»), country, is_default."""
    columns = _read(values)
    is_first = not BusinessHours.objects.filter(is_default=True).exists()
    hours = BusinessHours(created_at=at, **columns)
    hours.is_default = hours.is_default or is_first
    _save(hours)
    fill_holidays(hours, at=at)
    _announce(hours, by, changed({}, {name: getattr(hours, name) for name in _TOLD}))
    return hours


@transaction.atomic
def change_hours(
    hours: BusinessHours, values: Mapping[str, Any], *, by: Actor, at: datetime
) -> BusinessHours:
    """Change business hours; promises that run already are reckoned anew at once."""
    before = {name: getattr(hours, name) for name in _TOLD}
    for name, value in _read({**before, **values}, hours).items():
        setattr(hours, name, value)
    hours.is_default = hours.is_default or before["is_default"]
    changes = changed(before, {name: getattr(hours, name) for name in _TOLD})
    if changes:
        _save(hours)
        if "country" in changes:
            fill_holidays(hours, at=at)
        _announce(hours, by, changes)
    return hours


@transaction.atomic
def delete_hours(hours: BusinessHours, *, by: Actor) -> None:
    """Throw business hours away, unless a target reckons with them."""
    number, name = hours.pk, hours.name
    try:
        hours.delete()
    except ProtectedError as problem:
        raise HoursInUse from problem
    announce(BusinessHoursChanged(hours_id=number, name=name), by=by, changes={"name": [name, None]})


@transaction.atomic
def set_day(
    hours: BusinessHours, on: date, *, name: str, times: str = "", by: Actor, at: datetime
) -> Holiday:
    """Say that a day differs: closed, or open at other times; it takes the place of a public holiday."""
    reading = Reading()
    words = reading.text("name", name, 120) or _("Closed")
    openings = _times("times", times, reading)
    reading.finish()
    day, _is_new = Holiday.objects.update_or_create(
        hours=hours, on=on, defaults={"name": words, "openings": openings, "is_own": True}
    )
    _announce(hours, by, {"day": [None, f"{on.isoformat()} {words} {times}".strip()]})
    return day


@transaction.atomic
def remove_day(day: Holiday, *, by: Actor, at: datetime) -> None:
    """Take back that a day differs; a public holiday of the country comes back in its place."""
    hours, told = day.hours, f"{day.on.isoformat()} {day.name}"
    was_own, on = day.is_own, day.on
    day.delete()
    if was_own:
        fill_holidays(hours, at=at)
    else:
        # A holiday on which this business works is kept as an own day with the weekday's times.
        Holiday.objects.create(
            hours=hours, on=on, name=_("As usual"), openings=hours.week[on.weekday()], is_own=True
        )
    _announce(hours, by, {"day": [told, None]})


def fill_holidays(hours: BusinessHours, *, at: datetime) -> None:
    """Keep a country's public holidays of the years around now; own days stay as they are."""
    own = set(hours.days.filter(is_own=True).values_list("on", flat=True))
    wanted = {on: name for on, name in public_holidays(hours.country, at.year).items() if on not in own}
    hours.days.filter(is_own=False).exclude(on__in=wanted).delete()
    rows = [Holiday(hours=hours, on=on, name=name[:120]) for on, name in sorted(wanted.items())]
    Holiday.objects.bulk_create(rows, ignore_conflicts=True)


def public_holidays(country: str, year: int) -> dict[date, str]:
    """Return a country's public holidays around a year; none for a country that is not known."""
    if not country:
        return {}
    # The library is large, so only who needs it loads it.
    import holidays

    years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
    try:
        found = holidays.country_holidays(country, years=years)
    except NotImplementedError:
        return {}
    return {on: str(name) for on, name in found.items()}


def refresh_holidays(*, at: datetime) -> int:
    """Look up all public holidays anew, so that next year's are there in time; return for how many hours."""
    rows = list(BusinessHours.objects.exclude(country=""))
    for hours in rows:
        with transaction.atomic():
            fill_holidays(hours, at=at)
    return len(rows)


def _save(hours: BusinessHours) -> None:
    if hours.is_default:
        BusinessHours.objects.filter(is_default=True).exclude(pk=hours.pk).update(is_default=False)
    hours.save()


def _announce(hours: BusinessHours, by: Actor, changes: dict[str, list[Any]]) -> None:
    announce(BusinessHoursChanged(hours_id=hours.pk, name=hours.name), by=by, changes=changes)


def _read(values: Mapping[str, Any], hours: BusinessHours | None = None) -> dict[str, Any]:
    reading = Reading()
    name = reading.text("name", values.get("name"), 60)
    if not name:
        reading.refuse("name", _("This can't be blank."))
    elif BusinessHours.objects.filter(name=name).exclude(pk=hours.pk if hours else 0).exists():
        reading.refuse("name", _("There are hours of this name already."))
    zone = str(values.get("time_zone") or "")
    if zone not in available_timezones():
        reading.refuse("time_zone", _("There is no such time zone. It is written like Europe/Helsinki."))
    country = str(values.get("country") or "").upper()
    if country and country not in countries():
        reading.refuse("country", _("There is no such country. It is written with two letters, like FI."))
    week = _week(values.get("week") or [], reading)
    reading.finish()
    return {
        "name": name, "time_zone": zone, "week": week, "country": country,
        "is_default": bool(values.get("is_default")),
    }  # fmt: skip


def _week(days: Sequence[object], reading: Reading) -> list[list[list[int]]]:
    if len(days) != 7:
        reading.refuse("week", _("A week has seven days."))
        return [[] for _day in range(7)]
    return [_times(f"day_{number}", day, reading) for number, day in enumerate(days)]


def _times(field: str, given: object, reading: Reading) -> list[list[int]]:
    """Return a day's openings from text, or from pairs of minutes as they are kept."""
    try:
        pairs = read_times(given) if isinstance(given, str) else read_times(_as_text(given))
    except BadTimes as problem:
        reading.refuse(field, _(problem.sentence) % problem.words)
        return []
    return [list(pair) for pair in pairs]


def _as_text(pairs: object) -> str:
    if not isinstance(pairs, Iterable):
        raise Invalid({"week": _("Times are written like 09:00–17:00.")})
    from regulars.inbox.engine.times import write_times

    return write_times([(int(opens), int(closes)) for opens, closes in pairs])
