"""Mail is fetched: what lies above the cursor, one mail at a time, and each is committed before the cursor passes it.

Whatever ends in between is fetched again and known by its key. What the cursor missed is found by a scan of the last days.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from django.db.models.functions import Greatest

from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.kit.refused import Refused
from regulars.kit.secrets import Unreadable
from regulars.kit.worker import is_stopping
from regulars.messaging.actions.intake import take_in, take_note_of
from regulars.messaging.actions.mailboxes import knock, sign_of
from regulars.messaging.engine.imap import SECONDS, Folder, Lying, Trouble, open_folder
from regulars.messaging.engine.oauth import NotGranted
from regulars.messaging.models import Arrival, Mailbox, MailboxState
from regulars.messaging.models.mailboxes import FOR_A_PERSON

log = logging.getLogger(__name__)
BY = Actor.clock("mailboxes")
# Above it only the headers are fetched, with a note.
LARGEST = 50_000_000
SCAN_EVERY, SCAN_BACK = timedelta(days=1), timedelta(days=7)
RESTS = timedelta(seconds=10), timedelta(minutes=15)
RESTS_FOR_A_PERSON = timedelta(minutes=5), timedelta(hours=1)
NOTE = "This mail is too large to be fetched ({size} MB). Its headers are here; the whole of it lies in the mailbox."
BODY_HEADERS = (b"content-", b"mime-version:")


def fetch(mailbox: Mailbox, folder: Folder) -> int:
    """Take in what is new in an open folder; return how many mails were taken."""
    at = now()
    is_known = mailbox.uid_validity == folder.validity
    taken = _fetch_new(mailbox, folder) if is_known else _begin(mailbox, folder, at)
    if is_known and (mailbox.scanned_at is None or at - mailbox.scanned_at >= SCAN_EVERY):
        taken += _scan(mailbox, folder, at - SCAN_BACK)
        _keep(mailbox, scanned_at=at)
    _all_is_fine(mailbox)
    return taken


def _fetch_new(mailbox: Mailbox, folder: Folder) -> int:
    taken = 0
    for mail in folder.lying(folder.above(mailbox.highest_uid)):
        if is_stopping():
            return taken
        taken += _take(mailbox, folder, mail)
        mailbox.highest_uid = max(mailbox.highest_uid, mail.uid)
        Mailbox.objects.filter(pk=mailbox.pk, uid_validity=mailbox.uid_validity).update(
            highest_uid=Greatest("highest_uid", mail.uid)
        )
    return taken


def _begin(mailbox: Mailbox, folder: Folder, at: datetime) -> int:
    """Start at the end of a folder that was never seen, or whose numbers the server gave out anew.

    What may be missing is looked for by date; a mail that is here under its old number is known by its content.
    """
    is_first = mailbox.uid_validity is None
    mailbox.uid_validity, mailbox.first_uid, end = folder.validity, 0, max(folder.next_uid - 1, 0)
    back = mailbox.starts_at if is_first else (mailbox.last_seen_at or mailbox.starts_at) - SCAN_BACK
    takes_only_new = is_first and mailbox.starts_at >= mailbox.created_at
    taken = 0 if takes_only_new else _scan(mailbox, folder, back)
    _keep(mailbox, uid_validity=folder.validity, highest_uid=end, first_uid=end + 1, scanned_at=at)
    return taken


def _scan(mailbox: Mailbox, folder: Folder, back: datetime) -> int:
    """Take in what came since and is not here; never what lay there before the mailbox was connected."""
    # Servers tell whole seconds.
    start = max(back, mailbox.starts_at).replace(microsecond=0)
    lacking = _not_here(mailbox, folder.since(start))
    ours = (
        mail for mail in folder.lying(lacking) if mail.came_at >= start or 0 < mailbox.first_uid <= mail.uid
    )
    return sum(_take(mailbox, folder, mail) for mail in ours if not is_stopping())


def _not_here(mailbox: Mailbox, uids: Iterable[int]) -> list[int]:
    by_key = {mailbox.key(uid): uid for uid in uids}
    rows = Arrival.objects.filter(channel=mailbox.channel_id, transport_key__in=list(by_key))
    # What the server withheld is asked for again.
    here = set(rows.exclude(state="quarantined", raw=None).values_list("transport_key", flat=True))
    return sorted(uid for key, uid in by_key.items() if key not in here)


def _take(mailbox: Mailbox, folder: Folder, mail: Lying) -> int:
    """Take one mail in; one that the server withholds is noted where people look, and does not stop the next."""
    key = mailbox.key(mail.uid)
    try:
        raw = _bytes_of(folder, mail)
    except Trouble as problem:
        if problem.code != "withheld":
            raise
        take_note_of(key, mailbox.channel, f"The server does not hand it out: {problem.said}", at=now())
        return 0
    if raw is None:
        return 0
    take_in(raw, mailbox.channel, transport_key=key, by=BY, at=now())
    knock()
    _keep(mailbox, last_mail_at=now())
    return 1


def _bytes_of(folder: Folder, mail: Lying) -> bytes | None:
    if mail.size <= LARGEST:
        return folder.mail(mail.uid)
    head = folder.head(mail.uid)
    return head and headers_with_a_note(head, mail.size)


def headers_with_a_note(head: bytes, size: int) -> bytes:
    """Return a mail of these headers whose only text says that the rest was too large."""
    lines = [*_without_the_body(head.splitlines()), b"Content-Type: text/plain; charset=utf-8", b""]
    return b"\r\n".join([*lines, NOTE.format(size=size // 1_000_000).encode(), b""])


def _without_the_body(lines: Iterable[bytes]) -> Iterator[bytes]:
    is_left_out = False
    for line in lines:
        if not line[:1].isspace():
            is_left_out = line.lower().startswith(BODY_HEADERS)
        if line.strip() and not is_left_out:
            yield line


def look_into(mailbox: Mailbox) -> int:
    """Open a mailbox, fetch what is new, and leave; what is in the way is written on the mailbox."""
    try:
        with opened(mailbox) as folder:
            return fetch(mailbox, folder)
    except Exception as problem:  # noqa: BLE001  whatever it is, a person has to see it and the next try has to come
        note_trouble(mailbox, problem)
        return 0


def opened(mailbox: Mailbox, seconds: float = SECONDS) -> AbstractContextManager[Folder]:
    """Open a mailbox's folder, with a token or password that holds."""
    return open_folder(
        mailbox.host, mailbox.port, mailbox.security, sign_of(mailbox), mailbox.folder, seconds
    )


