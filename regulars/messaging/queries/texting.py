"""What a text needs to know of its thread: what it answers, how long ago they wrote, and whether the channel may still be used."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.kit.clock import now
from regulars.messaging.engine.providers.values import Capabilities
from regulars.messaging.models import Channel, Direction, Message, Thread
from regulars.messaging.queries.providers import connection_for, provider_of


@dataclass(frozen=True)
class Leeway:
    """What may be written on a channel to a thread just now: None means that there is no end."""

    capabilities: Capabilities
    seconds_left: float | None

    @property
    def is_open(self) -> bool:
        """Tell whether free words may go."""
        return self.seconds_left is None or self.seconds_left > 0

    @property
    def hours_left(self) -> int:
        """Whole hours, the begun one counted."""
        return -int(-(self.seconds_left or 0) // 3600)


def capabilities_of(channel: Channel) -> Capabilities | None:
    """Return what a channel of texts can carry, None for one of mail or one that is not connected."""
    found = connection_for(channel)
    provider = provider_of(found.provider) if found else None
    return provider.capabilities if provider else None


def leeway(thread: Thread, channel: Channel) -> Leeway | None:
    """Return what may be written now, for the composer to say before anybody types."""
    can = capabilities_of(channel)
    if can is None:
        return None
    if can.window_hours is None:
        return Leeway(can, None)
    since = seconds_since_theirs(thread, channel)
    return Leeway(can, 0.0 if since is None else max(can.window_hours * 3600 - since, 0.0))


def seconds_since_theirs(thread: Thread, channel: Channel) -> float | None:
    """Return how long ago they last wrote in a thread by this channel, None when they never did."""
    last = _theirs(thread, channel)
    return (now() - last.sent_at).total_seconds() if last else None


def answered_by(message: Message) -> Message | None:
    """Return the text of theirs that a message of ours answers."""
    return _theirs(message.thread, message.channel)


def _theirs(thread: Thread, channel: Channel) -> Message | None:
    rows = Message.objects.filter(thread=thread, channel=channel, direction=Direction.IN)
    return rows.order_by("-sent_at", "-pk").first()
