"""The outbox: letters that are due leave, each once.

A sending is marked as being sent, and that is committed, before a byte of it goes to a server; the mark carries the number of
the worker, which holds a lock of that number for as long as it lives. A mark without its lock is a worker that died in between:
nobody can know whether the server had the letter, so it becomes uncertain, is shown, and is never sent again by itself.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import OperationalError, connection, transaction

from regulars.kit.clock import now
from regulars.kit.refused import Refused
from regulars.kit.worker import is_stopping
from regulars.messaging.actions.carrying import (
    Carrier,
    Declined,
    Trouble,
    TryLater,
    Unreachable,
    Unready,
    installation_outlet,
    open_carrier,
)
from regulars.messaging.actions.outcomes import settle_failed, settle_later, settle_sent
from regulars.messaging.actions.reserving import Errand, still_welcome
from regulars.messaging.actions.text_carrying import TextCarrier
from regulars.messaging.models import (
    Channel,
    ChannelKind,
    Connection,
    Outlet,
    Purpose,
    Sending,
    SendingState,
)
from regulars.messaging.queries.outlets import outlet_of, sender_of
from regulars.messaging.queries.providers import connection_for
from regulars.team.actions.limits import hit
from regulars.timeline.actions.hearing import require_connection

log = logging.getLogger(__name__)
# Our own number, so that the locks of workers meet no others.
WORKER_LOCK = 7_403_117
MINUTE = 60
UNREACHABLE_REST = timedelta(minutes=1)


def deliver_due(limit: int = 100) -> int:
    """Send what is due, answers before everything else; return how many sendings were taken up."""
    with _own_number() as number:
        recover_interrupted(number)
        candidates = _candidates(limit)
        return _deliver(candidates, number) if candidates else 0


def deliver_everything() -> int:
    """Send until nothing is due, for tests and commands; return how many were taken up."""
    total = 0
    while done := deliver_due():
        total += done
    return total


@contextmanager
def _own_number() -> Iterator[int]:
    """Give this step a number whose lock says that it lives; the database frees the lock of one that died."""
    number = secrets.randbelow(2**31 - 1) + 1
    _ask("SELECT pg_advisory_lock(%s, %s)", number)
    try:
        yield number
    finally:
        if connection.connection is not None and not connection.connection.closed:
            _ask("SELECT pg_advisory_unlock(%s, %s)", number)


def recover_interrupted(own: int = 0) -> int:
    """Mark what dead workers had in hand as uncertain; return how many there were."""
    rows = Sending.objects.filter(state=SendingState.SENDING).exclude(claimed_by=own)
    claimed = rows.values_list("claimed_by", flat=True).distinct()
    return sum(_recover(number) for number in claimed if number is not None)


@transaction.atomic
def _recover(number: int) -> int:
    if not _ask("SELECT pg_try_advisory_xact_lock(%s, %s)", number):
        return 0
    left = Sending.objects.filter(state=SendingState.SENDING, claimed_by=number)
    found = list(left.select_for_update(of=("self",)).select_related("message__thread", "message__channel"))
    for sending in found:
        log.warning("Sending %s was interrupted; nobody knows whether it left.", sending.pk)
        settle_failed(sending, SendingState.UNCERTAIN, "interrupted", at=now())
    return len(found)


def _candidates(limit: int) -> list[tuple[int, int, str]]:
    """Return numbers, channels and domains of what is due; nothing is locked yet."""
    # What is said in a chat leaves by no server: actions.chat.answering lets it be seen.
    rows = (
        Sending.objects.all().due().filter(due_at__lte=now()).exclude(message__channel__kind=ChannelKind.CHAT)
    )
    order = rows.order_by("-is_urgent", "due_at", "id")
    return list(order.values_list("pk", "message__channel", "domain")[:limit])


def _deliver(candidates: list[tuple[int, int, str]], number: int) -> int:
    done, resting, ways = 0, set(), Ways()
    try:
        for pk, channel, domain in candidates:
            if is_stopping():
                break
            if (channel, "") in resting or (channel, domain) in resting:
                continue
            full = _is_full(channel, domain, ways)
            if full is not None:
                resting.add(full)
                continue
            _deliver_one(pk, ways.carrier(channel), ways, number)
            done += 1
    finally:
        ways.close()
    return done


def _is_full(channel: int, domain: str, ways: Ways) -> tuple[int, str] | None:
    """Count one letter against the channel's pace; where it is used up, or there is no way out, let the rest wait."""
    if ways.carrier(channel) is None:
        _rest(channel, "", UNREACHABLE_REST, ways.problem(channel))
        return channel, ""
    outlet = ways.outlet(channel)
    for limit, name in ((outlet.per_minute, ""), (outlet.per_domain_minute, domain)):
        count = hit(f"outbox:{channel}:{name}", limit, MINUTE)
        if not count.is_within:
            _rest(channel, name, timedelta(seconds=count.seconds_left), "throttled")
            return channel, name
    return None


def _rest(channel: int, domain: str, pause: timedelta, reason: str) -> None:
    """Put off what is due, in one statement; nobody loses their place, as the order stays."""
    rows = Sending.objects.all().due().filter(message__channel=channel, due_at__lte=now())
    (rows.filter(domain=domain) if domain else rows).update(due_at=now() + pause, reason=reason)