def note_trouble(mailbox: Mailbox, problem: Exception) -> None:
    """Write on a mailbox what is wrong, and when it is tried again: later each time."""
    code, said = told(problem)
    if code == "ours":
        log.error("Mailbox %s: %r", mailbox.pk, problem)
    needs_a_person = code in FOR_A_PERSON
    # A provider locks the account of whoever knocks with a wrong password all the time.
    shortest, longest = RESTS_FOR_A_PERSON if needs_a_person else RESTS
    _keep(
        mailbox,
        state=MailboxState.REFUSED if needs_a_person else MailboxState.TROUBLE,
        problem=code,
        last_error=said[:500].replace("\0", ""),
        failures=mailbox.failures + 1,
        next_try_at=now() + min(longest, shortest * 2 ** min(mailbox.failures, 10)),
    )


def told(problem: Exception) -> tuple[str, str]:
    """Return our code for what went wrong, and the words of whoever refused."""
    if isinstance(problem, Trouble):
        return ("lost" if problem.code == "withheld" else problem.code), problem.said
    if isinstance(problem, NotGranted):
        return ("not_allowed" if problem.is_final else "no_token"), str(problem)
    if isinstance(problem, Unreadable):
        return "key", ""
    return "ours", str(problem) if isinstance(problem, Refused) else f"{type(problem).__name__}: {problem}"


def _all_is_fine(mailbox: Mailbox) -> None:
    _keep(
        mailbox,
        state=MailboxState.FINE,
        problem="",
        last_error="",
        failures=0,
        next_try_at=None,
        last_seen_at=now(),
    )


def _keep(mailbox: Mailbox, **values: object) -> None:
    for name, value in values.items():
        setattr(mailbox, name, value)
    # Not what a person changed meanwhile: then somebody else begins anew.
    Mailbox.objects.filter(pk=mailbox.pk, changed_at=mailbox.changed_at).update(**values)
