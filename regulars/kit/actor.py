from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

ActorKind = Literal["member", "key", "customer", "import", "clock"]


@dataclass(frozen=True)
class Actor:
    """Who did it and from where: named by every write, shown in the audit log and on the timeline."""

    kind: ActorKind
    id: int | None = None
    label: str = ""
    address: str | None = None
    request_id: str | None = None
    member_id: int | None = None

    @classmethod
    def clock(cls, label: str = "clock") -> Actor:
        """Return the actor of what happens by itself: schedules and reactions."""
        return cls("clock", label=label)

    def importing(self, run_id: int, label: str) -> Actor:
        """Return the actor for the writes of one import run started by this actor."""
        return replace(self, kind="import", id=run_id, label=label)
