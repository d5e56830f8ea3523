"""What comes back: bounces, complaints and providers' reports find the sending they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from regulars.kit.actor import Actor
from regulars.messaging.actions.outcomes import tell_of_failure
from regulars.messaging.actions.suppressing import suppress
from regulars.messaging.engine.kinds import COMPLAINT, HARD_BOUNCE, SOFT_BOUNCE
from regulars.messaging.engine.reading import Read, normal_id
from regulars.messaging.models import Direction, Message, Sending, SendingState, SuppressionReason
from regulars.people.actions import mark_bounced

# A report may overtake the server's own answer, and a bounce ends every doubt.
REPORTABLE = (
    SendingState.SENDING,
    SendingState.SENT,
    SendingState.DELIVERED,
    SendingState.UNCERTAIN,
    SendingState.BOUNCED,
)
MOST_IDS = 50
RECENTLY = timedelta(days=30)


@transaction.atomic
def settle_returned(read: Read, *, by: Actor, at: datetime) -> list[Sending]:
    """Mark what a bounce or complaint is about; return the sendings that were found.

    An address is only suppressed where the returned letter is one of ours: its id is a seal that nobody can guess.
    """
    about = [one.lower() for one in read.kind.about]
    found = _sendings(read, about)
    for sending in found:
        note_outcome(sending, _outcome(read), _words(read), by=by, at=at)
    if read.kind.name == COMPLAINT and not found:
        for email in _written_to_lately(about, at):
            suppress(email, SuppressionReason.COMPLAINED, source="complaint", by=by, at=at)
    return found


@transaction.atomic
def note_outcome(sending: Sending, outcome: str, words: str, *, by: Actor, at: datetime) -> None:
    """Note what is reported of a sending: delivered, delayed, soft_bounce, hard_bounce or complaint."""
    locked = Sending.objects.select_for_update(of=("self",)).select_related(
        "message__thread", "message__channel"
    )
    row = locked.get(pk=sending.pk)
    if row.state not in REPORTABLE:
        return
    if outcome == "delivered":
        if row.state != SendingState.BOUNCED:
            _save(row, SendingState.DELIVERED, "", at)
    elif outcome == "delayed":
        _save(row, SendingState(row.state), f"returned:{words}", at)
    elif outcome == COMPLAINT:
        _save(row, SendingState.COMPLAINED, "complaint", at)
        suppress(row.email, SuppressionReason.COMPLAINED, source=f"sending {row.pk}", by=by, at=at)
        tell_of_failure(row, by=by, at=at)
    elif row.state != SendingState.BOUNCED:
        _save(row, SendingState.BOUNCED, f"returned:{words}", at)
        if outcome == HARD_BOUNCE:
            mark_bounced(row.email, by=by, at=at)
            suppress(row.email, SuppressionReason.BOUNCED, source=f"sending {row.pk}", by=by, at=at)
        tell_of_failure(row, by=by, at=at)


def sendings_named(*, provider_id: str = "", message_id: str = "", email: str = "") -> list[Sending]:
    """Return the sendings that a provider's report is about, by its own name for them or by our Message-ID."""
    rows = Sending.objects.filter(email=email.lower()) if email else Sending.objects.all()
    if provider_id:
        return list(rows.filter(provider_id=provider_id))
    return list(rows.filter(message__message_id=normal_id(message_id.strip("<>")))) if message_id else []


def _sendings(read: Read, about: Sequence[str]) -> list[Sending]:
    letter = read.letter
    said = (*letter.returned_headers.get("message-id", ()), *letter.in_reply_to, *letter.references)
    ids = {normal_id(one.strip().strip("<>")) for one in said[:MOST_IDS]} - {""}
    ours = Message.objects.filter(message_id__in=ids, direction=Direction.OUT)
    rows = list(Sending.objects.filter(message__in=ours, state__in=REPORTABLE))
    # A forwarded letter bounces from an address we never wrote to; where there was one recipient it is theirs.
    return [one for one in rows if one.email in about] or (rows if len(rows) == 1 else [])


def _outcome(read: Read) -> str:
    reports = read.letter.reports
    if read.kind.name == SOFT_BOUNCE and reports and all(one.action == "delayed" for one in reports):
        return "delayed"
    return read.kind.name


def _words(read: Read) -> str:
    said = [one.diagnosis or one.status for one in read.letter.reports]
    words = next((one for one in said if one), read.letter.subject)
    return " ".join(words.encode("utf-8", "replace").decode().replace("\0", "").split())[:500]


def _written_to_lately(about: Sequence[str], at: datetime) -> set[str]:
    rows = Sending.objects.filter(email__in=about[:20], created_at__gt=at - RECENTLY)
    return set(rows.values_list("email", flat=True))


def _save(row: Sending, state: SendingState, reason: str, at: datetime) -> None:
    row.state, row.reason, row.ended_at = state, reason[:2000], at
    row.save(update_fields=["state", "reason", "ended_at"])
