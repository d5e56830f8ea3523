"""Who looks into the mailboxes: in the worker a thread for each, which stays connected and is told by the server of new mail.

That the server tells is a hint; the folder is asked every few minutes all the same. Of several workers one has a mailbox.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from regulars.kit.clock import now
from regulars.kit.worker import is_stopping
from regulars.messaging.actions.fetching import fetch, note_trouble, opened
from regulars.messaging.engine.imap import Folder
from regulars.messaging.models import Mailbox

log = logging.getLogger(__name__)
# Well under the 29 minutes of the standard, and the 9 that Google keeps a waiting connection.
POLL_SECONDS = 240.0
POLL_WITHOUT_NEWS_SECONDS = 30.0
REST_SECONDS = 2.0
# With the mailbox's number the place that one worker holds; the number is ours, without meaning.
PLACE = 740_311


class Round(threading.Thread):
    """Looks into one mailbox as long as it is as it was; a mailbox that is changed gets another."""

    def __init__(self, number: int, changed_at: datetime) -> None:
        super().__init__(name=f"mailbox {number}", daemon=True)
        self.number = number
        self.changed_at = changed_at
        self._ended = threading.Event()

    def end(self) -> None:
        """Ask it to leave soon."""
        self._ended.set()

    def is_ending(self) -> bool:
        """Tell whether it is to leave."""
        return self._ended.is_set() or is_stopping()

    def run(self) -> None:
        while not self.is_ending():
            try:
                self._try()
            except Exception:
                log.exception("%s failed and is tried again.", self.name)
            finally:
                connection.close()
            self._ended.wait(REST_SECONDS)

    def _try(self) -> None:
        mailbox = Mailbox.objects.select_related("channel").filter(pk=self.number).first()
        if mailbox is None or mailbox.changed_at != self.changed_at or not mailbox.is_due(now()):
            return
        with _our_place(self.number) as is_ours:
            if is_ours:
                self._stay(mailbox)

    def _stay(self, mailbox: Mailbox) -> None:
        try:
            with opened(mailbox) as folder:
                while not self.is_ending():
                    fetch(mailbox, folder)
                    self._wait(folder)
        except Exception as problem:  # noqa: BLE001  whatever it is, a person has to see it and the next try has to come
            note_trouble(mailbox, problem)

    def _wait(self, folder: Folder) -> None:
        if folder.can_idle:
            folder.wait(POLL_SECONDS, self.is_ending)
        else:
            self._ended.wait(POLL_WITHOUT_NEWS_SECONDS)
            folder.look_again()


@contextmanager
def _our_place(number: int) -> Iterator[bool]:
    """Say whether this process has the mailbox; the database frees the place of one that died."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [PLACE, number % 2**31])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        # The connection is closed after each try, which frees the place whatever happened to it.
        connection.close()


_rounds: dict[int, Round] = {}


def keep_rounds() -> bool:
    """Have a thread for each mailbox at work, as it is now; return whether any began or was sent away."""
    wanted = dict(Mailbox.objects.filter(is_paused=False).values_list("pk", "changed_at"))
    gone = [one for one in _rounds.values() if wanted.get(one.number) != one.changed_at or not one.is_alive()]
    for one in gone:
        one.end()
        del _rounds[one.number]
    new = [Round(number, changed_at) for number, changed_at in wanted.items() if number not in _rounds]
    for one in new:
        _rounds[one.number] = one
        one.start()
    return bool(gone or new)


def end_rounds(seconds: float = 10.0) -> None:
    """Send all of them away and wait for it: for tests, and for whoever ends in good order."""
    found = list(_rounds.values())
    _rounds.clear()
    for one in found:
        one.end()
    for one in found:
        one.join(seconds)
