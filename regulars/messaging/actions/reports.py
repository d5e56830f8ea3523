"""What a sending service reports of letters that left: that one arrived, never arrives, or was complained about."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regulars.kit.actor import Actor
from regulars.messaging.actions.returns import note_outcome, sendings_named
from regulars.messaging.engine.kinds import COMPLAINT, HARD_BOUNCE
from regulars.people.actions import mark_bounced

BOUNCED, COMPLAINED = "bounced", "complained"
OUTCOMES = {"delivered": "delivered", "failed": HARD_BOUNCE, BOUNCED: HARD_BOUNCE, COMPLAINED: COMPLAINT}


@transaction.atomic
def mark_delivery(message_id: str, recipient_email: str, state: str, reason: str, at: datetime) -> None:
    """Note what became of a letter at one recipient; `state` is delivered, bounced, complained or failed.

    Of a letter of ours its sending is marked; an address that never takes mail, or whose owner complained, in any case.
    """
    by, email = Actor.clock("mail"), recipient_email.strip().lower()
    for sending in sendings_named(message_id=message_id, email=email):
        note_outcome(sending, OUTCOMES.get(state, "delayed"), reason, by=by, at=at)
    if state in (BOUNCED, COMPLAINED) and email:
        mark_bounced(email, by=by, at=at)
