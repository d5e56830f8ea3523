"""Keeping mirror and worth up to date, one after the other."""

from __future__ import annotations

import logging

from django.db import transaction

from regulars.insights.actions.mirror import Busy, Refreshed, refresh_mirror
from regulars.insights.actions.worth import changed_since, is_learned, refresh_worth, refresh_worth_of
from regulars.insights.models import Mirror
from regulars.kit.clock import now

log = logging.getLogger(__name__)
# So many changed at once are worked out with everybody's.
MANY = 20_000


def keep_up(*, full: bool = False, folding: bool = False) -> Refreshed | None:
    """Bring the mirror and then people's worth up to date; None while another process does. A failure is noted and raised."""
    before = Mirror.current().seen_at
    try:
        done = refresh_mirror(full=full, folding=folding)
    except Busy:
        return None
    except Exception as problem:
        _note_failure(problem)
        raise
    changed = changed_since(before) if before and is_learned() else None
    if changed is None or len(changed) > MANY or done.how == "full":
        refresh_worth()
    else:
        refresh_worth_of(changed)
    return done


def keep_up_at_night() -> None:
    """Fold changes into the month files and work out everybody's worth: ranks and scores move with the days."""
    if keep_up(folding=True) is not None:
        refresh_worth()


@transaction.atomic
def _note_failure(problem: Exception) -> None:
    log.warning("The mirror could not be brought up to date: %r", problem)
    Mirror.objects.update_or_create(pk=1, defaults={"failed_at": now(), "error": str(problem)[:2000]})
