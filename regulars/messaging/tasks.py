from __future__ import annotations

from regulars.kit.worker import BULK, loop, task
from regulars.messaging.actions.intake import read_waiting
from regulars.messaging.actions.outbox import deliver_due
from regulars.messaging.actions.remote_files import fetch_file
from regulars.messaging.actions.texts import FETCH


@loop("mail")
def reading() -> bool:
    """Read the mail that waits."""
    return read_waiting() > 0


@loop("outbox")
def delivering() -> bool:
    """Send the letters that are due."""
    return deliver_due() > 0


@task(FETCH, queue=BULK)
def fetching_a_file(file_id: int) -> None:
    """Fetch a file that a text brought."""
    fetch_file(file_id)
