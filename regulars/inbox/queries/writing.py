"""What stands in the composer before anybody types, and how far what was sent has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.inbox.engine.addresses import write_line
from regulars.inbox.models import Conversation
from regulars.inbox.queries.waiting import threads_of
from regulars.messaging.models import (
    Channel,
    ChannelKind,
    Direction,
    Message,
    MessageKind,
    SendingState,
)
from regulars.people.models import IdentityKind

TONES = {
    SendingState.DELIVERED: "green",
    SendingState.BOUNCED: "brick",
    SendingState.COMPLAINED: "brick",
    SendingState.FAILED: "brick",
    SendingState.UNCERTAIN: "amber",
    SendingState.SUPPRESSED: "amber",
    SendingState.HELD: "sky",
}


# A letter answers these, to whatever address stands above it; the others answer whoever wrote.
BY_LETTER = (ChannelKind.EMAIL, ChannelKind.FORM)
# Nothing can be sent back by these.
ONE_WAY = (ChannelKind.FORM, ChannelKind.PHONE, ChannelKind.VISIT)


def answering_channel(conversation: Conversation) -> Channel:
    """Return by which channel an answer goes: the one they wrote by, else the first of mail that can send."""
    if conversation.channel.kind not in ONE_WAY:
        return conversation.channel
    mail = Channel.objects.filter(kind=ChannelKind.EMAIL)
    able = mail.filter(outlet__is_active=True).order_by("pk").first()
    return able or mail.order_by("pk").first() or conversation.channel


def goes_by_letter(conversation: Conversation) -> bool:
    """Tell whether an answer has lines for addresses."""
    kind = conversation.channel.kind
    return kind in BY_LETTER or kind in ONE_WAY


def recipients_line(conversation: Conversation) -> str:
    """Return to whom an answer goes: who wrote last, else the person's own address."""
    rows = Message.objects.filter(
        thread__in=threads_of(conversation.pk), direction=Direction.IN, kind=MessageKind.HUMAN
    )
    last = (
        rows.exclude(sender_email="")
        .order_by("-sent_at", "-pk")
        .values_list("sender_email", "sender_name")
        .first()
    )
    if last is not None:
        return write_line([last])
    if conversation.person is None:
        return ""
    own = conversation.person.identities.filter(kind=IdentityKind.EMAIL, ended_at__isnull=True)
    found = own.order_by("-is_primary", "id").first()
    return write_line([(found.value, conversation.person.name)]) if found else ""


def is_taken_back(states: Sequence[dict[str, Any]]) -> bool:
    """Tell whether a letter left for nobody because its writer took it back."""
    gone = (SendingState.CANCELLED, SendingState.SUPPRESSED)
    ends = [one["sending"].state for one in states]
    return SendingState.CANCELLED in ends and all(one in gone for one in ends)
