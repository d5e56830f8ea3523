"""The page of events, written from the source: docs/build/events.md."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from regulars.config.tracing import heard_by, our_events, said_by
from regulars.kit.events import Event

PAGE = Path(__file__).resolve().parents[2] / "docs" / "build" / "events.md"
HEAD = """# Events

What rooms announce, who says it and who hears it. This page is written by `python manage.py document_events`; a test compares it
with the source. `manage.py trace <action>` prints the same for one action, with file and line.

**Shown**: on the timeline of a person or company. **Touch**: counts as contact with the person. Every event is in the audit log.
"""
TABLE = """
## {room}

| event | kind | what happened | shown | said by | heard by |
|---|---|---|---|---|---|
"""


def event_page() -> str:
    """Return the page's text."""
    rooms: dict[str, list[type[Event]]] = defaultdict(list)
    for event in our_events():
        rooms[event.__module__.split(".")[1]].append(event)
    return HEAD + "".join(_section(room, events) for room, events in sorted(rooms.items()))


def _section(room: str, events: list[type[Event]]) -> str:
    return TABLE.format(room=room) + "".join(f"{_row(event)}\n" for event in events)


def _row(event: type[Event]) -> str:
    shown = ("shown, touch" if event.touches else "shown") if event.on_timeline else ""
    what = (event.__doc__ or "").partition("\n")[0]
    said = ", ".join(f"`{one.name}`" for one in said_by(event))
    heard = ", ".join(f"`{one.name}`" for one in heard_by(event))
    return f"| {event.__name__} | `{event.kind}` | {what} | {shown} | {said} | {heard} |"
