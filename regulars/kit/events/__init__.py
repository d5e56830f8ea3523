"""What happened, who hears it, and the one door through which it is said.

`announce(event)` is called last in an action, inside its transaction. The rooms that keep books (team's audit log,
timeline's touchpoints) register a writer each; all of them are written by one statement. `hears` registers a reaction
that runs in the worker after the commit; `follows` one that reads everything in batches behind a stored cursor.
"""

from regulars.kit.events.announcing import (
    MAX_DEPTH,
    Announcement,
    Statement,
    Writer,
    announce,
    announce_many,
    at_depth,
    register_writer,
)
from regulars.kit.events.event import (
    EVENTS,
    Changes,
    Event,
    as_json,
    changed,
    event_class,
    jsonable,
    read_back,
)
from regulars.kit.events.listening import (
    Follower,
    Heard,
    Reaction,
    followers,
    follows,
    hears,
    reaction_name,
    reactions,
    reactions_to,
)

__all__ = [
    "EVENTS", "MAX_DEPTH", "Announcement", "Changes", "Event", "Follower", "Heard", "Reaction", "Statement", "Writer", "announce",
    "announce_many", "as_json", "at_depth", "changed", "event_class", "followers", "follows", "hears", "jsonable", "reaction_name", "reactions",
    "reactions_to", "read_back", "register_writer",
]  # fmt: skip
