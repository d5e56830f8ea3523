from __future__ import annotations

from dataclasses import dataclass

from regulars.messaging.models import Arrival

MOST = 100


@dataclass(frozen=True)
class Backlog:
    """What could not be read, and how much is yet to be read, counted up to 10,000."""

    put_aside: list[Arrival]
    put_aside_count: int
    waiting: int


def backlog() -> Backlog:
    """Return the newest mails that wait for a person to decide, without their bytes."""
    rows = Arrival.objects.select_related("channel", "raw").defer("raw__content")
    aside = rows.filter(state="quarantined")
    return Backlog(
        list(aside.order_by("-id")[:MOST]),
        aside[:10_000].count(),
        rows.filter(state="waiting")[:10_000].count(),
    )
