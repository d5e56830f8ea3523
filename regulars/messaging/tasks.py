from __future__ import annotations

from regulars.kit.worker import loop
from regulars.messaging.actions.intake import read_waiting


@loop("mail")
def reading() -> bool:
    """Read the mail that waits."""
    return read_waiting() > 0
