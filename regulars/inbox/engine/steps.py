"""What can be done by itself on a conversation, by macros and rules: the names of the steps and whom they may name."""

from __future__ import annotations

import re
from collections.abc import Mapping

# In the order they are done: what ends the work on a conversation comes last.
STEPS = (
    "template", "text", "assign", "tags", "untags", "priority", "note", "task", "task_hours", "task_for", "follow", "ending",
)  # fmt: skip
# Steps that do something by themselves; the others only say how.
DEEDS = tuple(step for step in STEPS if step not in ("task_hours", "task_for"))
ENDINGS = ("close", "later", "tomorrow", "monday", "week")
TO_SOMEBODY = ("me", "previous", "turn", "load", "nobody")
DOERS = ("assignee", "keeper", "me")
NUMBERED = re.compile(r"(member|team):([0-9]{1,18})")
MOST_HOURS = 2_000


def numbered(whom: str) -> tuple[str, int] | None:
    """Read a member or team named by number; None for anything else.

    >>> numbered("team:3"), numbered("me")
    (('team', 3), None)
    """
    found = NUMBERED.fullmatch(whom)
    return (found[1], int(found[2])) if found else None


def tidied(steps: Mapping[str, object]) -> dict[str, object]:
    """Return the steps that do something, in their order; those without words or a choice are left out.

    >>> tidied({"ending": "close", "note": "", "priority": 0})
    {'priority': 0, 'ending': 'close'}
    """
    kept = {step: steps[step] for step in STEPS if step in steps and _says_something(steps[step])}
    if "task" not in kept:
        kept = {step: value for step, value in kept.items() if not step.startswith("task_")}
    return kept


def _says_something(value: object) -> bool:
    return value is not None and value is not False and value not in ("", [], ())
