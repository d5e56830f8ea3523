"""What a sending service reports of letters that left: that one arrived, never arrives, or was complained about."""

from __future__ import annotations

from datetime import datetime

from regulars.kit.actor import Actor
from regulars.people.actions import mark_bounced

BOUNCED, COMPLAINED = "bounced", "complained"


def mark_delivery(message_id: str, recipient_email: str, state: str, reason: str, at: datetime) -> None:
    """Note what became of a letter at one recipient; `state` is delivered, bounced, complained or failed.

    An address that never takes mail, or whose owner complained, is marked with its person.
    """
    if state in (BOUNCED, COMPLAINED) and recipient_email:
        mark_bounced(recipient_email.strip().lower(), by=Actor.clock("mail"), at=at)
