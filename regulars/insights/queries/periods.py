"""Which days a question is about, as the address of a page says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Step = Literal["day", "week", "month", "quarter", "year"]
DEFAULT = "365"
PRESETS = ("30", "90", "365", "year", "last_year", "all", "own")
FIRST_YEAR, LAST_YEAR = 1900, 9000


@dataclass(frozen=True)
class Period:
    """From `since` (None: from the beginning) to the day before `until`."""

    preset: str
    since: date | None
    until: date

    @property
    def days(self) -> int | None:
        return (self.until - self.since).days if self.since else None

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)

    @property
    def step(self) -> Step:
        """The step that draws a line of a readable number of points."""
        days = self.days or 1500
        if days > 1100:
            return "quarter" if days < 2200 else "year"
        return "day" if days <= 35 else "week" if days <= 130 else "month"

    def before(self) -> Period | None:
        """The same number of days that came just before."""
        if self.since is None or self.days is None:
            return None
        return Period("own", self.since - timedelta(days=self.days), self.since)

    def year_before(self) -> Period | None:
        """The same days a year earlier."""
        return Period("own", _back(self.since), _back(self.until)) if self.since else None

    @property
    def address(self) -> dict[str, str]:
        """The period as an address says it."""
        if self.preset != "own" or self.since is None:
            return {} if self.preset == DEFAULT else {"period": self.preset}
        return {"period": "own", "from": self.since.isoformat(), "to": self.last.isoformat()}


def period_of(said: Mapping[str, str], today: date) -> Period:
    """Return the period that an address asks for; what can't be read is the last year.

    >>> period_of({"period": "30"}, date(2026, 3, 31)).since
    datetime.date(2026, 3, 1)
    >>> period_of({"period": "last_year"}, date(2026, 3, 31)).last
    datetime.date(2025, 12, 31)
    """
    preset = said.get("period", "")
    january = today.replace(month=1, day=1)
    if preset == "all":
        return Period(preset, None, today)
    if preset == "year":
        return Period(preset, january, max(today, january + timedelta(days=1)))
    if preset == "last_year":
        return Period(preset, january.replace(year=today.year - 1), january)
    if preset == "own" and (own := _own(said.get("from", ""), said.get("to", ""))) is not None:
        return own
    preset = preset if preset.isdecimal() and preset in PRESETS else DEFAULT
    return Period(preset, today - timedelta(days=int(preset)), today)


def _own(first: str, last: str) -> Period | None:
    try:
        begin, end = sorted((date.fromisoformat(first), date.fromisoformat(last)))
    except ValueError:
        return None
    if begin.year < FIRST_YEAR or end.year > LAST_YEAR:
        return None
    return Period("own", begin, end + timedelta(days=1))


def _back(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
