"""Whether a channel has a way to send: nobody said one, or it is switched off."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.messaging.models import DUE_STATES, Channel, ChannelKind, Sending

# What leaves by these leaves as a letter; a chat needs no way out.
BY_MAIL = (ChannelKind.EMAIL, ChannelKind.FORM)
NO_OUTLET, PAUSED = "no_outlet", "paused"
WAITS: dict[str, str | Promise] = {
    NO_OUTLET: _("Waits: no way to send mail is set up"),
    PAUSED: _("Waits: sending is switched off"),
}


def stuck_channels(channels: Collection[int]) -> dict[int, str]:
    """Return which mail channels of these cannot send now, with the reason; the installation's own server counts as a way."""
    mail = Channel.objects.filter(pk__in=channels, kind__in=BY_MAIL)
    reasons = {
        number: _reason(is_active) for number, is_active in mail.values_list("pk", "outlet__is_active")
    }
    return {number: reason for number, reason in reasons.items() if reason}


def why_stuck(channel: Channel) -> str:
    """Return why one channel cannot send, empty when it can; nothing is asked where its outlet was read along with it."""
    if channel.kind not in BY_MAIL:
        return ""
    outlet = getattr(channel, "outlet", None)
    return _reason(outlet.is_active if outlet else None)


def _reason(is_active: bool | None) -> str:
    """Return why a mail channel cannot send, by whether its own way is switched on; None where it has none of its own."""
    if is_active is None:
        return "" if settings.EMAIL_HOST else NO_OUTLET
    return "" if is_active else PAUSED


def waiting_for_a_way() -> dict[str, int]:
    """Return how many letters wait for a way out, by the name of their channel."""
    rows = Sending.objects.filter(state__in=DUE_STATES, message__channel__kind__in=BY_MAIL)
    numbers = set(rows.values_list("message__channel", flat=True).distinct())
    stuck = stuck_channels(numbers)
    names = Channel.objects.filter(pk__in=stuck).order_by("name")
    return {one.name: rows.filter(message__channel=one).count() for one in names}
