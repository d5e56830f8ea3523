from __future__ import annotations

from regulars.kit.worker import loop
from regulars.messaging.actions.intake import read_waiting
from regulars.messaging.actions.outbox import deliver_due


@loop("mail")
def reading() -> bool:
    """Read the mail that waits."""
    return read_waiting() > 0


@loop("outbox")
def delivering() -> bool:
    """Send the letters that are due."""
    return deliver_due() > 0
