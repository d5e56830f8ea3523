"""How mail comes in: its bytes are stored and committed before anything looks at them, then each is read on its own.

A mail that cannot be read is put aside with the reason, and the next one is read. A process that dies between the two steps
leaves the arrival waiting, and the worker goes on with it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.keeping import keep, read_kept
from regulars.kit.refused import NotThere, Refused
from regulars.kit.worker import KNOCK, is_stopping
from regulars.messaging.actions.erasing import forget_letters
from regulars.messaging.actions.filing import Filed, Incoming, file_mails
from regulars.messaging.actions.texts import file_heard, hear_again
from regulars.messaging.engine.proof import proof_of
from regulars.messaging.engine.providers.values import Heard
from regulars.messaging.engine.reading import read_mail
from regulars.messaging.events import ArrivalRetried
from regulars.messaging.models import MAIL_KINDS, Arrival, ArrivalState, Channel, Mailbox, RawLetter
from regulars.messaging.models.letters import FOLDER
from regulars.messaging.queries.names import resolver
from regulars.messaging.queries.placing import own_addresses
from regulars.timeline.actions.hearing import require_connection, words_of

log = logging.getLogger(__name__)
LARGEST = 100_000_000
BY = Actor.clock("mail")
# So many are read in one transaction, which is what a killed worker does once more.
AT_ONCE = 50
# Somebody else was quicker, or two waited for each other: the next try finds what they wrote.
AGAIN = (IntegrityError, OperationalError)
MOST_TRIES_AT_ONCE = 5
# A mail that ends the whole program takes its neighbours with it, so one that was begun this often is read alone, and at last not at all.
SUSPICIOUS, MOST_TRIES = 3, 8
# Of several workers one reads, so that mails are read in the order in which they came. The number is ours, without meaning.
READER = 7_403_115_026


class MailTooLarge(Refused):
    """The mail is larger than any server would send."""

    code = "mail_too_large"
    default = _("Mails of up to 100 MB can be taken in.")


class EmptyMail(Refused):
    """There is not one byte in the mail."""

    code = "empty_mail"
    default = _("This mail is empty.")


class NotPutAside(Refused):
    """Only what could not be read is tried again."""

    code = "not_put_aside"
    default = _("This mail does not wait for anybody.")


class NotHere(Refused):
    """The bytes of this mail never came."""

    code = "not_here"
    default = _("The server did not hand this mail out. It is asked for again every day.")


class EndedTheProgram(Exception):
    """Reading this mail was begun many times, and each time the program ended before it was done."""


@transaction.atomic(durable=True)
def take_in(raw: bytes, channel: Channel, *, transport_key: str = "", by: Actor, at: datetime) -> Arrival:
    """Store a mail's bytes and that they came; committed when this returns, whatever becomes of reading them.

    The same `transport_key` again returns the arrival that is there.
    """
    if len(raw) > LARGEST:
        raise MailTooLarge
    letter = _raw_letter(raw, at)
    arrival = Arrival(channel=channel, raw=letter, transport_key=transport_key, arrived_at=at)
    if not transport_key:
        arrival.save(force_insert=True)
        return arrival
    # What was only noted, because the server withheld it, has come now.
    Arrival.objects.filter(
        channel=channel, transport_key=transport_key, raw=None, state="quarantined"
    ).delete()
    Arrival.objects.bulk_create([arrival], ignore_conflicts=True)
    return Arrival.objects.get(channel=channel, transport_key=transport_key)


def take_note_of(transport_key: str, channel: Channel, reason: str, *, at: datetime) -> None:
    """Put aside a mail whose bytes could not be had, so that people see it; having them later takes its place."""
    arrival = Arrival(
        channel=channel, transport_key=transport_key, arrived_at=at, state="quarantined", reason=reason[:2000]
    )
    Arrival.objects.bulk_create([arrival], ignore_conflicts=True)


def _raw_letter(raw: bytes, at: datetime) -> RawLetter:
    digest = hashlib.sha256(raw).hexdigest()
    found = RawLetter.objects.filter(sha256=digest).first()
    if found is not None:
        return found
    kept = keep(FOLDER, raw)
    letter = RawLetter(sha256=digest, size=len(raw), content=kept.content, path=kept.path, created_at=at)
    RawLetter.objects.bulk_create([letter], ignore_conflicts=True)
    return RawLetter.objects.get(sha256=digest)


def raw_bytes(arrival: Arrival) -> bytes:
    """Return a mail as it came."""
    if arrival.raw is None:
        raise NotThere
    return read_kept(FOLDER, arrival.raw.kept)


def read_arrival(arrival: Arrival, *, by: Actor) -> Arrival:
    """Read a waiting mail and file it, in a transaction of its own; whatever goes wrong puts it aside with the reason."""
    for attempt in range(1, MOST_TRIES_AT_ONCE + 1):
        try:
            return _read(arrival.pk, by=by)
        except Exception as problem:  # noqa: BLE001  no mail may keep the next one from being read
            require_connection()
            if not isinstance(problem, AGAIN) or attempt == MOST_TRIES_AT_ONCE:
                return _put_aside(arrival.pk, problem)
    raise AssertionError("The loop returns.")


def _read(number: int, *, by: Actor) -> Arrival:
    return _read_all([number], by=by)[0]


def _read_all(numbers: Sequence[int], *, by: Actor) -> list[Arrival]:
    """Read mails and file them together; when anything goes wrong with one, nothing was done with any.

    Reading is done before the transaction begins: it takes the longest, and may ask the name service.
    """
    ours = own_addresses()
    trusted = dict(Mailbox.objects.exclude(trusted_id="").values_list("channel", "trusted_id"))
    rows = (
        Arrival.objects.all().waiting().select_related("channel", "raw").filter(pk__in=numbers).order_by("id")
    )
    mails = {one.pk: _read_one(one, ours, trusted.get(one.channel_id, "")) for one in rows}
    return _file_all(numbers, mails, ours, by=by)


@transaction.atomic
def _file_all(
    numbers: Sequence[int], read: Mapping[int, Incoming | Heard], ours: set[str], *, by: Actor
) -> list[Arrival]:
    found = _locked(numbers)
    waiting = [one for one in found if one.state == ArrivalState.WAITING and one.pk in read]
    mails = [(one, mail) for one in waiting if isinstance(mail := read[one.pk], Incoming)]
    filed: list[Filed | None] = [*file_mails([mail for _one, mail in mails], ours=ours, by=by)]
    done = [one for one, _mail in mails]
    for arrival in waiting:
        if isinstance(heard := read[arrival.pk], Heard):
            done.append(arrival)
            filed.append(file_heard(heard, arrival.channel, raw=arrival.raw, by=by, at=arrival.arrived_at))
    for arrival, one in zip(done, filed, strict=True):
        if one is not None:
            arrival.message, arrival.is_duplicate = one.message, one.is_duplicate
        arrival.state, arrival.reason = ArrivalState.READ, ""
    _write_read(done)
    # What was fetched once more after its person was erased: only its key may be known.
    forget_letters([one.raw_id for one in waiting if one.raw_id and one.message and one.message.erased_at])
    return found


def _read_one(arrival: Arrival, ours: set[str], trusted_id: str) -> Incoming | Heard:
    """Read a mail, or what a provider of texts told."""
    raw = raw_bytes(arrival)
    if not raw.strip(b"\0\r\n\t "):
        raise EmptyMail
    if arrival.channel.kind not in MAIL_KINDS:
        return hear_again(raw, arrival.channel)
    read = read_mail(raw, ours)
    proof = proof_of(read.letter, raw, trusted_id, resolver())
    return Incoming(read, arrival.channel, arrival.raw, arrival.arrived_at, proof)


def _write_read(arrivals: Sequence[Arrival]) -> None:
    values = (
        [one.pk for one in arrivals],
        [one.message_id for one in arrivals],
        [one.is_duplicate for one in arrivals],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE messaging_arrival AS a SET message_id = w.message, is_duplicate = w.again, state = 'read', reason = ''
            FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[]) AS w(id, message, again) WHERE a.id = w.id""",
            values,
        )


