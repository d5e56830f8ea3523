from __future__ import annotations

import calendar
from datetime import date, timedelta

MONTHS = {"month": 1, "quarter": 3, "year": 12}


def next_renewal(day: date, interval: str) -> date:
    """Return the day one interval later; from the 31st it is the last day of a shorter month.

    >>> next_renewal(date(2026, 1, 31), "month"), next_renewal(date(2026, 3, 2), "week")
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 9))
    """
    if interval == "week":
        return day + timedelta(days=7)
    months = day.month - 1 + MONTHS.get(interval, 1)
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
