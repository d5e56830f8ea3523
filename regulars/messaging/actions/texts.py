"""Texts that come in by providers: each becomes a message of its sender's thread, once, however often and in whatever order it is told."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from regulars.kit.actor import Actor
from regulars.kit.refused import Invalid, Refused
from regulars.kit.worker import defer
from regulars.messaging.actions.filing import LONGEST_TEXT, NO_EARLIER, Filed, plain, tell_of
from regulars.messaging.actions.outcomes import BY, tell_of_failure
from regulars.messaging.actions.suppressing import suppress
from regulars.messaging.engine.envelopes import disclose
from regulars.messaging.engine.providers.values import (
    DELIVERED,
    FAILED,
    READ,
    DeliveryEvent,
    Forged,
    Heard,
    IncomingText,
    Provider,
    RemoteFile,
)
from regulars.messaging.models import (
    Channel,
    Connection,
    Direction,
    Message,
    MessageFile,
    Participant,
    RawLetter,
    Sending,
    SendingState,
    SuppressionReason,
    Thread,
    Threading,
)
from regulars.messaging.queries.placing import survivor_of
from regulars.messaging.queries.providers import connection_for, provider_of
from regulars.people.actions import IdentityTaken, create_person
from regulars.people.models import IdentityKind, Person
from regulars.people.queries.reach import find_by_identity

# A private conversation with nothing said for so long begins anew.
QUIET = timedelta(days=30)
# What our own page wrote elsewhere comes back as an echo, and so does what we sent: within this time the same words are the same text.
ECHO = timedelta(minutes=10)
FETCH = "messaging.fetch_file"
BY_NUMBER = {"sms": ("phone", "whatsapp"), "whatsapp": ("whatsapp", "phone")}
HANDLES = {"telegram": IdentityKind.TELEGRAM, "instagram": IdentityKind.INSTAGRAM}


class NoProvider(Refused):
    """The plug-in that read this channel is gone."""

    code = "no_provider"
    default = _("Nothing here can read this channel: its plug-in is missing, or it was disconnected.")


class MarkGone(Refused):
    """The secret was changed after this was stored."""

    code = "mark_gone"
    default = _("The provider's mark does not fit any more: the channel's secret was changed.")


def connection_of(channel: Channel) -> tuple[Connection, Provider]:
    """Return how a channel reaches its provider; refused when nobody connected it."""
    found = connection_for(channel)
    provider = provider_of(found.provider) if found else None
    if found is None or provider is None:
        raise NoProvider
    return found, provider


def hear_again(raw: bytes, channel: Channel) -> Heard:
    """Read a stored webhook."""
    connection, provider = connection_of(channel)
    try:
        return provider.hear(connection.settings, disclose(raw))
    except Forged:
        raise MarkGone from None


def file_heard(
    heard: Heard, channel: Channel, *, raw: RawLetter | None, by: Actor, at: datetime
) -> Filed | None:
    """File what one webhook told in the current transaction; returns the last text, None when it told of none."""
    for event in heard.events:
        note_delivery(event, channel, at=at)
    filed = [_file(one, channel, raw=raw, by=by, at=at) for one in sorted(heard.texts, key=_moment)]
    return filed[-1] if filed else None


def note_delivery(event: DeliveryEvent, channel: Channel, *, at: datetime) -> None:
    """Keep with a sending what its provider tells of it; what is told twice or late changes nothing."""
    rows = Sending.objects.filter(provider_id=event.key, message__channel=channel)
    sending = rows.select_for_update(of=("self",)).select_related("message__thread").first()
    if sending is None:
        return
    if event.state == FAILED and sending.state in (SendingState.SENT, SendingState.UNCERTAIN):
        sending.state, sending.ended_at = SendingState.FAILED, event.at or at
        sending.reason = f"server:{event.reason or event.code}"[:2_000]
        sending.save(update_fields=["state", "ended_at", "reason"])
        tell_of_failure(sending, at=at)
        if event.blocks:
            suppress(
                sending.email, SuppressionReason.UNSUBSCRIBED, source=f"sending {sending.pk}", channel_kind=channel.kind,
                by=BY, at=at,
            )  # fmt: skip
    elif event.state in (DELIVERED, READ) and sending.state in (SendingState.SENT, SendingState.UNCERTAIN):
        sending.state, sending.ended_at = SendingState.DELIVERED, event.at or at
        sending.save(update_fields=["state", "ended_at"])


def text_key(key: str) -> str:
    """Return what a provider's id is stored as: ids have any length."""
    return hashlib.sha256(f"text:{key}".encode()).hexdigest()


def address_on(channel: Channel, sender: str) -> str:
    """Return the address of somebody on a channel, as messages and participants bear it."""
    return plain(sender if channel.kind in BY_NUMBER else f"{channel.kind}:{sender}", 320)


def sender_on(channel: Channel, address: str) -> str:
    """Return what the provider calls somebody by the address we know them by."""
    return address if channel.kind in BY_NUMBER else address.removeprefix(f"{channel.kind}:")


