"""Hours in which nobody wants to hear from a shop."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def first_calm_moment(
    at: datetime, zone: ZoneInfo, quiet_from: time | None, quiet_until: time | None
) -> datetime:
    """Return the first moment from `at` on that lies outside the quiet hours of a time zone; both ends open: always.

    >>> from datetime import UTC
    >>> night = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    >>> first_calm_moment(night, ZoneInfo("Europe/Helsinki"), time(21), time(8)).isoformat()
    '2026-03-03T06:00:00+00:00'
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return at
    local = at.astimezone(zone)
    if not _is_quiet(local.time(), quiet_from, quiet_until):
        return at
    day = local.date()
    if quiet_from > quiet_until and local.time() >= quiet_from:
        day += timedelta(days=1)
    # Built from the wall clock, so that a night with 23 or 25 hours ends at the same hour as any other.
    return datetime.combine(day, quiet_until, zone).astimezone(at.tzinfo)


def _is_quiet(moment: time, start: time, end: time) -> bool:
    return start <= moment < end if start < end else moment >= start or moment < end
