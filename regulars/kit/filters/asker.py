from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from regulars.kit.traits import MaySee, sees_everything


@dataclass(frozen=True, kw_only=True)
class Asker:
    """For whom and when a filter is read: what they may see, who "me" is, and in which time zone a day begins."""

    now: datetime
    may_see: MaySee = sees_everything
    member_id: int | None = None
    zone: tzinfo = UTC

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """Return the moment a day begins."""
        return datetime.combine(day, time.min, tzinfo=self.zone)

    def end_of(self, day: date) -> datetime:
        """Return the moment the next day begins."""
        return self.start_of(day + timedelta(days=1))

    @property
    def zone_name(self) -> str:
        return getattr(self.zone, "key", None) or "UTC"
