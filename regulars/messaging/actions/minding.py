"""What people do with letters that have not left, or of which nobody knows."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import NotThere, Refused
from regulars.messaging.actions.reserving import Errand, still_welcome
from regulars.messaging.actions.writing import knock
from regulars.messaging.events import SendingMinded
from regulars.messaging.models import DUE_STATES, Purpose, Sending, SendingState

AGAIN_FROM = (SendingState.FAILED, SendingState.UNCERTAIN, SendingState.WAITING, SendingState.HELD)


class NotAsked(Refused):
    """The sending is in a state where this makes no sense."""

    code = "not_asked"
    default = _("This letter has moved on meanwhile. Look again.")


class StillUnwelcome(Refused):
    """Who may not be written to is not written to by hand either."""

    code = "unwelcome"
    default = _("This address is not written to. Its reason has to go first.")


@transaction.atomic
def send_again(sending: Sending, *, by: Actor, at: datetime) -> Sending:
    """Let a letter that failed, waits or perhaps left be sent now, because a person says so."""
    row = _locked(sending)
    if row.state not in AGAIN_FROM:
        raise NotAsked
    purpose = Purpose.objects.filter(key=row.message.purpose).first() if row.message.purpose else None
    if still_welcome(row.email, Errand(row.message.message_class, purpose)):
        raise StillUnwelcome
    _mind(row, SendingState.WAITING, "", by, at, due_at=at, claimed_by=None, ended_at=None, tries=0)
    knock()
    return row


@transaction.atomic
def it_arrived(sending: Sending, *, by: Actor, at: datetime) -> Sending:
    """Say that a letter of which nobody knew had arrived after all."""
    row = _locked(sending)
    if row.state != SendingState.UNCERTAIN:
        raise NotAsked
    _mind(row, SendingState.SENT, "", by, at, sent_at=row.claimed_at or at, ended_at=at)
    return row


@transaction.atomic
def cancel_sending(sending: Sending, *, by: Actor, at: datetime) -> Sending:
    """Give up a letter that waits or is planned."""
    row = _locked(sending)
    if row.state not in DUE_STATES:
        raise NotAsked
    _mind(row, SendingState.CANCELLED, "by_hand", by, at, ended_at=at)
    return row


def _mind(row: Sending, state: SendingState, reason: str, by: Actor, at: datetime, **values: object) -> None:
    before = row.state
    changes = {"state": state, "reason": reason, **values}
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    announce(
        SendingMinded(
            person_id=row.message.thread.person_id,
            message_id=row.message_id,
            sending_id=row.pk,
            email=row.email,
        ),
        by=by,
        occurred_at=at,
        changes={"state": [before, str(state)]},
    )


def _locked(sending: Sending) -> Sending:
    rows = Sending.objects.select_for_update(of=("self",)).select_related("message__thread")
    found = rows.filter(pk=sending.pk).first()
    if found is None:
        raise NotThere
    return found
