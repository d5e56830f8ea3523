from __future__ import annotations

from regulars.kit.worker import loop
from regulars.messaging.actions.intake import read_waiting
from regulars.messaging.actions.rounds import keep_rounds


@loop("mail")
def reading() -> bool:
    """Read the mail that waits."""
    return read_waiting() > 0


@loop("mailboxes")
def mailboxes() -> bool:
    """Look into the mailboxes, each in a thread of its own."""
    return keep_rounds()
