"""What people agreed to, and who is not written to; nothing here writes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from regulars.kit.secrets import derived
from regulars.messaging.models import (
    ConsentChannel,
    ConsentEntry,
    ConsentNow,
    ConsentState,
    Message,
    Purpose,
    Suppression,
    SuppressionReason,
)
from regulars.people.models import Identity, IdentityKind, Person

# By which of a person's identities each means reaches them.
IDENTITY_OF = {
    ConsentChannel.EMAIL: IdentityKind.EMAIL,
    ConsentChannel.SMS: IdentityKind.PHONE,
    ConsentChannel.PHONE: IdentityKind.PHONE,
    ConsentChannel.WHATSAPP: IdentityKind.WHATSAPP,
}


def address_key(address: str) -> str:
    """Return by what an address is known again after it was erased: only this installation can tell it."""
    said = address.strip().lower().encode()
    return hmac.new(derived("addresses"), said, hashlib.sha256).hexdigest()


def consent_now(identities: Collection[int]) -> dict[tuple[int, int, str], ConsentNow]:
    """Return what holds now for each (identity, purpose, means) that anything was said about."""
    rows = ConsentNow.objects.filter(identity__in=identities)
    return {(one.identity_id, one.purpose_id, one.channel_kind): one for one in rows}


def state_of(identity: Identity, purpose: Purpose, channel_kind: str = ConsentChannel.EMAIL) -> str:
    """Return what holds for one identity and purpose, empty when nobody ever said anything."""
    found = consent_now([identity.pk]).get((identity.pk, purpose.pk, channel_kind))
    return found.state if found else ""


def is_welcome(purpose: Purpose, state: str) -> bool:
    """Tell whether a purpose may be pursued where this was said."""
    return state == ConsentState.GRANTED if purpose.needs_yes else state != ConsentState.WITHDRAWN


def suppressions_of(
    addresses: Iterable[str], channel_kind: str = ConsentChannel.EMAIL
) -> dict[str, Suppression]:
    """Return why addresses are not written to, by address; the newest reason where there are several."""
    by_key = {address_key(one): one for one in addresses}
    rows = Suppression.objects.filter(address_key__in=by_key, channel_kind=channel_kind).order_by("id")
    return {by_key[one.address_key]: one for one in rows}


def stops_answers(suppression: Suppression) -> bool:
    """Tell whether not even an answer may go there: it was blocked by hand, or mail does not arrive and no mail came since."""
    if suppression.reason == SuppressionReason.BLOCKED:
        return True
    if suppression.reason != SuppressionReason.BOUNCED:
        return False
    # Who writes from an address reads there: their mail is the newer news.
    wrote = Message.objects.filter(
        sender_email=suppression.address, direction="in", kind="human", received_at__gt=suppression.since
    )
    return not (suppression.address and wrote.exists())


def live_identity(kind: str, value: str) -> Identity | None:
    """Return the live identity that means one person."""
    rows = Identity.objects.filter(
        kind=kind, value=value, ended_at__isnull=True, person__deleted_at__isnull=True
    )
    return rows.select_related("person").order_by("is_shared", "-is_primary", "id").first()


@dataclass(frozen=True)
class Standing:
    """How one identity of a person stands with one purpose by one means."""

    identity: Identity
    purpose: Purpose
    channel_kind: str
    entry: ConsentNow | None
    is_welcome: bool


def standings(person: Person, purposes: Collection[Purpose] | None = None) -> list[Standing]:
    """Return how a person's live identities stand with every purpose in use."""
    wanted = list(Purpose.objects.filter(is_active=True)) if purposes is None else list(purposes)
    kinds = {IdentityKind.EMAIL: ConsentChannel.EMAIL, IdentityKind.PHONE: ConsentChannel.SMS}
    rows = list(
        person.identities.filter(kind__in=kinds, ended_at__isnull=True).order_by("kind", "-is_primary", "id")
    )
    now = consent_now([one.pk for one in rows])
    return [
        _standing(identity, purpose, kinds[IdentityKind(identity.kind)], now)
        for purpose in wanted
        for identity in rows
    ]


def _standing(
    identity: Identity, purpose: Purpose, means: str, now: dict[tuple[int, int, str], ConsentNow]
) -> Standing:
    entry = now.get((identity.pk, purpose.pk, means))
    return Standing(identity, purpose, means, entry, is_welcome(purpose, entry.state if entry else ""))


def ledger_of(person: Person, most: int = 100) -> list[ConsentEntry]:
    """Return the newest entries about a person, whichever of their addresses they are about."""
    return list(
        ConsentEntry.objects.filter(person_id=person.pk).select_related("purpose").order_by("-id")[:most]
    )
