from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_DAYS = 731
DEFAULT = "30"
PRESETS = ("7", "30", "90", "month", "last_month", "own")


@dataclass(frozen=True)
class Period:
    """Whole days in the business's time zone, both ends included."""

    first: date
    last: date
    zone: str
    preset: str = "own"

    @property
    def start(self) -> datetime:
        """The moment the first day begins."""
        return datetime.combine(self.first, time.min, ZoneInfo(self.zone))

    @property
    def end(self) -> datetime:
        """The moment the day after the last begins."""
        return datetime.combine(self.last + timedelta(days=1), time.min, ZoneInfo(self.zone))

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def period_of(preset: str, first: str, last: str, *, today: date, zone: str) -> Period:
    """Return the period that was asked for; what can't be read is the last thirty days.

    >>> one = period_of("last_month", "", "", today=date(2026, 3, 5), zone="UTC")
    >>> one.first.isoformat(), one.last.isoformat()
    ('2026-02-01', '2026-02-28')
    """
    if preset == "month":
        return Period(today.replace(day=1), today, zone, preset)
    if preset == "last_month":
        end = today.replace(day=1) - timedelta(days=1)
        return Period(end.replace(day=1), end, zone, preset)
    if preset == "own" and (own := _own(first, last, zone)) is not None:
        return own
    preset = preset if preset.isdecimal() and preset in PRESETS else DEFAULT
    return Period(today - timedelta(days=int(preset) - 1), today, zone, preset)


def _own(first: str, last: str, zone: str) -> Period | None:
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    begin, end = min(begin, end), max(begin, end)
    if end.year > 9000 or begin.year < 1900:
        return None
    return Period(max(begin, end - timedelta(days=LONGEST_DAYS)), end, zone)
