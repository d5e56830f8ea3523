from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from regulars.kit.clock import now
from regulars.kit.postgres.backend import PLANNED_ONCE
from regulars.kit.refused import Refused

COUNT = f"""{PLANNED_ONCE}
INSERT INTO team_ratewindow (subject, starts_at, hits) VALUES (%s, %s, 1)
ON CONFLICT (subject, starts_at) DO UPDATE SET hits = team_ratewindow.hits + 1
RETURNING hits
"""


class TooMany(Refused):
    """Refuse because the same was tried too often in a short time."""

    status = 429
    code = "too_many"
    default = _("That was tried too often. Wait a minute and try again.")


@dataclass(frozen=True)
class Hit:
    """How often a subject came in the current window of time, and what is left of it."""

    limit: int
    hits: int
    seconds_left: int

    @property
    def is_within(self) -> bool:
        return self.hits <= self.limit

    @property
    def remaining(self) -> int:
        return max(self.limit - self.hits, 0)


def hit(subject: str, limit: int, seconds: int) -> Hit:
    """Count one try in the subject's window of `seconds`, in one statement that all processes share."""
    current = now().timestamp()
    start = math.floor(current / seconds) * seconds
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [subject[:200], datetime.fromtimestamp(start, UTC)])
        hits = cursor.fetchone()[0]
    return Hit(limit, hits, max(math.ceil(start + seconds - current), 1))


def within(subject: str, limit: int, seconds: int) -> None:
    """Count one try and refuse it when there were too many."""
    if not hit(subject, limit, seconds).is_within:
        raise TooMany