@transaction.atomic
def _put_aside(number: int, problem: Exception) -> Arrival:
    arrival = _locked([number])[0]
    if arrival.state == ArrivalState.WAITING:
        log.warning("Mail %s could not be read and is put aside: %r", number, problem)
        arrival.state, arrival.reason = ArrivalState.QUARANTINED, _reason(problem)
        arrival.save(update_fields=["state", "reason"])
    return arrival


def _reason(problem: Exception) -> str:
    return str(problem) if isinstance(problem, Refused) else words_of(problem)


def _locked(numbers: Sequence[int]) -> list[Arrival]:
    rows = (
        Arrival.objects.select_related("channel", "raw").defer("raw__content").select_for_update(of=("self",))
    )
    rows = rows.order_by("id")
    found = list(rows.filter(pk__in=numbers))
    if len(found) < len(numbers):
        raise NotThere
    return found


def read_waiting(limit: int = AT_ONCE) -> int:
    """Read what waits, oldest first; return how many were begun, 0 while another worker reads."""
    with _only_reader() as is_ours:
        numbers = _begin(limit) if is_ours else []
        if len(numbers) < 2 or not _read_together(numbers):
            return _read_each(numbers)
        return len(numbers)


def _read_together(numbers: Sequence[int]) -> bool:
    """Read mails in one transaction, which costs a third; tell whether all of them could be read."""
    try:
        _read_all(numbers, by=BY)
    except Exception as problem:  # noqa: BLE001  whichever it was is found out when each is read on its own
        require_connection()
        log.info("Mails are read one by one, because of one of them: %r", problem)
        return False
    return True


