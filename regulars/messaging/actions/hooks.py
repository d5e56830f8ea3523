"""What a provider calls: its mark is checked, then the call is stored and committed before it is answered."""

from __future__ import annotations

from datetime import datetime

from regulars.kit.actor import Actor
from regulars.messaging.actions.intake import take_in
from regulars.messaging.actions.texts import connection_of
from regulars.messaging.engine.envelopes import enclose
from regulars.messaging.engine.providers.values import Heard, Webhook
from regulars.messaging.models import Connection


def hear_hook(connection: Connection, hook: Webhook, *, by: Actor, at: datetime) -> Heard:
    """Store a provider's call that tells us something; raises Forged when it does not bear the provider's mark.

    The reader files it within a moment, in the order of arrival.
    """
    found, provider = connection_of(connection.channel)
    heard = provider.hear(found.settings, hook)
    if heard.texts or heard.events:
        take_in(enclose(hook), connection.channel, by=by, at=at)
        Connection.objects.filter(pk=connection.pk).update(heard_at=at)
    return heard
