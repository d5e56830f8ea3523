"""When somebody answers the chat: one span a day, in the business's own time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))")
DAYS = 7


class BadSpan(ValueError):
    """Hours that are not written as 09:00-17:00, or that end before they begin."""


def read_span(text: str) -> tuple[int, int] | None:
    """Return the minutes of the day at which a span begins and ends; None for a closed day.

    >>> read_span("09:00-17:30")
    (540, 1050)
    """
    if not text:
        return None
    found = SPAN.fullmatch(text)
    if found is None:
        raise BadSpan(text)
    hour, minute, *end = [int(part) for part in found.groups() if part is not None]
    begins, ends = hour * 60 + minute, end[0] * 60 + end[1]
    if begins >= ends:
        raise BadSpan(text)
    return begins, ends


@dataclass(frozen=True)
class Week:
    """The hours of each day from Monday; without any, somebody is always there."""

    days: tuple[str, ...] = ()

    @property
    def is_always(self) -> bool:
        """Tell whether no hours are kept."""
        return not any(self.days)

    def is_open(self, local: datetime) -> bool:
        """Tell whether somebody is there at a local moment."""
        if self.is_always:
            return True
        span = self._span(local)
        minute = local.hour * 60 + local.minute
        return span is not None and span[0] <= minute < span[1]

    def next_opening(self, local: datetime) -> datetime | None:
        """Return when somebody will be there next, in the same zone; None while somebody is, or always."""
        if self.is_open(local):
            return None
        for ahead in range(DAYS + 1):
            day = local + timedelta(days=ahead)
            span = self._span(day)
            if span is None:
                continue
            opening = datetime.combine(day.date(), time(span[0] // 60, span[0] % 60), local.tzinfo)
            if opening > local:
                return opening
        return None

    def _span(self, local: datetime) -> tuple[int, int] | None:
        return read_span(self.days[local.weekday()]) if len(self.days) == DAYS else None
