"""The moments a conversation is put aside until, and those something is due at in open hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.inbox.engine.hours import moment_after
from regulars.inbox.models.hours import calendar_of
from regulars.inbox.queries.targets import default_hours

MORNING = time(9)


def snooze_moments(at: datetime) -> dict[str, tuple[str, datetime]]:
    """Return the usual times to be reminded, in the active time zone."""
    local = timezone.localtime(at)

    def morning(days: int) -> datetime:
        day = local.date() + timedelta(days=days)
        return timezone.make_aware(datetime.combine(day, MORNING))

    return {
        "later": (_("In three hours"), at + timedelta(hours=3)),
        "tomorrow": (_("Tomorrow morning"), morning(1)),
        "monday": (_("Monday morning"), morning(7 - local.weekday())),
        "week": (_("In a week"), morning(7)),
    }


def in_open_hours(at: datetime, hours: int) -> datetime | None:
    """Return the moment so many open hours later, by the business's own hours; None when that is never."""
    return moment_after(at, hours * 3600, calendar_of(default_hours()))
