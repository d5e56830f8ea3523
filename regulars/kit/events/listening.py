from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit.actor import Actor
from regulars.kit.events.event import Event, family

Reaction = Callable[..., None]
_reactions: dict[str, list[Reaction]] = defaultdict(list)
_followers: dict[str, Follower] = {}


@dataclass(frozen=True)
class Heard:
    """What a reaction is told besides the event: the touchpoint's number, who did it and when."""

    touchpoint_id: int
    by: Actor
    occurred_at: datetime
    recorded_at: datetime
    depth: int = 0


@dataclass(frozen=True)
class Follower:
    """One who reads every touchpoint in batches; effects and cursor share a transaction."""

    name: str
    read: Callable[[list[Any]], None]
    batch: int = 1000
    silent_too: bool = True


def hears(*events: type[Event]) -> Callable[[Reaction], Reaction]:
    """Register a reaction, called in the worker as `reaction(event, heard)` after the announcing transaction committed.

    Once for each announced event, in one transaction with its effects; should it fail it is tried again by itself.
    """

    def register(reaction: Reaction) -> Reaction:
        for event in events:
            if reaction not in _reactions[event.kind]:
                _reactions[event.kind].append(reaction)
        return reaction

    return register


def follows(
    name: str, *, batch: int = 1000, silent_too: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a follower, called in the worker with every touchpoint in batches, each exactly once, in order."""

    def register(read: Callable[..., None]) -> Callable[..., None]:
        _followers[name] = Follower(name, read, batch, silent_too)
        return read

    return register


def reactions() -> dict[str, list[Reaction]]:
    """Return who hears what, by kind of event."""
    return {kind: list(known) for kind, known in _reactions.items() if known}


def reactions_to(kind: str) -> list[Reaction]:
    """Return who hears an event of this kind, in the order they were registered."""
    return [*_reactions.get(kind, []), *_reactions.get(family(kind), [])]


def followers() -> list[Follower]:
    """Return all who follow."""
    return list(_followers.values())


def reaction_name(reaction: Reaction) -> str:
    """Return the dotted name under which a failed reaction is tried again."""
    return f"{reaction.__module__}.{reaction.__qualname__}"
