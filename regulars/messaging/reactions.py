from __future__ import annotations

from regulars.kit.events import Heard, hears
from regulars.messaging.actions.chat.forgetting import forget_visitors
from regulars.messaging.actions.erasing import forget_mail
from regulars.people.events import PersonErased


@hears(PersonErased)
def forget_their_mail(event: PersonErased, heard: Heard) -> None:
    """Take the words out of the mail of somebody who was erased."""
    if event.person_id is not None:
        forget_mail([event.person_id], at=heard.recorded_at)
        forget_visitors([event.person_id])
