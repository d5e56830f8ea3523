"""Response clocks: how much of the time we promised is used up, and when the rest runs out.

A clock counts open seconds only, and none while it stands still (we wait for the customer). It is a value: each deed
returns the clock as it is afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from regulars.inbox.engine.hours import Calendar, moment_after, working_seconds

FIRST, NEXT, RESOLUTION = "first", "next", "resolution"
KINDS = (FIRST, NEXT, RESOLUTION)


@dataclass(frozen=True, kw_only=True)
class ResponseClock:
    """A promise to answer within `allowed` open seconds; `used` are those before `running_since`, None while it stands."""

    allowed: int
    warn_before: int = 0
    used: int = 0
    running_since: datetime | None = None
    done_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether it counts."""
        return self.running_since is not None

    def used_at(self, moment: datetime, calendar: Calendar) -> int:
        """Return the seconds used up at a moment."""
        if self.running_since is None:
            return self.used
        return self.used + working_seconds(self.running_since, moment, calendar)

    def due_at(self, calendar: Calendar) -> datetime | None:
        """Return when the time is up if nothing happens; None while it stands or when it never is."""
        return self._at(self.allowed, calendar)

    def warn_at(self, calendar: Calendar) -> datetime | None:
        """Return when to warn: that many open seconds before the time is up; None without a warning."""
        return self._at(max(self.allowed - self.warn_before, 0), calendar) if self.warn_before > 0 else None

    def paused(self, at: datetime, calendar: Calendar) -> ResponseClock:
        """Stand still; a clock that stands is left as it is."""
        if self.running_since is None:
            return self
        return replace(self, used=self.used_at(at, calendar), running_since=None)

    def resumed(self, at: datetime) -> ResponseClock:
        """Go on counting; a clock that counts or is done is left as it is."""
        return self if self.is_running or self.done_at else replace(self, running_since=at)

    def done(self, at: datetime, calendar: Calendar) -> ResponseClock:
        """Stop for good: the promise was met, in time or not."""
        return self if self.done_at else replace(self.paused(at, calendar), done_at=at)

    @property
    def is_over(self) -> bool:
        """Tell whether more was used than allowed; only what stands still can be asked without a moment."""
        return self.used > self.allowed

    def _at(self, seconds: int, calendar: Calendar) -> datetime | None:
        if self.running_since is None:
            return None
        return moment_after(self.running_since, seconds - self.used, calendar)


def started(at: datetime, *, allowed: int, warn_before: int = 0) -> ResponseClock:
    """Return a clock that begins to count."""
    return ResponseClock(allowed=allowed, warn_before=min(warn_before, allowed), running_since=at)
