"""What becomes of a sending: it left, it waits, it failed; and what others are told of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.messaging.actions.suppressing import suppress
from regulars.messaging.events import MessageFailed, MessageSent
from regulars.messaging.models import DUE_STATES, Message, Sending, SendingState, SuppressionReason
from regulars.messaging.queries.reasons import words_for
from regulars.people.actions import mark_bounced
from regulars.team.actions.notices import notify

BY = Actor.clock("outbox")
# About two days in all, as mail servers do it among themselves.
RESTS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))
# A worker whose mark was taken for that of a dead one still knows best what became of its letter.
IN_HAND = (SendingState.SENDING, SendingState.UNCERTAIN)
BEGINNING = 140


@transaction.atomic
def settle_sent(sending: Sending, provider_id: str, *, at: datetime) -> None:
    """Note that the other side took a letter, and tell the timeline when it is the letter's first."""
    if not _move(sending, SendingState.SENT, "", at, provider_id=provider_id, sent_at=at):
        return
    message = sending.message
    announce(
        MessageSent(
            **_told(message), message_class=message.message_class, purpose=message.purpose
        ),
        by=BY,
        occurred_at=at,
        source_key=f"sent:{message.pk}",
        channel=message.channel.kind,
    )  # fmt: skip


@transaction.atomic
def settle_later(sending: Sending, reason: str, *, at: datetime) -> None:
    """Let a sending wait for its next try, longer each time; after two days give it up."""
    if sending.tries > len(RESTS):
        settle_failed(sending, SendingState.FAILED, f"gave_up:{reason.partition(':')[2]}", at=at)
        return
    rows = Sending.objects.filter(pk=sending.pk, claimed_by=sending.claimed_by, state__in=IN_HAND)
    rows.update(
        state=SendingState.WAITING,
        reason=reason[:2000],
        claimed_by=None,
        due_at=at + RESTS[sending.tries - 1],
    )


@transaction.atomic
def settle_failed(
    sending: Sending, state: SendingState, reason: str, *, at: datetime, is_address: bool = False
) -> None:
    """Note that a letter did not reach somebody, or that nobody knows, and tell who wrote it."""
    if not _move(sending, state, reason[:2000], at):
        return
    if is_address:
        _no_such_address(sending.email, f"sending {sending.pk}", at)
    tell_of_failure(sending, at=at)


def tell_of_failure(sending: Sending, *, by: Actor = BY, at: datetime) -> None:
    """Announce a failed sending and let its author know."""
    message = sending.message
    announce(
        MessageFailed(
            **_told(message), sending_id=sending.pk, state=sending.state, email=sending.email,
            reason=sending.reason[:300],
        ),
        by=by,
        occurred_at=at,
        source_key=f"failed:{sending.pk}:{sending.state}:{sending.tries}",
        channel=message.channel.kind,
    )  # fmt: skip
    if message.author_id and sending.state != SendingState.SUPPRESSED:
        words = {"subject": message.subject[:80], "email": sending.email, "why": words_for(sending)}
        notify(
            [message.author_id],
            _("“%(subject)s” to %(email)s: %(why)s") % words,
            url=reverse("messaging:message", args=[message.pk]),
            icon="mail-off",
            key=f"sending:{sending.pk}:{sending.state}:{sending.tries}",
        )


def _no_such_address(email: str, source: str, at: datetime) -> None:
    mark_bounced(email, by=BY, at=at)
    suppress(email, SuppressionReason.BOUNCED, source=source, by=BY, at=at)


def _move(sending: Sending, state: SendingState, reason: str, at: datetime, **values: object) -> bool:
    """Change the state of a sending that is still ours to change; tell whether it was."""
    rows = Sending.objects.filter(pk=sending.pk)
    if sending.claimed_by is not None:
        rows = rows.filter(claimed_by=sending.claimed_by, state__in=IN_HAND)
    else:
        rows = rows.filter(state__in=DUE_STATES)
    changes = {"state": state, "reason": reason, "ended_at": at, **values}
    if state not in IN_HAND:
        changes["claimed_by"] = None
    if not rows.update(**changes):
        return False
    sending.state, sending.reason = state, reason
    return True


def _told(message: Message) -> dict[str, Any]:
    return {
        "person_id": message.thread.person_id,
        "thread_id": message.thread_id,
        "message_id": message.pk,
        "message_kind": message.kind,
        "subject_line": message.subject[:120],
        "beginning": " ".join(message.text[: BEGINNING * 3].split())[:BEGINNING],
    }
