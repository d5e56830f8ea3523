from __future__ import annotations

from regulars.kit.events import Heard, hears
from regulars.people.events import PersonErased
from regulars.timeline.actions.doors import blank_touchpoints


@hears(PersonErased)
def take_words_out(event: PersonErased, heard: Heard) -> None:
    """Take names and words out of everything that happened with an erased person."""
    if event.person_id is not None:
        blank_touchpoints(person_id=event.person_id)