def _deliver_one(pk: int, carrier: Carrier | None, ways: Ways, number: int) -> None:
    sending = claim(pk, number)
    if sending is None or carrier is None:
        return
    try:
        written = carrier.prepare(sending, ways.outlet(sending.message.channel_id))
    except Exception as problem:
        log.exception("Letter %s cannot be put together.", sending.message_id)
        _for_certain(sending, SendingState.FAILED, f"unready:{problem}")
        return
    try:
        provider_id = carrier.carry(written, sending.email)
    except TryLater as problem:
        reason = f"server:{problem}"
        _again(lambda: settle_later(sending, reason, at=now()))
    except Declined as problem:
        _for_certain(sending, SendingState.FAILED, f"server:{problem}", is_address=problem.is_address)
    except (Unready, Refused) as problem:
        _for_certain(sending, SendingState.FAILED, f"unready:{problem}")
    except Trouble as problem:
        _for_certain(sending, SendingState.UNCERTAIN, f"silence:{problem}")
    except Exception as problem:
        log.exception("Sending %s ended in an unforeseen way.", sending.pk)
        _for_certain(sending, SendingState.UNCERTAIN, f"silence:{problem!r}")
    else:
        _again(lambda: settle_sent(sending, provider_id, at=now()))


@transaction.atomic
def claim(pk: int, number: int) -> Sending | None:
    """Mark a due sending as being sent, committed when this returns; None when another worker has it or it may not go."""
    rows = Sending.objects.all().due().filter(pk=pk, due_at__lte=now())
    locked = rows.select_for_update(skip_locked=True, of=("self",))
    sending = locked.select_related("message__thread", "message__channel").first()
    if sending is None:
        return None
    refusal = still_welcome(sending.email, _errand(sending))
    if refusal:
        settle_failed(sending, SendingState.SUPPRESSED, refusal, at=now())
        return None
    sending.state, sending.claimed_by, sending.claimed_at = SendingState.SENDING, number, now()
    sending.tries += 1
    sending.save(update_fields=["state", "claimed_by", "claimed_at", "tries"])
    return sending


def _errand(sending: Sending) -> Errand:
    message = sending.message
    purpose = Purpose.objects.filter(key=message.purpose).first() if message.purpose else None
    return Errand(message.message_class, purpose, message.channel.kind)


def _for_certain(sending: Sending, state: SendingState, reason: str, *, is_address: bool = False) -> None:
    _again(lambda: settle_failed(sending, state, reason, at=now(), is_address=is_address))


def _again(settle: Callable[[], None]) -> None:
    """Write down what became of a sending, once more where the database went away: the letter itself cannot be called back."""
    for attempt in range(3):
        try:
            settle()
            return
        except OperationalError:
            if attempt == 2:
                raise
            require_connection()


class Ways:
    """The ways out of one step, opened when first needed."""

    def __init__(self) -> None:
        self._outlets: dict[int, Outlet | None] = {}
        self._carriers: dict[int, Carrier | None] = {}
        self._problems: dict[int, str] = {}

    def outlet(self, channel: int) -> Outlet:
        """Return how a channel sends, its defaults when nobody said."""
        return self._outlets.get(channel) or Outlet()

    def problem(self, channel: int) -> str:
        """Return why a channel cannot send."""
        return self._problems.get(channel, "")

    def carrier(self, channel: int) -> Carrier | None:
        """Return a channel's open carrier, None when there is no way."""
        if channel not in self._carriers:
            self._carriers[channel] = self._open(channel)
        return self._carriers[channel]

    def close(self) -> None:
        """Close what was opened."""
        for carrier in filter(None, self._carriers.values()):
            carrier.close()

    def _open(self, number: int) -> Carrier | None:
        channel = Channel.objects.get(pk=number)
        own, texts = outlet_of(channel), connection_for(channel)
        if texts is not None:
            return self._open_texts(texts)
        outlet = own or installation_outlet()
        self._outlets[number] = outlet
        if outlet is None or not outlet.is_active:
            self._problems[number] = "paused" if outlet else "no_outlet"
            return None
        try:
            carrier = open_carrier(outlet, sender_of(channel, outlet).email)
        except (Unreachable, Refused) as problem:
            log.warning("Channel %s cannot send: %s", channel, problem)
            self._problems[number] = f"unreachable:{problem}"
            _note(own, str(problem))
            return None
        _note(own, "")
        return carrier

    def _open_texts(self, texts: Connection) -> Carrier | None:
        try:
            return TextCarrier(texts)
        except (Unreachable, Refused) as problem:
            self._problems[texts.pk] = f"unreachable:{problem}"
            return None


def _note(outlet: Outlet | None, problem: str) -> None:
    """Keep with the way out whether it works, for its page."""
    if outlet is not None and outlet.problem != problem:
        Outlet.objects.filter(pk=outlet.pk).update(problem=problem, checked_at=now())


def _ask(sql: str, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [WORKER_LOCK, number])
        return bool(cursor.fetchone()[0])
