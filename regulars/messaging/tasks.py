from __future__ import annotations

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.worker import BULK, every, is_stopping, loop, task
from regulars.messaging.actions.chat.answering import release_due
from regulars.messaging.actions.chat.forgetting import sweep_visitors
from regulars.messaging.actions.chat.handing_over import mail_due
from regulars.messaging.actions.confirming import end_confirmations, mail_waiting
from regulars.messaging.actions.intake import read_waiting
from regulars.messaging.actions.outbox import deliver_due
from regulars.messaging.actions.remote_files import fetch_file
from regulars.messaging.actions.rounds import keep_rounds
from regulars.messaging.actions.text_templates import FETCH as TEMPLATES
from regulars.messaging.actions.text_templates import fetch_templates_later, fetch_templates_of
from regulars.messaging.actions.texts import FETCH
from regulars.messaging.actions.tokens import check_tokens


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


@every("*/5 * * * *", "messaging.confirmations")
def confirming(_planned: int) -> None:
    """Mail links that could not be mailed before, and end those nobody confirmed in time."""
    mail_waiting(at=now())
    while end_confirmations(by=Actor.clock("consent"), at=now()) and not is_stopping():
        pass


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


@task(TEMPLATES, queue=BULK)
def fetching_templates(connection_id: int) -> None:
    """Fetch the approved texts of one channel; what may pass is tried again."""
    fetch_templates_of(connection_id, at=now())


@every("50 3 * * *", "messaging.fetch_all_templates")
def fetching_all_templates(_planned: int) -> None:
    """Have the approved texts of every channel fetched."""
    fetch_templates_later()


@every("20 6 * * *", "messaging.check_tokens")
def checking_tokens(_planned: int) -> None:
    """Ask until when providers let us in, and tell who can renew it."""
    check_tokens(at=now())


@loop("mailboxes")
def mailboxes() -> bool:
    """Look into the mailboxes, each in a thread of its own."""
    return keep_rounds()