@transaction.atomic
def _file(text: IncomingText, channel: Channel, *, raw: RawLetter | None, by: Actor, at: datetime) -> Filed:
    key = text_key(text.key)
    known = Message.objects.filter(channel=channel, content_key=key).first() or _ours(text, channel, at)
    if known is not None:
        return Filed(known, is_duplicate=True)
    person = _person_of(text, channel, by=by, at=at)
    sent_at = text.sent_at if text.sent_at is not None and NO_EARLIER < text.sent_at <= at else at
    address = address_on(channel, text.sender)
    thread, how = _place(text, channel, address, person, sent_at)
    message = Message.objects.create(
        thread=thread, channel=channel, direction=Direction.OUT if text.is_echo else Direction.IN, person=person,
        sender_name=plain("" if text.is_echo else text.sender_name or text.username, 300),
        sender_email=channel.address if text.is_echo else address, content_key=key, message_id=plain(text.key, 500),
        is_public=text.is_public, text=plain(text.text, LONGEST_TEXT), sent_at=sent_at, received_at=at, threading=how, raw=raw,
    )  # fmt: skip
    Thread.objects.filter(pk=thread.pk).update(last_message_at=Greatest("last_message_at", sent_at))
    Participant.objects.bulk_create(
        [Participant(thread=thread, email=address, person=person)], ignore_conflicts=True
    )
    for file in text.files:
        _leave_to_be_fetched(message, file)
    if not text.is_echo:
        tell_of(message, by)
    return Filed(message)


def _ours(text: IncomingText, channel: Channel, at: datetime) -> Message | None:
    """Return the message an echo is of, when we sent it ourselves."""
    if not text.is_echo:
        return None
    sent = (
        Sending.objects.filter(provider_id=text.key, message__channel=channel)
        .select_related("message")
        .first()
    )
    if sent is not None:
        return sent.message
    rows = Message.objects.filter(
        channel=channel,
        direction=Direction.OUT,
        received_at__gt=at - ECHO,
        text=plain(text.text, LONGEST_TEXT),
    )
    return rows.filter(sendings__email=address_on(channel, text.sender)).order_by("-pk").first()


def _place(
    text: IncomingText, channel: Channel, address: str, person: Person | None, sent_at: datetime
) -> tuple[Thread, str]:
    """Return the thread of a text: what it answers, else for private ones the sender's last, else a new one."""
    answered = _answered(text, channel)
    if answered is not None:
        return survivor_of(answered.thread), Threading.IN_REPLY_TO
    rows = Thread.objects.filter(
        participants__email=address, messages__channel=channel, last_message_at__gt=sent_at - QUIET
    )
    last = None if text.is_public else rows.order_by("-last_message_at", "-pk").first()
    if last is not None:
        return survivor_of(last), Threading.REFERENCES
    return Thread.objects.create(person=person, started_at=sent_at, last_message_at=sent_at), Threading.NEW


def _answered(text: IncomingText, channel: Channel) -> Message | None:
    if not text.answers:
        return None
    found = Message.objects.filter(channel=channel, content_key=text_key(text.answers)).first()
    if found is not None:
        return found
    sent = Sending.objects.filter(provider_id=text.answers, message__channel=channel).first()
    return sent.message if sent else None


def _person_of(text: IncomingText, channel: Channel, *, by: Actor, at: datetime) -> Person | None:
    """Return who has the sender's number or id; somebody new when nobody has."""
    ways = _ways(text, channel)
    for kind, value in ways:
        known = find_by_identity(kind, value)
        if known is not None:
            return known
    if text.is_echo or not text.sender:
        return None
    values = {
        "name": plain(text.sender_name or text.username, 140),
        "identities": [{"kind": kind, "value": value} for kind, value in ways],
    }
    try:
        return create_person(values, by=by, at=at)
    except IdentityTaken:
        return find_by_identity(*ways[0])
    except Invalid:
        return None


def _ways(text: IncomingText, channel: Channel) -> list[tuple[str, str]]:
    """Return by which identities a sender is known on this channel, the surest first."""
    if channel.kind in BY_NUMBER:
        return [(kind, text.sender) for kind in BY_NUMBER[channel.kind]]
    found = [(str(IdentityKind.CHAT), address_on(channel, text.sender))]
    handle = HANDLES.get(channel.kind)
    return [*found, (str(handle), text.username)] if handle and text.username else found


def _leave_to_be_fetched(message: Message, file: RemoteFile) -> None:
    kept = MessageFile.objects.create(
        message=message, name=plain(file.name, 300) or "file", content_type=plain(file.content_type, 100), size=0,
        remote_key=plain(file.key, 4_000),
    )  # fmt: skip
    defer(FETCH, file_id=kept.pk)


def _moment(text: IncomingText) -> float:
    return text.sent_at.timestamp() if text.sent_at else float("inf")
