from __future__ import annotations

from regulars.kit.clock import now
from regulars.kit.worker import BULK, every, loop, task
from regulars.messaging.actions.chat.answering import release_due
from regulars.messaging.actions.chat.forgetting import sweep_visitors
from regulars.messaging.actions.chat.handing_over import mail_due
from regulars.messaging.actions.intake import read_waiting
from regulars.messaging.actions.outbox import deliver_due
from regulars.messaging.actions.remote_files import fetch_file
from regulars.messaging.actions.rounds import keep_rounds
from regulars.messaging.actions.texts import FETCH


@loop("mail")
def reading() -> bool:
    """Read the mail that waits."""
    return read_waiting() > 0


@loop("chat")
def releasing() -> bool:
    """Let the chat's answers be seen when their moment has come."""
    return release_due()


@every("* * * * *", "messaging.mail_unseen_chat_answers")
def mailing(_planned: int) -> None:
    """Mail visitors who have gone what they were answered meanwhile."""
    mail_due()


@every("35 3 * * *", "messaging.sweep_chat_visitors")
def sweeping(_planned: int) -> None:
    """Forget browsers that never wrote anything."""
    sweep_visitors(at=now())


@loop("outbox")
def delivering() -> bool:
    """Send the letters that are due."""
    return deliver_due() > 0


@task(FETCH, queue=BULK)
def fetching_a_file(file_id: int) -> None:
    """Fetch a file that a text brought."""
    fetch_file(file_id)


@loop("mailboxes")
def mailboxes() -> bool:
    """Look into the mailboxes, each in a thread of its own."""
    return keep_rounds()
