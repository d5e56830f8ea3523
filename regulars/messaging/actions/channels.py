from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.kit.actor import Actor
from regulars.kit.events import announce
from regulars.kit.refused import Invalid
from regulars.messaging.events import ChannelAdded
from regulars.messaging.models import Channel

DEFAULT_CHANNEL = "Mail"


def channel_named(name: str = "", *, by: Actor, at: datetime, address: str = "") -> Channel:
    """Return the channel of this name, made when it is not there yet; without a name the default one."""
    clean = " ".join(name.split()) or DEFAULT_CHANNEL
    if len(clean) > 60:
        raise Invalid({"name": _("At most %(most)d characters are possible here.") % {"most": 60}})
    found = Channel.objects.filter(name=clean).first()
    if found is not None:
        return found
    try:
        return _add(clean, address.strip().lower(), by=by, at=at)
    except IntegrityError:
        # Somebody made it in this very moment.
        return Channel.objects.get(name=clean)


@transaction.atomic
def _add(name: str, address: str, *, by: Actor, at: datetime) -> Channel:
    channel = Channel.objects.create(name=name, address=address, created_at=at)
    changes = {"name": [None, name]} | ({"address": [None, address]} if address else {})
    announce(ChannelAdded(channel_id=channel.pk, name=name), by=by, changes=changes)
    return channel
