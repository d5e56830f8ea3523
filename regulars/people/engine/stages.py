"""Where a person stands next: pure decisions from where they stand now and which rules hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

STAGES = ("reached", "acquired", "nurtured", "retained", "advocate")
STEADY, WAVERING, AT_RISK, LAPSED, WON_BACK = "steady", "wavering", "at_risk", "lapsed", "won_back"
HEALTHS = (STEADY, WAVERING, AT_RISK, LAPSED, WON_BACK)
# How long a welcome lasts, and how long a decision made by hand stands against the rules.
WELCOME, BY_HAND = timedelta(days=30), timedelta(days=30)
INSTANT = timedelta(microseconds=1)


def rank(stage: str) -> int:
    """Return how far a stage is.

    >>> rank("reached") < rank("advocate")
    True
    """
    return STAGES.index(stage)


def next_stage(current: str, met: Collection[str], ruled: Collection[str]) -> str:
    """Return the stage after the rules were asked: which of them hold (`met`) out of those there are (`ruled`).

    Rules only move forward, with one exception: who no longer bought anything at all (the only order was paid back)
    is back at the beginning.

    >>> next_stage("reached", {"acquired", "nurtured"}, STAGES), next_stage("advocate", {"acquired"}, STAGES)
    ('nurtured', 'advocate')
    >>> next_stage("nurtured", set(), STAGES), next_stage("advocate", set(), STAGES)
    ('reached', 'advocate')
    """
    if "acquired" in ruled and "acquired" not in met and current in ("acquired", "nurtured", "retained"):
        return max(met, key=rank, default="reached")
    return max((current, *met), key=rank)


def next_health(current: str, met: Sequence[str], since: datetime | None, at: datetime) -> str:
    """Return the health after the rules were asked; `met` are those that hold, in the order of the rules.

    Who was at risk or lapsed and is well again counts as won back for a while.

    >>> from datetime import UTC
    >>> day = datetime(2026, 1, 1, tzinfo=UTC)
    >>> next_health("lapsed", ["steady"], day, day), next_health("steady", ["at_risk", "wavering"], day, day)
    ('won_back', 'at_risk')
    """
    found = met[0] if met else ""
    if found == STEADY and current in (AT_RISK, LAPSED):
        return WON_BACK
    is_welcome = current == WON_BACK and since is not None and at < since + WELCOME
    return WON_BACK if found == STEADY and is_welcome else found


def moment_after(since: datetime, at: datetime) -> datetime:
    """Return when a move counts: when it happens, but never before the last one.

    >>> from datetime import UTC
    >>> moment_after(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)).microsecond
    1
    """
    return at if at > since else since + INSTANT
