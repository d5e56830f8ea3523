"""What people do by the links under our letters: leave, come back within a day, choose."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from regulars.kit.actor import Actor
from regulars.messaging.actions.confirming import sign_up
from regulars.messaging.actions.consenting import choose_rhythm, record_consent
from regulars.messaging.actions.suppressing import lift_suppression, suppress
from regulars.messaging.models import (
    ConsentChannel,
    ConsentEntry,
    ConsentNow,
    ConsentState,
    Purpose,
    Suppression,
    SuppressionReason,
)
from regulars.messaging.queries.consent import Standing, address_key, consent_now, live_identity
from regulars.people.actions import change_person
from regulars.people.models import Identity, IdentityKind

BACK_WITHIN = timedelta(days=1)
LINK, CENTRE = "unsubscribe link", "preference centre"


@transaction.atomic
def leave(
    address: str, purpose_key: str, *, from_everything: bool = False, proof: str, by: Actor, at: datetime
) -> None:
    """Stop writing to an address: for the purpose its letter was for, or for all that is no answer; twice is once."""
    identity, purpose = live_identity(IdentityKind.EMAIL, address), _purpose(purpose_key)
    if from_everything or identity is None or purpose is None:
        suppress(address, SuppressionReason.UNSUBSCRIBED, source=LINK, by=by, at=at)
        return
    newest = _newest(identity, purpose)
    if newest is None or newest.state != ConsentState.WITHDRAWN:
        record_consent(identity, purpose, ConsentState.WITHDRAWN, source=LINK, proof=proof, by=by, at=at)


@transaction.atomic
def come_back(address: str, purpose_key: str, *, proof: str, by: Actor, at: datetime) -> bool:
    """Undo leaving within a day; tell whether there was anything to undo."""
    identity, purpose = live_identity(IdentityKind.EMAIL, address), _purpose(purpose_key)
    left = list(_left(address).filter(since__gt=at - BACK_WITHIN))
    for row in left:
        lift_suppression(row, by=by, at=at)
    newest = _newest(identity, purpose) if identity and purpose else None
    if newest is None or identity is None or purpose is None or not _is_fresh(newest, at):
        return bool(left)
    source = f"{LINK}, undone"
    if _before(newest) == ConsentState.GRANTED:
        # They had agreed, and confirmed it where that is asked: undoing asks for nothing new.
        record_consent(
            identity, purpose, ConsentState.GRANTED, source=source, proof=proof, is_confirmed=True, by=by, at=at
        )  # fmt: skip
    else:
        sign_up(identity, purpose, source=source, proof=proof, by=by, at=at)
    return True


def has_left(address: str, purpose_key: str, at: datetime) -> tuple[bool, bool]:
    """Tell whether somebody left, and whether a day has not yet passed."""
    identity, purpose = live_identity(IdentityKind.EMAIL, address), _purpose(purpose_key)
    row = _left(address).first()
    newest = _newest(identity, purpose) if identity and purpose else None
    has_declined = newest is not None and newest.state == ConsentState.WITHDRAWN
    can_undo = (row is not None and row.since > at - BACK_WITHIN) or (
        newest is not None and _is_fresh(newest, at)
    )
    return row is not None or has_declined, can_undo


@transaction.atomic
def choose(
    identity: Identity,
    shown: Collection[Standing],
    wanted: Collection[str],
    *,
    rhythm: int,
    language: str,
    proof: str,
    by: Actor,
    at: datetime,
) -> None:
    """Write down what differs between what somebody was shown and what they want, each as a line of the ledger."""
    for one in shown:
        wants = key_of(one) in wanted
        if wants == shows_as_wanted(one):
            continue
        about: dict[str, Any] = {"channel_kind": one.channel_kind, "source": CENTRE, "proof": proof, "by": by, "at": at}  # fmt: skip
        if wants:
            sign_up(one.identity, one.purpose, language=language, **about)
        else:
            record_consent(one.identity, one.purpose, ConsentState.WITHDRAWN, **about)
    choose_rhythm(identity, rhythm, by=by, at=at)
    if language and language != identity.person.language:
        change_person(identity.person, by=by, at=at, language=language)


def key_of(one: Standing) -> str:
    """Return the name of a box to tick: which purpose, by which address, by what means."""
    return f"{one.purpose.pk}-{one.identity.pk}-{one.channel_kind}"


def shows_as_wanted(one: Standing) -> bool:
    """Tell whether the box of a standing is ticked: nobody who left gets what they did not ask for again."""
    return one.is_welcome and not (
        one.channel_kind == ConsentChannel.EMAIL and _left(one.identity.value).exists()
    )


def _before(entry: ConsentNow) -> str:
    """Return what held before a line of the ledger."""
    same = {"identity": entry.identity_id, "purpose": entry.purpose_id, "channel_kind": entry.channel_kind}
    rows = ConsentEntry.objects.filter(**same, pk__lt=entry.pk).order_by("-pk")
    return rows.values_list("state", flat=True).first() or ""


def _purpose(key: str) -> Purpose | None:
    return Purpose.objects.filter(key=key).first() if key else None


def _newest(identity: Identity, purpose: Purpose) -> ConsentNow | None:
    return consent_now([identity.pk]).get((identity.pk, purpose.pk, ConsentChannel.EMAIL))


def _is_fresh(entry: ConsentNow, at: datetime) -> bool:
    return entry.state == ConsentState.WITHDRAWN and entry.source == LINK and entry.at > at - BACK_WITHIN


def _left(address: str) -> QuerySet[Suppression]:
    return Suppression.objects.filter(
        address_key=address_key(address),
        channel_kind=ConsentChannel.EMAIL,
        reason=SuppressionReason.UNSUBSCRIBED,
    )
