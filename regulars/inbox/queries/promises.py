"""What a promise means for a mail that comes at a certain moment: the preview of hours and targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from regulars.inbox.engine.hours import Calendar, moment_after


@dataclass(frozen=True)
class Example:
    """A mail at a moment, and until when it must be answered."""

    comes_at: datetime
    due_at: datetime | None

    @property
    def words(self) -> str:
        """The example in a sentence."""
        comes = day_and_time(self.comes_at)
        if self.due_at is None:
            return _("A mail on %(comes)s is never due: nobody is there in these hours.") % {"comes": comes}
        return _("A mail on %(comes)s must be answered by %(due)s.") % {
            "comes": comes,
            "due": day_and_time(self.due_at),
        }


def example_of(minutes: int, calendar: Calendar, *, at: datetime, zone: ZoneInfo) -> Example:
    """Return the example of the coming Friday at ten to five, in the hours' own time zone."""
    there = ZoneInfo(calendar.zone) if not calendar.never_closes else zone
    local = at.astimezone(there)
    friday = local.date() + timedelta(days=(4 - local.weekday()) % 7)
    comes = datetime(friday.year, friday.month, friday.day, 16, 50, tzinfo=there)
    due = moment_after(comes, minutes * 60, calendar)
    return Example(comes, due.astimezone(there) if due is not None else None)


def day_and_time(moment: datetime) -> str:
    """Return a moment as a weekday, day and time, in the zone it carries."""
    return f"{formats.date_format(moment, 'l j F')} {moment:%H:%M}"
