"""From which address and under which name a channel writes."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from regulars.messaging.engine.outgoing import Recipient
from regulars.messaging.models import Channel, ChannelKind, Outlet
from regulars.team.models import Business


def outlet_of(channel: Channel) -> Outlet | None:
    """Return how a channel sends, None where nobody has said it yet."""
    return Outlet.objects.filter(channel=channel).first()


def sender_of(channel: Channel, outlet: Outlet | None) -> Recipient:
    """Return as whom a channel writes: its address, else the installation's own."""
    name = (outlet.from_name if outlet else "") or Business.current().name
    return Recipient(channel.address or settings.DEFAULT_FROM_EMAIL, name)


def sending_channel() -> Channel | None:
    """Return the mail channel by which letters of our own leave: the first that can send, None when there is none."""
    mail = Channel.objects.filter(kind=ChannelKind.EMAIL).exclude(address="")
    able = mail.filter(outlet__is_active=True).order_by("pk").first()
    return able or mail.order_by("pk").first()


def domain_of(address: str) -> str:
    """Return what stands behind the @ of an address, the installation's own host when nothing does."""
    return address.rpartition("@")[2] or urlsplit(settings.PUBLIC_URL).hostname or "regulars.invalid"
