from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return this moment in UTC; the one place where the product reads the clock."""
    return datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """Return the date it is now in a time zone."""
    return now().astimezone(ZoneInfo(zone)).date()
