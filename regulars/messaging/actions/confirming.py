"""Signing up for a purpose: where it demands so, nobody has agreed before they pressed the button behind the link we mailed."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid, Refused
from regulars.kit.wording import to_customer_lazy
from regulars.messaging.actions.consenting import Wording, record_consent
from regulars.messaging.actions.writing import start_thread, write_message
from regulars.messaging.engine.outgoing import OutgoingLetter, Recipient
from regulars.messaging.models import (
    Channel,
    Confirmation,
    ConsentChannel,
    ConsentEntry,
    ConsentState,
    MessageClass,
    Purpose,
    Suppression,
    SuppressionReason,
)
from regulars.messaging.queries.chat_words import CONFIRMING, mail_words
from regulars.messaging.queries.confirming import confirm_link
from regulars.messaging.queries.consent import address_key, consent_now
from regulars.messaging.queries.leaving import language_of
from regulars.messaging.queries.outlets import sending_channel
from regulars.people.models import Identity
from regulars.team.actions.limits import hit
from regulars.team.models import Business

# Anybody may type anybody's address: so many letters to one, and no more.
MOST_MAILS, DAY = 3, 86_400
AGAIN_AFTER = timedelta(minutes=10)
AT_ONCE = 200
LINK = "confirmation link"


class NotOpen(Refused):
    """The link is too old, or what it was for has changed since."""

    code = "not_open"
    default = to_customer_lazy(
        "This link does not hold any more. Sign up once more, and we send you a new one."
    )


@transaction.atomic
def sign_up(
    identity: Identity,
    purpose: Purpose,
    *,
    channel_kind: str = ConsentChannel.EMAIL,
    language: str = "",
    source: str,
    proof: str = "",
    by: Actor,
    at: datetime,
) -> ConsentEntry:
    """Write down that somebody wants what a purpose is for: as agreed, or as pending until they confirm it by mail.

    Who agreed already stays as they are; who is asked already is not written down twice, only mailed again after a while.
    """
    Identity.objects.select_for_update().get(pk=identity.pk)
    newest = consent_now([identity.pk]).get((identity.pk, purpose.pk, channel_kind))
    if newest is not None and newest.state == ConsentState.GRANTED and not _has_left(identity, channel_kind):
        return newest.entry
    if not purpose.must_be_confirmed(channel_kind):
        return record_consent(
            identity, purpose, ConsentState.GRANTED, channel_kind=channel_kind, source=source, proof=proof, by=by, at=at
        )  # fmt: skip
    waiting = _waiting(identity, purpose, channel_kind, at)
    if waiting is None or newest is None or waiting.entry_id != newest.pk:
        waiting = _ask(
            identity, purpose, channel_kind, language=language or language_of(identity.value), source=source,
            proof=proof, by=by, at=at,
        )  # fmt: skip
    mail_confirmation(waiting, at=at)
    return waiting.entry


def say_consent(
    identity: Identity, purpose: Purpose, state: str, *, is_confirmed: bool = False, **said: Any
) -> ConsentEntry:
    """Write down what somebody else says of a person: a yes that has to be confirmed is asked for, others stand at once.

    `is_confirmed` is for a yes that was confirmed elsewhere, which needs its proof.
    """
    if state != ConsentState.GRANTED or not purpose.must_be_confirmed(said["channel_kind"]):
        return record_consent(identity, purpose, state, **said)
    if not is_confirmed:
        return sign_up(identity, purpose, **said)
    if not said.get("proof", "").strip():
        raise Invalid({"proof": gettext("Say how and when it was confirmed.")})
    return record_consent(identity, purpose, state, is_confirmed=True, **said)


@transaction.atomic
def confirm(confirmation: Confirmation, *, proof: str, by: Actor, at: datetime) -> ConsentEntry:
    """Write down that somebody pressed the button; twice is once. Refused with NotOpen when it ended or was declined since."""
    found = (
        Confirmation.objects.select_for_update(of=("self",)).select_related("purpose").get(pk=confirmation.pk)
    )
    identity = Identity.objects.select_for_update().filter(pk=found.identity_id, ended_at=None).first()
    if identity is None:
        raise NotOpen
    newest = consent_now([identity.pk]).get((identity.pk, found.purpose_id, found.channel_kind))
    if newest is not None and newest.state == ConsentState.GRANTED:
        return newest.entry
    if not found.is_open(at) or newest is None or newest.pk != found.entry_id:
        raise NotOpen
    entry = record_consent(
        identity, found.purpose, ConsentState.GRANTED, channel_kind=found.channel_kind, source=f"{found.source[:40]}, {LINK}",
        proof=proof, wording=Wording(found.wording_version, found.wording), is_confirmed=True, by=by, at=at,
    )  # fmt: skip
    found.confirmed_at = at
    found.save(update_fields=["confirmed_at"])
    return entry


@transaction.atomic
def end_confirmations(*, by: Actor, at: datetime) -> int:
    """Write down for those who never pressed the button in time that nothing came of it; return how many."""
    rows = Confirmation.objects.open().filter(ends_at__lte=at).select_related("purpose")
    found = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:AT_ONCE])
    for one in found:
        identity = Identity.objects.filter(pk=one.identity_id).first()
        newest = consent_now([one.identity_id]).get((one.identity_id, one.purpose_id, one.channel_kind))
        if identity is not None and newest is not None and newest.pk == one.entry_id:
            record_consent(
                identity, one.purpose, ConsentState.LAPSED, channel_kind=one.channel_kind, source=LINK,
                wording=Wording(one.wording_version, one.wording), by=by, at=at,
            )  # fmt: skip
        one.ended_at = at
        one.save(update_fields=["ended_at"])
    return len(found)


def mail_waiting(*, at: datetime) -> int:
    """Mail the links that could not be mailed when somebody signed up, because nothing could be sent then."""
    rows = Confirmation.objects.open().filter(mailed_at=None, ends_at__gt=at)
    return sum(mail_confirmation(one, at=at) for one in rows.select_related("purpose", "entry")[:AT_ONCE])


@transaction.atomic
def mail_confirmation(confirmation: Confirmation, *, at: datetime) -> bool:
    """Mail the link, not more often than anybody would want it; tell whether it was mailed."""
    channel, identity = sending_channel(), Identity.objects.filter(pk=confirmation.identity_id).first()
    if (
        channel is None
        or identity is None
        or not settings.PUBLIC_URL
        or not _may_mail(confirmation, identity, at)
    ):
        return False
    _write(confirmation, identity, channel, at)
    confirmation.mailed_at = at
    confirmation.save(update_fields=["mailed_at"])
    return True


def _has_left(identity: Identity, channel_kind: str) -> bool:
    """Tell whether they unsubscribed from everything: then their old yes does not count until they say it again."""
    return Suppression.objects.filter(
        address_key=address_key(identity.value),
        channel_kind=channel_kind,
        reason=SuppressionReason.UNSUBSCRIBED,
    ).exists()


def _may_mail(confirmation: Confirmation, identity: Identity, at: datetime) -> bool:
    if confirmation.mailed_at is not None and confirmation.mailed_at > at - AGAIN_AFTER:
        return False
    return hit(f"confirm:{identity.value}", MOST_MAILS, DAY).is_within


def _waiting(identity: Identity, purpose: Purpose, channel_kind: str, at: datetime) -> Confirmation | None:
    rows = Confirmation.objects.open().filter(identity=identity, purpose=purpose, channel_kind=channel_kind)
    found: Confirmation | None = rows.select_related("purpose", "entry").first()
    return found if found is not None and found.ends_at > at else None


def _ask(
    identity: Identity,
    purpose: Purpose,
    channel_kind: str,
    *,
    language: str,
    source: str,
    proof: str,
    by: Actor,
    at: datetime,
) -> Confirmation:
    words = f"{purpose.name_in(language)}: {purpose.description_in(language)}"[:400]
    Confirmation.objects.open().filter(identity=identity, purpose=purpose, channel_kind=channel_kind).update(
        ended_at=at
    )
    entry = record_consent(
        identity, purpose, ConsentState.PENDING, channel_kind=channel_kind, source=source, proof=proof,
        wording=Wording(purpose.wording_version, words), by=by, at=at,
    )  # fmt: skip
    return Confirmation.objects.create(
        identity=identity, purpose=purpose, channel_kind=channel_kind, entry=entry, language=language[:5],
        source=entry.source, wording=words, wording_version=purpose.wording_version, asked_at=at,
        ends_at=at + timedelta(days=purpose.confirm_days),
    )  # fmt: skip


def _write(confirmation: Confirmation, identity: Identity, channel: Channel, at: datetime) -> None:
    business = Business.current().name
    told = {"business": business, "purpose": confirmation.purpose.name_in(confirmation.language)}
    days = max((confirmation.ends_at - at).days, 1)
    words = mail_words(confirmation.language, CONFIRMING, **told, days=days)
    link = confirm_link(confirmation)
    text = "\n\n".join([words["lead"], confirmation.wording, link, words["end"]])
    html = (
        f"<p>{escape(words['lead'])}</p><p><strong>{escape(confirmation.wording)}</strong></p>"
        f'<p><a href="{escape(link)}">{escape(words["button"])}</a></p><p>{escape(words["end"])}</p>'
    )
    by = Actor.clock("consent")
    thread = start_thread(subject=words["subject"], person=identity.person, channel=channel, by=by, at=at)
    letter = OutgoingLetter(
        text=text, html=html, subject=words["subject"], to=(Recipient(identity.value, identity.person.name),),
        is_automatic=True,
    )  # fmt: skip
    write_message(thread, channel, letter, message_class=MessageClass.LEGAL, by=by, at=at, hold=timedelta(0))