def _read_each(numbers: Sequence[int]) -> int:
    for done, number in enumerate(numbers):
        if is_stopping():
            return done
        read_arrival(Arrival(pk=number), by=BY)
    return len(numbers)


@contextmanager
def _only_reader() -> Iterator[bool]:
    """Say whether this process may read now; the database frees the place of one that died.

    Its commits need not wait for the disk: what a power cut takes back is read again, since the arrivals themselves did wait.
    """
    is_ours = _ask("SELECT pg_try_advisory_lock(%s)", READER)
    if not is_ours:
        yield False
        return
    try:
        _do("SET synchronous_commit TO off")
        yield True
    finally:
        if connection.connection is not None and not connection.connection.closed:
            _do("RESET synchronous_commit")
            _ask("SELECT pg_advisory_unlock(%s)", READER)


def _do(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _ask(sql: str, value: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [value])
        return bool(cursor.fetchone()[0])


def _begin(limit: int) -> list[int]:
    """Take the oldest that wait and count the try before it is made, so that a mail that kills its reader is known."""
    waiting = Arrival.objects.all().waiting().order_by("id")
    found = list(waiting.values_list("pk", "tries")[:limit])
    if found and found[0][1] >= MOST_TRIES:
        _put_aside(found[0][0], EndedTheProgram(f"{MOST_TRIES} times"))
        found = found[1:]
    if found and found[0][1] >= SUSPICIOUS:
        found = found[:1]
    if found and found[0][1] >= 1:
        # Reading it was begun and not ended: perhaps because of too much at once.
        found = found[: max(1, limit // 10)]
    numbers = [number for number, _tries in found]
    Arrival.objects.filter(pk__in=numbers).update(tries=F("tries") + 1)
    return numbers


@transaction.atomic
def retry_arrival(arrival: Arrival, *, by: Actor, at: datetime) -> Arrival:
    """Let a mail that was put aside be read once more; the worker does it at once."""
    arrival = _locked([arrival.pk])[0]
    if arrival.state != ArrivalState.QUARANTINED:
        raise NotPutAside
    if arrival.raw is None:
        raise NotHere
    arrival.state, arrival.tries = ArrivalState.WAITING, 0
    arrival.save(update_fields=["state", "tries"])
    announce(
        ArrivalRetried(arrival_id=arrival.pk),
        by=by,
        occurred_at=at,
        changes={"reason": [arrival.summary, None]},
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [KNOCK])
    return arrival


def read_everything(limit: int = AT_ONCE) -> int:
    """Read until nothing waits, for tests and commands; return how many were begun."""
    total = 0
    while begun := read_waiting(limit):
        total += begun
    return total
